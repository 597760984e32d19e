/* SPDX-License-Identifier: GPL-2.0-only */
/* What a reply has beside its error. All functions return the error to reply with. */
#ifndef _KMOD_EXTACK_H
#define _KMOD_EXTACK_H

#include <net/genetlink.h>

struct mprog_net;

/* Refuses a request that has an attribute twice. */
int mprogcheck_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
/* Whether an attribute is missing, which the extack then names. */
bool mprogcheck_lacks(struct genl_info *info, int type);
int mprogcheck_blame(struct genl_info *info, int type, int error, const char *msg);
/* For an error of the core, or 0. Under the rtnl, as the command. */
int mprogcheck_complain(struct genl_info *info, struct mprog_net *net, int error);

#endif

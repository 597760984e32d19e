/* SPDX-License-Identifier: GPL-2.0-only */
/* What the answer to a request says beside the error. All return what is to be answered. */
#ifndef _KMOD_COMPLAIN_H
#define _KMOD_COMPLAIN_H

#include <net/genetlink.h>

struct mprog_net;

/* Refuses what has an attribute twice: which one counts would be anybody's guess. */
int mprogcheck_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
/* Whether an attribute is missing, which it then says. */
bool mprogcheck_lacks(struct genl_info *info, int type);
int mprogcheck_blame(struct genl_info *info, int type, int error, const char *msg);
/* Of an error of the core, or 0. Under the rtnl, as the command was. */
int mprogcheck_complain(struct genl_info *info, struct mprog_net *net, int error);

#endif

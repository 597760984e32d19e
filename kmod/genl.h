/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations of the generic netlink family, as netlink.c lists them. */
#ifndef _KMOD_GENL_H
#define _KMOD_GENL_H

#include <net/genetlink.h>

int mprogcheck_attach(struct sk_buff *skb, struct genl_info *info);
int mprogcheck_detach(struct sk_buff *skb, struct genl_info *info);
int mprogcheck_query(struct sk_buff *skb, struct genl_info *info);
int mprogcheck_link_create(struct sk_buff *skb, struct genl_info *info);
int mprogcheck_filter_link_create(struct sk_buff *skb, struct genl_info *info);
int mprogcheck_link_update(struct sk_buff *skb, struct genl_info *info);
int mprogcheck_link_detach(struct sk_buff *skb, struct genl_info *info);
int mprogcheck_link_info(struct sk_buff *skb, struct genl_info *info);
int mprogcheck_references(struct sk_buff *skb, struct genl_info *info);

extern const struct genl_ops mprogcheck_ops[];
extern const u8 mprogcheck_ops_count;
extern struct genl_family mprogcheck_family;

#endif

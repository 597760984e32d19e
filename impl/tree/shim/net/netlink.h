/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes of messages, which nobody sends here. */
#ifndef _SHIM_NET_NETLINK_H
#define _SHIM_NET_NETLINK_H

#include <linux/skbuff.h>

static inline struct nlattr *nla_nest_start_noflag(struct sk_buff *skb, int type)
{
	(void)skb;
	(void)type;
	return (struct nlattr *)0;
}

static inline int nla_nest_end(struct sk_buff *skb, struct nlattr *start)
{
	(void)skb;
	(void)start;
	return 0;
}

static inline void nla_nest_cancel(struct sk_buff *skb, struct nlattr *start)
{
	(void)skb;
	(void)start;
}

#define TCA_OPTIONS 2

#endif

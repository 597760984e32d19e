/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet as far as the verdict of a program needs it. */
#ifndef _SHIM_LINUX_SKBUFF_H
#define _SHIM_LINUX_SKBUFF_H

#include <linux/types.h>

struct nlattr;
struct netlink_ext_ack;

struct sk_buff {
	u16 tc_index;
	bool tc_at_ingress;
	u32 tc_classid;
	/* Ours: what a program answers, by its number. */
	int (*answer)(void *context, u32 cookie);
	void *context;
};

#endif

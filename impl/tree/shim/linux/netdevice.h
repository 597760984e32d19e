/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices as far as tcx knows them. */
#ifndef _SHIM_LINUX_NETDEVICE_H
#define _SHIM_LINUX_NETDEVICE_H

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>

struct Qdisc;
struct bpf_mprog_entry;

struct net_device {
	int ifindex;
	struct bpf_mprog_entry __rcu *tcx_ingress;
	struct bpf_mprog_entry __rcu *tcx_egress;
	/* Ours. */
	struct net *space;
	struct Qdisc *qdisc;
	bool present;
};

struct net_device *__dev_get_by_index(struct net *net, int ifindex);

#endif

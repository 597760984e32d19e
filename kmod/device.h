/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices of kind "mprog": as netkit, with lists of the core. */
#ifndef _KMOD_DEVICE_H
#define _KMOD_DEVICE_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>

#include "mprog.h"

/* The attributes of netkit, and those of the lists. */
enum {
	MPROGCHECK_PEER_INFO = 1,
	MPROGCHECK_PRIMARY,
	MPROGCHECK_POLICY,
	MPROGCHECK_PEER_POLICY,
	MPROGCHECK_MODE,
	MPROGCHECK_SCRUB,
	MPROGCHECK_PEER_SCRUB,
	MPROGCHECK_HEADROOM,
	MPROGCHECK_TAILROOM,
	MPROGCHECK_PAIRING,
	MPROGCHECK_DIALECT = 48, /* rtnetlink accepts no more than 50 */
	MPROGCHECK_CAPACITY,
	MPROGCHECK_REVISION,
	MPROGCHECK_DEVICE_MAX = MPROGCHECK_REVISION,
};

enum { MPROGCHECK_L2, MPROGCHECK_L3 };
enum { MPROGCHECK_SCRUB_NONE, MPROGCHECK_SCRUB_DEFAULT };
enum { MPROGCHECK_PAIR, MPROGCHECK_SINGLE };

struct mprogcheck_device {
	struct net_device *dev;
	struct net_device __rcu *peer;
	struct list_head all; /* all devices, in all namespaces */
	struct nf_hook_ops egress;
	bool hooked;
	u32 egress_classifiers; /* ours, which do not run after PASS of the list */
	u8 primary, mode, policy, scrub, pairing;
	u16 headroom, tailroom;
	struct mprog_list lists[MPROG_LISTS]; /* that of netkit last */
};

extern struct rtnl_link_ops mprogcheck_link_ops;
extern const struct net_device_ops mprogcheck_netdev_ops;
extern struct list_head mprogcheck_devices; /* under the rtnl */

static inline bool mprogcheck_is_ours(const struct net_device *dev)
{
	return dev->netdev_ops == &mprogcheck_netdev_ops;
}

/* xmit.c */
netdev_tx_t mprogcheck_xmit(struct sk_buff *skb, struct net_device *dev);
unsigned int mprogcheck_egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

/* device.c */
/* The device with that index in the namespace, if it is one of ours. */
struct mprogcheck_device *mprogcheck_device_of(struct net *net, u32 ifindex);
/* A program that is on a list. No reference is taken. */
struct mprog_prog *mprogcheck_attached_prog(u32 id);
int mprogcheck_devices_init(void);
void mprogcheck_devices_exit(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netkit devices: two that are joined, or one alone, and packets from one to the other.
 *
 *	mprog_netdev_new(net, &request, &extack, &ifindex);	// RTM_NEWLINK, creating
 *	mprog_netdev_change(net, &request, &extack);		// RTM_NEWLINK of one that is there
 *	mprog_netdev_set(net, &request, &extack);		// RTM_SETLINK
 *	mprog_netdev_get(net, ifindex, &info);			// RTM_GETLINK
 *	mprog_xmit(net, ifindex, &packet);			// by any number of threads
 *
 * Requests hold attributes as they stand in a netlink message, neither checked nor sorted.
 */
#ifndef _MPROG_NETDEV_H
#define _MPROG_NETDEV_H

#include "environment.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Attributes of devices, IFLA_*, as far as there is a use for them here. */
enum mprog_ifla {
	MPROG_IFLA_ADDRESS = 1,
	MPROG_IFLA_NAME = 3,
	MPROG_IFLA_MTU = 4,
	MPROG_IFLA_NET_NS_FD = 28,
	MPROG_IFLA_NUM_TX_QUEUES = 31,
	MPROG_IFLA_NUM_RX_QUEUES = 32,
	MPROG_IFLA_MAX = MPROG_IFLA_NUM_RX_QUEUES,
};

/* Those in IFLA_INFO_DATA of kind netkit, IFLA_NETKIT_*. */
enum mprog_netkit_attr {
	MPROG_NETKIT_PEER_INFO = 1,
	MPROG_NETKIT_PRIMARY,
	MPROG_NETKIT_POLICY,
	MPROG_NETKIT_PEER_POLICY,
	MPROG_NETKIT_MODE,
	MPROG_NETKIT_SCRUB,
	MPROG_NETKIT_PEER_SCRUB,
	MPROG_NETKIT_HEADROOM,
	MPROG_NETKIT_TAILROOM,
	MPROG_NETKIT_PAIRING,
	MPROG_NETKIT_MAX = MPROG_NETKIT_PAIRING,
};

#define MPROG_IFINFOMSG 16 /* sizeof(struct ifinfomsg), the head of PEER_INFO */
#define MPROG_MIN_MTU 68
#define MPROG_MAX_MTU 65535
#define MPROG_DEFAULT_MTU 1500
#define MPROG_MAX_QUEUES 4096

/* @len is what the message says; what of it is beyond @data is not kept. */
struct mprog_nlattr {
	u16 type;
	u16 len;
	u8 data[MPROG_NAME];
};

struct mprog_nlattrs {
	const struct mprog_nlattr *first;
	u32 count;
};

struct mprog_netdev_request {
	u32 space;   /* of the one who asks */
	int ifindex; /* 0: none */
	bool change_up, up;
	struct mprog_nlattrs attrs; /* IFLA_* */
	struct mprog_nlattrs data;  /* IFLA_INFO_DATA. Of PEER_INFO the length, the rest is here: */
	struct mprog_nlattrs peer;
	int peer_ifindex;
};

/* What is wrong with a request, for people. Left alone where nothing is. */
struct mprog_extack {
	const char *msg;
};

/* What a dump says; @told has the bit of each netkit attribute in it. */
struct mprog_netdev_info {
	u32 space;
	char name[MPROG_NAME];
	u32 link; /* the other side, or 0 */
	bool up, carrier, arp;
	u8 address[MPROG_ETH_ALEN];
	u32 mtu;
	u32 told;
	bool primary;
	u8 mode, policy, peer_policy, scrub, peer_scrub, pairing;
	u16 headroom, tailroom;
};

enum mprog_fate { MPROG_REFUSED, MPROG_PASSED, MPROG_DROPPED, MPROG_REDIRECTED };

/* What programs are handed on the way from one device to the other. */
struct mprog_packet {
	u32 len; /* of the frame, its head included */
	u32 mark, priority;
	u32 ifindex;	      /* of the device it is on */
	enum mprog_fate fate; /* answer */
};

int mprog_netdev_new(struct mprog_net *net, const struct mprog_netdev_request *req,
		     struct mprog_extack *extack, u32 *ifindex);
int mprog_netdev_change(struct mprog_net *net, const struct mprog_netdev_request *req,
			struct mprog_extack *extack);
int mprog_netdev_set(struct mprog_net *net, const struct mprog_netdev_request *req,
		     struct mprog_extack *extack);
int mprog_netdev_get(struct mprog_net *net, u32 ifindex, struct mprog_netdev_info *info);

/*
 * One packet out of a netkit device. -ENETDOWN, -EINVAL, -EMSGSIZE: it was not sent. -ENOBUFS: it
 * was dropped, and the sender is told; 0, and dropped: the other side is down.
 */
int mprog_xmit(struct mprog_net *net, u32 ifindex, struct mprog_packet *packet);

#ifdef __cplusplus
}
#endif

#endif

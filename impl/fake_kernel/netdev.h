/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netkit devices, in pairs or single, and packets from one side to the other.
 *
 *	mprog_netdev_new(net, &request, &extack, &ifindex);	// RTM_NEWLINK, creating
 *	mprog_netdev_change(net, &request, &extack);		// RTM_NEWLINK of an existing device
 *	mprog_netdev_set(net, &request, &extack);		// RTM_SETLINK
 *	mprog_netdev_get(net, ifindex, &info);			// RTM_GETLINK
 *	mprog_xmit(net, ifindex, &packet);			// by any number of threads
 *
 * Requests hold attributes as a netlink message does, neither checked nor sorted.
 */
#ifndef _MPROG_NETDEV_H
#define _MPROG_NETDEV_H

#include "environment.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Those attributes of devices, IFLA_*, that are used here. */
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

/* @len is that of the message; bytes that do not fit into @data are lost. */
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
	u32 space;   /* of the caller */
	int ifindex; /* 0: none */
	bool change_up, up;
	struct mprog_nlattrs attrs; /* IFLA_* */
	struct mprog_nlattrs data;  /* IFLA_INFO_DATA. Of PEER_INFO the length, the rest is here: */
	struct mprog_nlattrs peer;
	int peer_ifindex;
};

/* The reason why a request is refused, as text. */
struct mprog_extack {
	const char *msg;
};

/* A dump of a device; @told has a bit for each netkit attribute in it. */
struct mprog_netdev_info {
	u32 space;
	char name[MPROG_NAME];
	u32 link; /* the peer, or 0 */
	bool up, carrier, arp;
	u8 address[MPROG_ETH_ALEN];
	u32 mtu;
	u32 told;
	bool primary;
	u8 mode, policy, peer_policy, scrub, peer_scrub, pairing;
	u16 headroom, tailroom;
};

enum mprog_fate { MPROG_REFUSED, MPROG_PASSED, MPROG_DROPPED, MPROG_REDIRECTED };

/* A packet as programs see it. */
struct mprog_packet {
	u32 len; /* of the frame with its header */
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
 * Sends one packet from a netkit device. -ENETDOWN, -EINVAL, -EMSGSIZE: it was not sent. -ENOBUFS:
 * a program or the policy dropped it. If the peer is down it is dropped as well, but 0 is returned.
 */
int mprog_xmit(struct mprog_net *net, u32 ifindex, struct mprog_packet *packet);

#ifdef __cplusplus
}
#endif

#endif

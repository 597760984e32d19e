/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that differ between kernels. The module uses those of the newest kernel. */
#ifndef _KMOD_COMPAT_H
#define _KMOD_COMPAT_H

#include <linux/version.h>
#include <net/rtnetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
struct rtnl_newlink_params {
	struct net *link_net;
	struct nlattr **tb, **data;
};

static inline struct net *rtnl_newlink_link_net(const struct rtnl_newlink_params *params)
{
	return params->link_net;
}

/* Calls newlink(dev, params, extack) from what older kernels call. */
#define MPROGCHECK_NEWLINK(newlink)                                                   \
	static int newlink##_from_parts(struct net *link_net, struct net_device *dev, \
					struct nlattr *tb[], struct nlattr *data[],   \
					struct netlink_ext_ack *extack)               \
	{                                                                             \
		struct rtnl_newlink_params params = {                                 \
		    .link_net = link_net,                                             \
		    .tb = tb,                                                         \
		    .data = data,                                                     \
		};                                                                    \
                                                                                      \
		return newlink(dev, &params, extack);                                 \
	}
#define MPROGCHECK_NEWLINK_OF(newlink) newlink##_from_parts
#else
#define MPROGCHECK_NEWLINK(newlink)
#define MPROGCHECK_NEWLINK_OF(newlink) newlink
#endif

#endif

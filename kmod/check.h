/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes of devices, in tables by type that may be NULL. */
#ifndef _KMOD_CHECK_H
#define _KMOD_CHECK_H

#include <net/netlink.h>

#include "device.h"

extern const struct nla_policy mprogcheck_policies[MPROGCHECK_DEVICE_MAX + 1];

/* Names the attribute and the reason in the extack. Returns @error. */
int mprogcheck_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int error,
		      const char *msg);

/* Checks of a request that do not depend on existing devices. */
int mprogcheck_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack);
/* Checks of a new device before its peer is created. */
int mprogcheck_check_new(struct nlattr *tb[], struct nlattr *const data[],
			 struct nlattr *const peer[], struct netlink_ext_ack *extack);
int mprogcheck_check_policies(struct nlattr *const data[], struct netlink_ext_ack *extack);

/* The IFLA_* in PEER_INFO behind its header; all NULL without PEER_INFO. */
int mprogcheck_parse_peer(struct nlattr *const data[], struct nlattr *peer[],
			  struct netlink_ext_ack *extack);

static inline u32 mprogcheck_value_or(struct nlattr *const data[], int type, u32 otherwise)
{
	return data && data[type] ? nla_get_u32(data[type]) : otherwise;
}

static inline u16 mprogcheck_room_of(struct nlattr *const data[], int type)
{
	return data && data[type] ? nla_get_u16(data[type]) : 0;
}

#endif

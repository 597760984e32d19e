/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes of devices, in tables by type that may be NULL. */
#ifndef _KMOD_CHECK_H
#define _KMOD_CHECK_H

#include <net/netlink.h>

#include "device.h"

extern const struct nla_policy mprogcheck_policies[MPROGCHECK_DEVICE_MAX + 1];

/* Says that this attribute is to blame, and why. Returns @error. */
int mprogcheck_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int error,
		      const char *msg);

/* All that is wrong with a request whatever devices there are. */
int mprogcheck_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack);
/* What a new device is refused for before there is another side. */
int mprogcheck_check_new(struct nlattr *tb[], struct nlattr *const data[],
			 struct nlattr *const peer[], struct netlink_ext_ack *extack);
int mprogcheck_check_policies(struct nlattr *const data[], struct netlink_ext_ack *extack);

/* Of PEER_INFO the IFLA_* behind its head; all NULL without one. */
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

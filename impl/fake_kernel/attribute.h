/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes of requests about devices, checked and sorted by type. */
#ifndef _MPROG_ATTRIBUTE_H
#define _MPROG_ATTRIBUTE_H

#include "tables.h"

/* Fills an empty table with the last attribute of each type. */
int mprog_parse_netkit(const struct mprog_nlattrs *attrs, const struct mprog_nlattr **table,
		       struct mprog_extack *extack);
int mprog_parse_ifla(const struct mprog_nlattrs *attrs, const struct mprog_nlattr **table,
		     struct mprog_extack *extack);

u32 mprog_nla_number(const struct mprog_nlattr *attr, u32 width);
/* The number in a netkit attribute, or @otherwise. */
u32 mprog_netkit_value(const struct mprog_nlattr *const *data, u32 type, u32 otherwise);

/* Checks that depend on the device. */
int mprog_check_address(const struct mprog_nlattr *address, struct mprog_extack *extack);
int mprog_check_mtu(const struct mprog_nlattr *mtu, struct mprog_extack *extack);
int mprog_check_policy(const struct mprog_nlattr *policy, struct mprog_extack *extack);

static inline int mprog_refuse(struct mprog_extack *extack, int error, const char *msg)
{
	extack->msg = msg;
	return error;
}

#endif

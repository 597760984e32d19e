// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes as netlink validates them: all are checked, and the last of a type counts.
 *
 * Undefined types are skipped, so that a newer caller can talk to an older kernel. An attribute may
 * be longer than its value, but not shorter.
 */
#include <linux/string.h>

#include "attribute.h"

struct policy {
	u16 len; /* bytes at least */
	bool bounded;
	u32 max;
	const char *reject; /* why it must not be given */
};

static const struct policy netkit_policy[MPROG_NETKIT_MAX + 1] = {
    [MPROG_NETKIT_PEER_INFO] = {.len = MPROG_IFINFOMSG},
    [MPROG_NETKIT_PRIMARY] = {.reject = "Which side is the primary is told, not asked for"},
    [MPROG_NETKIT_POLICY] = {.len = sizeof(u32)},
    [MPROG_NETKIT_PEER_POLICY] = {.len = sizeof(u32)},
    [MPROG_NETKIT_MODE] = {.len = sizeof(u32), .bounded = true, .max = MPROG_L3},
    [MPROG_NETKIT_SCRUB] = {.len = sizeof(u32), .bounded = true, .max = MPROG_SCRUB_DEFAULT},
    [MPROG_NETKIT_PEER_SCRUB] = {.len = sizeof(u32), .bounded = true, .max = MPROG_SCRUB_DEFAULT},
    [MPROG_NETKIT_HEADROOM] = {.len = sizeof(u16)},
    [MPROG_NETKIT_TAILROOM] = {.len = sizeof(u16)},
    [MPROG_NETKIT_PAIRING] = {.len = sizeof(u32), .bounded = true, .max = MPROG_SINGLE},
};

/* The device checks the length of an address itself. */
static const struct policy ifla_policy[MPROG_IFLA_MAX + 1] = {
    [MPROG_IFLA_MTU] = {.len = sizeof(u32)},
    [MPROG_IFLA_NET_NS_FD] = {.len = sizeof(u32)},
    [MPROG_IFLA_NUM_TX_QUEUES] = {.len = sizeof(u32)},
    [MPROG_IFLA_NUM_RX_QUEUES] = {.len = sizeof(u32)},
};

u32 mprog_nla_number(const struct mprog_nlattr *attr, u32 width)
{
	u32 number = 0;

	memcpy(&number, attr->data, width); /* little endian */
	return number;
}

static int validate(const struct mprog_nlattr *attr, const struct policy *policy,
		    struct mprog_extack *extack)
{
	if (policy->reject)
		return mprog_refuse(extack, -EINVAL, policy->reject);
	if (attr->len < policy->len)
		return mprog_refuse(extack, -ERANGE, "An attribute is shorter than its value");
	if (policy->bounded && mprog_nla_number(attr, sizeof(u32)) > policy->max)
		return mprog_refuse(extack, -ERANGE,
				    "An attribute has a value that nobody defined");
	return 0;
}

static int parse(const struct mprog_nlattrs *attrs, const struct policy *policy, u32 max,
		 const struct mprog_nlattr **table, struct mprog_extack *extack)
{
	const struct mprog_nlattr *attr;
	u32 i;
	int ret;

	for (i = 0; i < attrs->count; i++) {
		attr = &attrs->first[i];
		if (attr->type > max)
			continue;
		ret = validate(attr, &policy[attr->type], extack);
		if (ret)
			return ret;
		table[attr->type] = attr;
	}
	return 0;
}

int mprog_parse_netkit(const struct mprog_nlattrs *attrs, const struct mprog_nlattr **table,
		       struct mprog_extack *extack)
{
	return parse(attrs, netkit_policy, MPROG_NETKIT_MAX, table, extack);
}

int mprog_parse_ifla(const struct mprog_nlattrs *attrs, const struct mprog_nlattr **table,
		     struct mprog_extack *extack)
{
	return parse(attrs, ifla_policy, MPROG_IFLA_MAX, table, extack);
}

u32 mprog_netkit_value(const struct mprog_nlattr *const *data, u32 type, u32 otherwise)
{
	return data[type] ? mprog_nla_number(data[type], netkit_policy[type].len) : otherwise;
}

static bool is_none(const u8 *address)
{
	static const u8 zero[MPROG_ETH_ALEN];

	return (address[0] & 1) || !memcmp(address, zero, MPROG_ETH_ALEN);
}

int mprog_check_address(const struct mprog_nlattr *address, struct mprog_extack *extack)
{
	if (is_none(address->data))
		return mprog_refuse(extack, -EADDRNOTAVAIL, "No device can have that address");
	return 0;
}

int mprog_check_mtu(const struct mprog_nlattr *mtu, struct mprog_extack *extack)
{
	u32 value = mprog_nla_number(mtu, sizeof(u32));

	if (value < MPROG_MIN_MTU || value > MPROG_MAX_MTU)
		return mprog_refuse(extack, -EINVAL, "The MTU is not within 68 and 65535");
	return 0;
}

int mprog_check_policy(const struct mprog_nlattr *policy, struct mprog_extack *extack)
{
	u32 value = mprog_nla_number(policy, sizeof(u32));

	if (value != MPROG_PASS && value != MPROG_DROP)
		return mprog_refuse(extack, -EINVAL, "A policy is PASS or DROP");
	return 0;
}

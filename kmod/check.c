// SPDX-License-Identifier: GPL-2.0-only
/* Attributes of devices and the checks on them. */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "check.h"

const struct nla_policy mprogcheck_policies[MPROGCHECK_DEVICE_MAX + 1] = {
    [MPROGCHECK_PEER_INFO] = {.len = sizeof(struct ifinfomsg)},
    [MPROGCHECK_PRIMARY] = {.type = NLA_REJECT,
			    .reject_message = "Which side is the primary is told, not asked for"},
    [MPROGCHECK_POLICY] = {.type = NLA_U32},
    [MPROGCHECK_PEER_POLICY] = {.type = NLA_U32},
    [MPROGCHECK_MODE] = NLA_POLICY_MAX(NLA_U32, MPROGCHECK_L3),
    [MPROGCHECK_SCRUB] = NLA_POLICY_MAX(NLA_U32, MPROGCHECK_SCRUB_DEFAULT),
    [MPROGCHECK_PEER_SCRUB] = NLA_POLICY_MAX(NLA_U32, MPROGCHECK_SCRUB_DEFAULT),
    [MPROGCHECK_HEADROOM] = {.type = NLA_U16},
    [MPROGCHECK_TAILROOM] = {.type = NLA_U16},
    [MPROGCHECK_PAIRING] = NLA_POLICY_MAX(NLA_U32, MPROGCHECK_SINGLE),
    [MPROGCHECK_DIALECT] = NLA_POLICY_MAX(NLA_U32, MPROG_RFC2),
    [MPROGCHECK_CAPACITY] = NLA_POLICY_RANGE(NLA_U32, 1, MPROG_MAX_CAPACITY),
    [MPROGCHECK_REVISION] = {.type = NLA_U64},
};

int mprogcheck_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int error,
		      const char *msg)
{
	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = msg;
	return error;
}

static int check_address(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (nla_len(attr) != ETH_ALEN)
		return mprogcheck_refuse(extack, attr, -EINVAL, "An address has 6 bytes");
	if (!is_valid_ether_addr(nla_data(attr)))
		return mprogcheck_refuse(extack, attr, -EADDRNOTAVAIL,
					 "No device can have that address");
	return 0;
}

int mprogcheck_parse_peer(struct nlattr *const data[], struct nlattr *peer[],
			  struct netlink_ext_ack *extack)
{
	memset(peer, 0, (IFLA_MAX + 1) * sizeof(*peer));
	if (!data || !data[MPROGCHECK_PEER_INFO])
		return 0;
	return rtnl_nla_parse_ifinfomsg(peer, data[MPROGCHECK_PEER_INFO], extack);
}

static int check_space(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct net *net;
	int ret = 0;

	if (!attr)
		return 0;
	net = get_net_ns_by_fd(nla_get_u32(attr));
	if (IS_ERR(net))
		return mprogcheck_refuse(extack, attr, PTR_ERR(net),
					 "The descriptor is not that of a namespace");
	if (!ns_capable(net->user_ns, CAP_NET_ADMIN))
		ret = mprogcheck_refuse(extack, attr, -EPERM,
					"The other side would be in a foreign namespace");
	put_net(net);
	return ret;
}

int mprogcheck_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct nlattr *peer[IFLA_MAX + 1];
	const struct ifinfomsg *head;
	int ret;

	ret = check_address(tb[IFLA_ADDRESS], extack);
	if (ret || !data || !data[MPROGCHECK_PEER_INFO])
		return ret;
	head = nla_data(data[MPROGCHECK_PEER_INFO]);
	if (head->ifi_index < 0)
		return mprogcheck_refuse(extack, data[MPROGCHECK_PEER_INFO], -EINVAL,
					 "The peer's interface index is below 0");
	ret = mprogcheck_parse_peer(data, peer, extack);
	if (!ret)
		ret = check_address(peer[IFLA_ADDRESS], extack);
	if (!ret)
		ret = check_space(peer[IFLA_NET_NS_FD], extack);
	return ret;
}

static int check_policy(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!attr || nla_get_u32(attr) == MPROG_PASS || nla_get_u32(attr) == MPROG_DROP)
		return 0;
	return mprogcheck_refuse(extack, attr, -EINVAL, "A policy is PASS or DROP");
}

int mprogcheck_check_policies(struct nlattr *const data[], struct netlink_ext_ack *extack)
{
	int ret;

	if (!data)
		return 0;
	ret = check_policy(data[MPROGCHECK_POLICY], extack);
	return ret ? ret : check_policy(data[MPROGCHECK_PEER_POLICY], extack);
}

static int check_single(struct nlattr *const data[], struct netlink_ext_ack *extack)
{
	static const int of_peer[] = {MPROGCHECK_PEER_INFO, MPROGCHECK_PEER_SCRUB,
				      MPROGCHECK_PEER_POLICY};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(of_peer); i++) {
		if (data[of_peer[i]])
			return mprogcheck_refuse(extack, data[of_peer[i]], -EOPNOTSUPP,
						 "A single device has no peer");
	}
	if (mprogcheck_value_or(data, MPROGCHECK_POLICY, MPROG_PASS) != MPROG_PASS)
		return mprogcheck_refuse(extack, data[MPROGCHECK_POLICY], -EOPNOTSUPP,
					 "A single device passes");
	return 0;
}

int mprogcheck_check_new(struct nlattr *tb[], struct nlattr *const data[],
			 struct nlattr *const peer[], struct netlink_ext_ack *extack)
{
	const struct nlattr *address = tb[IFLA_ADDRESS] ?: peer[IFLA_ADDRESS];
	int ret = mprogcheck_check_policies(data, extack);

	if (ret)
		return ret;
	if (address && mprogcheck_value_or(data, MPROGCHECK_MODE, MPROGCHECK_L3) == MPROGCHECK_L3)
		return mprogcheck_refuse(extack, address, -EOPNOTSUPP,
					 "In mode L3 there is no address");
	if (mprogcheck_value_or(data, MPROGCHECK_PAIRING, MPROGCHECK_PAIR) == MPROGCHECK_SINGLE)
		return check_single(data, extack);
	return 0;
}

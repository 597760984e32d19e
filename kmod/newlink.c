// SPDX-License-Identifier: GPL-2.0-only
/* Devices as rtnetlink makes, changes and shows them. */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "device.h"
#include "internal.h"
#include "objects.h"

static const struct nla_policy policies[MPROGCHECK_DEVICE_MAX + 1] = {
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

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int error,
		  const char *msg)
{
	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = msg;
	return error;
}

static u32 value_or(struct nlattr *const data[], int type, u32 otherwise)
{
	return data && data[type] ? nla_get_u32(data[type]) : otherwise;
}

static u16 room_of(struct nlattr *const data[], int type)
{
	return data && data[type] ? nla_get_u16(data[type]) : 0;
}

static int check_address(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (nla_len(attr) != ETH_ALEN)
		return refuse(extack, attr, -EINVAL, "An address has 6 bytes");
	if (!is_valid_ether_addr(nla_data(attr)))
		return refuse(extack, attr, -EADDRNOTAVAIL, "No device can have that address");
	return 0;
}

/* Of PEER_INFO the IFLA_* behind its head; all NULL without one. */
static int parse_peer(struct nlattr *const data[], struct nlattr *peer[],
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
		return refuse(extack, attr, PTR_ERR(net),
			      "The descriptor is not that of a namespace");
	if (!ns_capable(net->user_ns, CAP_NET_ADMIN))
		ret =
		    refuse(extack, attr, -EPERM, "The other side would be in a foreign namespace");
	put_net(net);
	return ret;
}

/* All that is wrong with a request whatever devices there are. */
static int validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct nlattr *peer[IFLA_MAX + 1];
	const struct ifinfomsg *head;
	int ret;

	ret = check_address(tb[IFLA_ADDRESS], extack);
	if (ret || !data || !data[MPROGCHECK_PEER_INFO])
		return ret;
	head = nla_data(data[MPROGCHECK_PEER_INFO]);
	if (head->ifi_index < 0)
		return refuse(extack, data[MPROGCHECK_PEER_INFO], -EINVAL,
			      "The peer's interface index is below 0");
	ret = parse_peer(data, peer, extack);
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
	return refuse(extack, attr, -EINVAL, "A policy is PASS or DROP");
}

static int check_policies(struct nlattr *const data[], struct netlink_ext_ack *extack)
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
			return refuse(extack, data[of_peer[i]], -EOPNOTSUPP,
				      "A single device has no peer");
	}
	if (value_or(data, MPROGCHECK_POLICY, MPROG_PASS) != MPROG_PASS)
		return refuse(extack, data[MPROGCHECK_POLICY], -EOPNOTSUPP,
			      "A single device passes");
	return 0;
}

/* What a new device is refused for before there is another side. */
static int check_new(struct nlattr *tb[], struct nlattr *const data[], struct nlattr *const peer[],
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *address = tb[IFLA_ADDRESS] ?: peer[IFLA_ADDRESS];
	int ret = check_policies(data, extack);

	if (ret)
		return ret;
	if (address && value_or(data, MPROGCHECK_MODE, MPROGCHECK_L3) == MPROGCHECK_L3)
		return refuse(extack, address, -EOPNOTSUPP, "In mode L3 there is no address");
	if (value_or(data, MPROGCHECK_PAIRING, MPROGCHECK_PAIR) == MPROGCHECK_SINGLE)
		return check_single(data, extack);
	return 0;
}

static void setup(struct net_device *dev)
{
	static const netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
						  NETIF_F_RXCSUM | NETIF_F_GSO_SOFTWARE |
						  NETIF_F_GSO_ENCAP_ALL | NETIF_F_HIGHDMA;

	ether_setup(dev);
	dev->max_mtu = ETH_MAX_MTU;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->flags |= IFF_NOARP;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_PHONY_HEADROOM | IFF_NO_QUEUE;
	dev->lltx = true;
	dev->netdev_ops = &mprogcheck_netdev_ops;
	dev->features |= features;
	dev->hw_features = features;
	dev->hw_enc_features = features;
	dev->needs_free_netdev = true;
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
}

/* One side, before it is registered. */
static void furnish(struct net_device *dev, struct nlattr *const data[], bool is_primary)
{
	struct mprogcheck_device *device = netdev_priv(dev);
	u32 dialect = value_or(data, MPROGCHECK_DIALECT, MPROG_MAINLINE);
	u64 revision =
	    data && data[MPROGCHECK_REVISION] ? nla_get_u64(data[MPROGCHECK_REVISION]) : 1;
	u32 i;

	device->dev = dev;
	device->primary = is_primary;
	device->mode = value_or(data, MPROGCHECK_MODE, MPROGCHECK_L3);
	device->pairing = value_or(data, MPROGCHECK_PAIRING, MPROGCHECK_PAIR);
	device->policy =
	    value_or(data, is_primary ? MPROGCHECK_POLICY : MPROGCHECK_PEER_POLICY, MPROG_PASS);
	device->scrub = value_or(data, is_primary ? MPROGCHECK_SCRUB : MPROGCHECK_PEER_SCRUB,
				 MPROGCHECK_SCRUB_DEFAULT);
	device->headroom = room_of(data, MPROGCHECK_HEADROOM);
	device->tailroom = room_of(data, MPROGCHECK_TAILROOM);
	for (i = 0; i < MPROG_LISTS; i++)
		mprog_list_init(&device->lists[i], &mprogcheck_nets[dialect], 0,
				value_or(data, MPROGCHECK_CAPACITY, MPROG_MAX_CAPACITY), revision);
	if (device->mode == MPROGCHECK_L2)
		dev->flags &= ~IFF_NOARP;
	if (device->headroom)
		dev->needed_headroom = device->headroom;
	if (device->tailroom)
		dev->needed_tailroom = device->tailroom;
	netif_carrier_off(dev);
}

/* In mode L2 each side has an address of its own, in mode L3 none has. */
static int register_side(struct net_device *dev, const struct nlattr *address)
{
	const struct mprogcheck_device *device = netdev_priv(dev);

	if (device->mode == MPROGCHECK_L2 && !address)
		eth_hw_addr_random(dev);
	return register_netdevice(dev);
}

static struct net_device *make_peer(struct net *src_net, struct net_device *dev,
				    struct nlattr *tb[], struct nlattr *data[],
				    struct nlattr *peer_tb[], struct netlink_ext_ack *extack)
{
	const struct nlattr *info = data ? data[MPROGCHECK_PEER_INFO] : NULL;
	const struct ifinfomsg *head = info ? nla_data(info) : NULL;
	unsigned char assigned = NET_NAME_ENUM;
	struct nlattr **its = info ? peer_tb : tb;
	struct nlattr *address = info ? peer_tb[IFLA_ADDRESS] : NULL;
	char name[IFNAMSIZ] = "nk%d";
	struct net_device *peer;
	struct net *net;
	int ret;

	if (info && peer_tb[IFLA_IFNAME]) {
		nla_strscpy(name, peer_tb[IFLA_IFNAME], IFNAMSIZ);
		assigned = NET_NAME_USER;
	}
	net = rtnl_link_get_net(src_net, its);
	if (IS_ERR(net))
		return ERR_CAST(net);
	peer = rtnl_create_link(net, name, assigned, &mprogcheck_link_ops, its, extack);
	if (IS_ERR(peer))
		goto out_net;
	netif_inherit_tso_max(peer, dev);
	if (head && head->ifi_index)
		peer->ifindex = head->ifi_index;
	furnish(peer, data, false);
	ret = register_side(peer, address);
	put_net(net);
	if (ret) {
		free_netdev(peer);
		return ERR_PTR(ret);
	}
	ret = rtnl_configure_link(peer, head, 0, NULL);
	if (ret) {
		unregister_netdevice(peer);
		return ERR_PTR(ret);
	}
	return peer;

out_net:
	put_net(net);
	return peer;
}

static int newlink(struct net *src_net, struct net_device *dev, struct nlattr *tb[],
		   struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct mprogcheck_device *device = netdev_priv(dev);
	struct nlattr *peer_tb[IFLA_MAX + 1];
	struct net_device *peer = NULL;
	int ret;

	ret = parse_peer(data, peer_tb, extack);
	if (!ret)
		ret = check_new(tb, data, peer_tb, extack);
	if (ret)
		return ret;
	if (value_or(data, MPROGCHECK_PAIRING, MPROGCHECK_PAIR) == MPROGCHECK_PAIR) {
		peer = make_peer(src_net, dev, tb, data, peer_tb, extack);
		if (IS_ERR(peer))
			return PTR_ERR(peer);
	}
	if (tb[IFLA_IFNAME])
		nla_strscpy(dev->name, tb[IFLA_IFNAME], IFNAMSIZ);
	else
		strscpy(dev->name, "nk%d", IFNAMSIZ);
	furnish(dev, data, true);
	ret = register_side(dev, tb[IFLA_ADDRESS]);
	if (ret) {
		if (peer)
			unregister_netdevice(peer);
		return ret;
	}
	if (peer) {
		rcu_assign_pointer(device->peer, peer);
		device = netdev_priv(peer);
		rcu_assign_pointer(device->peer, dev);
	}
	return 0;
}

static int changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
		      struct netlink_ext_ack *extack)
{
	struct mprogcheck_device *device = netdev_priv(dev);
	struct net_device *peer = rtnl_dereference(device->peer);
	const struct nlattr *policy;
	int type, ret;

	if (!data)
		return 0;
	if (!device->primary) {
		NL_SET_ERR_MSG(extack, "Only the primary manages the pair");
		return -EACCES;
	}
	for (type = 1; type <= MPROGCHECK_DEVICE_MAX; type++) {
		if (data[type] && type != MPROGCHECK_POLICY && type != MPROGCHECK_PEER_POLICY)
			return refuse(extack, data[type], -EACCES,
				      "That is settled when the device is made");
	}
	policy = data[MPROGCHECK_POLICY] ?: data[MPROGCHECK_PEER_POLICY];
	if (policy && device->pairing == MPROGCHECK_SINGLE)
		return refuse(extack, policy, -EOPNOTSUPP, "A single device passes");
	/* All is checked before anything changes. */
	ret = check_policies(data, extack);
	if (ret)
		return ret;
	if (data[MPROGCHECK_POLICY])
		WRITE_ONCE(device->policy, nla_get_u32(data[MPROGCHECK_POLICY]));
	if (data[MPROGCHECK_PEER_POLICY] && peer) {
		device = netdev_priv(peer);
		WRITE_ONCE(device->policy, nla_get_u32(data[MPROGCHECK_PEER_POLICY]));
	}
	return 0;
}

/* Either side goes with the other. */
static void dellink(struct net_device *dev, struct list_head *head)
{
	struct mprogcheck_device *device = netdev_priv(dev);
	struct net_device *peer = rtnl_dereference(device->peer);

	RCU_INIT_POINTER(device->peer, NULL);
	unregister_netdevice_queue(dev, head);
	if (!peer)
		return;
	device = netdev_priv(peer);
	RCU_INIT_POINTER(device->peer, NULL);
	unregister_netdevice_queue(peer, head);
}

static size_t get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u8)) + 8 * nla_total_size(sizeof(u32)) +
	       2 * nla_total_size(sizeof(u16)) + nla_total_size_64bit(sizeof(u64));
}

static int fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct mprogcheck_device *device = netdev_priv(dev);
	const struct net_device *peer = rtnl_dereference(device->peer);
	const struct mprog_list *list = &device->lists[MPROG_AT_PRIMARY];
	const struct mprogcheck_device *other = peer ? netdev_priv(peer) : NULL;

	if (nla_put_u8(skb, MPROGCHECK_PRIMARY, device->primary) ||
	    nla_put_u32(skb, MPROGCHECK_POLICY, device->policy) ||
	    nla_put_u32(skb, MPROGCHECK_MODE, device->mode) ||
	    nla_put_u16(skb, MPROGCHECK_HEADROOM, device->headroom) ||
	    nla_put_u16(skb, MPROGCHECK_TAILROOM, device->tailroom) ||
	    nla_put_u32(skb, MPROGCHECK_PAIRING, device->pairing) ||
	    nla_put_u32(skb, MPROGCHECK_DIALECT, mprog_dialect_of(list->net)) ||
	    nla_put_u32(skb, MPROGCHECK_CAPACITY, list->capacity) ||
	    nla_put_u64_64bit(skb, MPROGCHECK_REVISION, list->first_revision, 0))
		return -EMSGSIZE;
	if (device->pairing == MPROGCHECK_PAIR && nla_put_u32(skb, MPROGCHECK_SCRUB, device->scrub))
		return -EMSGSIZE;
	if (other && (nla_put_u32(skb, MPROGCHECK_PEER_POLICY, other->policy) ||
		      nla_put_u32(skb, MPROGCHECK_PEER_SCRUB, other->scrub)))
		return -EMSGSIZE;
	return 0;
}

static struct net *get_link_net(const struct net_device *dev)
{
	const struct mprogcheck_device *device = netdev_priv(dev);
	const struct net_device *peer = rtnl_dereference(device->peer);

	return peer ? dev_net(peer) : dev_net(dev);
}

struct rtnl_link_ops mprogcheck_link_ops = {
    .kind = "mprog",
    .priv_size = sizeof(struct mprogcheck_device),
    .setup = setup,
    .maxtype = MPROGCHECK_DEVICE_MAX,
    .policy = policies,
    .validate = validate,
    .newlink = newlink,
    .changelink = changelink,
    .dellink = dellink,
    .get_size = get_size,
    .fill_info = fill_info,
    .get_link_net = get_link_net,
};

MODULE_ALIAS_RTNL_LINK("mprog");

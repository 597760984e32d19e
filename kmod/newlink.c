// SPDX-License-Identifier: GPL-2.0-only
/* Devices: creating, changing and dumping them by rtnetlink. */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/sizes.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>

#include "check.h"
#include "compat.h"
#include "device.h"
#include "internal.h"
#include "objects.h"

static void setup(struct net_device *dev)
{
	static const netdev_features_t vlan_features =
	    NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_STAG_TX |
	    NETIF_F_HW_VLAN_STAG_RX;
	static const netdev_features_t inner_features =
	    NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_SCTP_CRC |
	    NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ENCAP_ALL | NETIF_F_HIGHDMA;
	static const netdev_features_t features = inner_features | vlan_features;

	ether_setup(dev);
	dev->max_mtu = ETH_MAX_MTU;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->flags |= IFF_NOARP;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |=
	    IFF_LIVE_ADDR_CHANGE | IFF_PHONY_HEADROOM | IFF_NO_QUEUE | IFF_DISABLE_NETPOLL;
	dev->lltx = true;
	dev->netdev_ops = &mprogcheck_netdev_ops;
	dev->features |= features;
	dev->hw_features = features;
	dev->hw_enc_features = features;
	dev->vlan_features = inner_features;
	dev->mpls_features = inner_features;
	dev->needs_free_netdev = true;
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
}

/* One side, before it is registered. */
static void furnish(struct net_device *dev, struct nlattr *const data[], bool is_primary)
{
	struct mprogcheck_device *device = netdev_priv(dev);
	u32 dialect = mprogcheck_value_or(data, MPROGCHECK_DIALECT, MPROG_MAINLINE);
	u64 revision =
	    data && data[MPROGCHECK_REVISION] ? nla_get_u64(data[MPROGCHECK_REVISION]) : 1;
	u32 i;

	device->dev = dev;
	device->primary = is_primary;
	device->mode = mprogcheck_value_or(data, MPROGCHECK_MODE, MPROGCHECK_L3);
	device->pairing = mprogcheck_value_or(data, MPROGCHECK_PAIRING, MPROGCHECK_PAIR);
	device->policy = mprogcheck_value_or(
	    data, is_primary ? MPROGCHECK_POLICY : MPROGCHECK_PEER_POLICY, MPROG_PASS);
	device->scrub = mprogcheck_value_or(
	    data, is_primary ? MPROGCHECK_SCRUB : MPROGCHECK_PEER_SCRUB, MPROGCHECK_SCRUB_DEFAULT);
	device->headroom = mprogcheck_room_of(data, MPROGCHECK_HEADROOM);
	device->tailroom = mprogcheck_room_of(data, MPROGCHECK_TAILROOM);
	for (i = 0; i < MPROG_LISTS; i++)
		mprog_list_init(&device->lists[i], &mprogcheck_nets[dialect], 0,
				mprogcheck_value_or(data, MPROGCHECK_CAPACITY, MPROG_MAX_CAPACITY),
				revision);
	if (device->mode == MPROGCHECK_L2)
		dev->flags &= ~IFF_NOARP;
	/* The offsets of headers have 16 bits, and the headers are behind that room. */
	dev->needed_headroom = min_t(u16, device->headroom, SZ_32K);
	dev->needed_tailroom = device->tailroom;
	netif_carrier_off(dev);
}

/* In mode L2 each side has its own address, in mode L3 neither has one. */
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
	peer = ERR_PTR(-EPERM);
	if (!net_eq(net, src_net) && !ns_capable(net->user_ns, CAP_NET_ADMIN))
		goto out_net;
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
	/* IFF_UP of the peer is ignored: it has no other side yet, so it cannot be opened. */
	ret = rtnl_configure_link(peer, NULL, 0, NULL);
	if (ret) {
		unregister_netdevice(peer);
		return ERR_PTR(ret);
	}
	return peer;

out_net:
	put_net(net);
	return peer;
}

static int newlink(struct net_device *dev, struct rtnl_newlink_params *params,
		   struct netlink_ext_ack *extack)
{
	struct mprogcheck_device *device = netdev_priv(dev);
	struct nlattr **tb = params->tb, **data = params->data;
	struct nlattr *peer_tb[IFLA_MAX + 1];
	struct net_device *peer = NULL;
	int ret;

	ret = mprogcheck_parse_peer(data, peer_tb, extack);
	if (!ret)
		ret = mprogcheck_check_new(tb, data, peer_tb, extack);
	if (ret)
		return ret;
	if (mprogcheck_value_or(data, MPROGCHECK_PAIRING, MPROGCHECK_PAIR) == MPROGCHECK_PAIR) {
		peer = make_peer(rtnl_newlink_link_net(params), dev, tb, data, peer_tb, extack);
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

MPROGCHECK_NEWLINK(newlink)

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
			return mprogcheck_refuse(extack, data[type], -EACCES,
						 "That is settled when the device is made");
	}
	policy = data[MPROGCHECK_POLICY] ?: data[MPROGCHECK_PEER_POLICY];
	if (policy && device->pairing == MPROGCHECK_SINGLE)
		return mprogcheck_refuse(extack, policy, -EOPNOTSUPP, "A single device passes");
	/* Checks everything before it changes anything. */
	ret = mprogcheck_check_policies(data, extack);
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

/* Removing one side removes the other. */
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
    .policy = mprogcheck_policies,
    .validate = mprogcheck_validate,
    .newlink = MPROGCHECK_NEWLINK_OF(newlink),
    .changelink = changelink,
    .dellink = dellink,
    .get_size = get_size,
    .fill_info = fill_info,
    .get_link_net = get_link_net,
};

MODULE_ALIAS_RTNL_LINK("mprog");

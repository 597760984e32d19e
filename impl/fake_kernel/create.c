// SPDX-License-Identifier: GPL-2.0-only
/*
 * RTM_NEWLINK that creates a netkit device and its peer.
 *
 * All attributes are checked first. Then the peer is registered, and after it the primary. If that
 * fails the peer is removed again.
 */
#include <linux/string.h>

#include "attribute.h"

/* The attributes of a request. Without PEER_INFO those of the primary hold for the peer too. */
struct message {
	const struct mprog_nlattr *tb[MPROG_IFLA_MAX + 1];
	const struct mprog_nlattr *data[MPROG_NETKIT_MAX + 1];
	const struct mprog_nlattr *peer_tb[MPROG_IFLA_MAX + 1];
	bool peer_info;
	u32 space, peer_space;
};

static int given_address(const struct mprog_nlattr *address, struct mprog_extack *extack)
{
	if (!address)
		return 0;
	if (address->len != MPROG_ETH_ALEN)
		return mprog_refuse(extack, -EINVAL, "An address has 6 bytes");
	return mprog_check_address(address, extack);
}

static int given_space(struct mprog_net *net, const struct mprog_nlattr *fd, u32 *space,
		       struct mprog_extack *extack)
{
	int ret;

	if (!fd)
		return 0;
	ret = mprog_space_by_fd(net, mprog_nla_number(fd, sizeof(u32)));
	if (ret < 0)
		return mprog_refuse(extack, ret, "The descriptor is not that of a namespace");
	*space = ret;
	return 0;
}

static int parse_peer(struct mprog_net *net, const struct mprog_netdev_request *req,
		      struct message *m, struct mprog_extack *extack)
{
	int ret;

	m->peer_space = req->space;
	if (!m->peer_info)
		return given_space(net, m->tb[MPROG_IFLA_NET_NS_FD], &m->peer_space, extack);
	if (req->peer_ifindex < 0)
		return mprog_refuse(extack, -EINVAL, "The peer's interface index is below 0");
	ret = mprog_parse_ifla(&req->peer, m->peer_tb, extack);
	if (ret)
		return ret;
	ret = given_address(m->peer_tb[MPROG_IFLA_ADDRESS], extack);
	if (ret)
		return ret;
	return given_space(net, m->peer_tb[MPROG_IFLA_NET_NS_FD], &m->peer_space, extack);
}

static int parse(struct mprog_net *net, const struct mprog_netdev_request *req, struct message *m,
		 struct mprog_extack *extack)
{
	int ret;

	ret = mprog_parse_ifla(&req->attrs, m->tb, extack);
	if (ret)
		return ret;
	ret = mprog_parse_netkit(&req->data, m->data, extack);
	if (ret)
		return ret;
	m->peer_info = m->data[MPROG_NETKIT_PEER_INFO];
	ret = given_address(m->tb[MPROG_IFLA_ADDRESS], extack);
	if (ret)
		return ret;
	ret = parse_peer(net, req, m, extack);
	if (ret)
		return ret;
	m->space = req->space;
	return given_space(net, m->tb[MPROG_IFLA_NET_NS_FD], &m->space, extack);
}

/* An interface name, padded with 0 for comparisons; all 0 if none is given. */
static void name_of(const struct mprog_nlattr *attr, char *name)
{
	memset(name, 0, MPROG_NAME);
	if (attr)
		memcpy(name, attr->data, attr->len < MPROG_NAME ? attr->len : MPROG_NAME - 1);
}

static int check_existing(struct mprog_net *net, const struct mprog_netdev_request *req,
			  const struct message *m, struct mprog_extack *extack)
{
	char name[MPROG_NAME];

	if (req->ifindex < 0)
		return mprog_refuse(extack, -EINVAL, "The interface index is below 0");
	name_of(m->tb[MPROG_IFLA_NAME], name);
	if ((req->ifindex && mprog_ifindex_taken(net, m->space, req->ifindex)) ||
	    (name[0] && mprog_device_by_name(net, m->space, name)))
		return mprog_refuse(extack, -EEXIST, "There is such a device already");
	return 0;
}

static int check_queues(const struct mprog_nlattr *queues, struct mprog_extack *extack)
{
	u32 count;

	if (!queues)
		return 0;
	count = mprog_nla_number(queues, sizeof(u32));
	if (count < 1 || count > MPROG_MAX_QUEUES)
		return mprog_refuse(extack, -EINVAL, "A device has 1 to 4096 queues");
	return 0;
}

/* Checks that apply to any kind of device. */
static int check_sizes(const struct mprog_nlattr *const *tb, struct mprog_extack *extack)
{
	int ret;

	ret = check_queues(tb[MPROG_IFLA_NUM_TX_QUEUES], extack);
	if (ret)
		return ret;
	ret = check_queues(tb[MPROG_IFLA_NUM_RX_QUEUES], extack);
	if (ret || !tb[MPROG_IFLA_MTU])
		return ret;
	return mprog_check_mtu(tb[MPROG_IFLA_MTU], extack);
}

static int check_single(const struct message *m, struct mprog_extack *extack)
{
	if (m->peer_info || m->data[MPROG_NETKIT_PEER_POLICY] || m->data[MPROG_NETKIT_PEER_SCRUB])
		return mprog_refuse(extack, -EOPNOTSUPP, "A single device has no peer");
	if (mprog_netkit_value(m->data, MPROG_NETKIT_POLICY, MPROG_PASS) != MPROG_PASS)
		return mprog_refuse(extack, -EOPNOTSUPP, "A single device passes");
	return 0;
}

static int check_netkit(const struct message *m, struct mprog_extack *extack)
{
	const struct mprog_nlattr *const *data = m->data;
	bool address = m->tb[MPROG_IFLA_ADDRESS] || m->peer_tb[MPROG_IFLA_ADDRESS];
	int ret;

	if (data[MPROG_NETKIT_POLICY]) {
		ret = mprog_check_policy(data[MPROG_NETKIT_POLICY], extack);
		if (ret)
			return ret;
	}
	if (data[MPROG_NETKIT_PEER_POLICY]) {
		ret = mprog_check_policy(data[MPROG_NETKIT_PEER_POLICY], extack);
		if (ret)
			return ret;
	}
	if (address && mprog_netkit_value(data, MPROG_NETKIT_MODE, MPROG_L3) == MPROG_L3)
		return mprog_refuse(extack, -EOPNOTSUPP, "In mode L3 there is no address");
	if (mprog_netkit_value(data, MPROG_NETKIT_PAIRING, MPROG_PAIR) == MPROG_SINGLE)
		return check_single(m, extack);
	return 0;
}

static struct mprog_device *free_slot(struct mprog_net *net)
{
	u32 i;

	for (i = 0; i < MPROG_MAX_DEVICES; i++) {
		if (!net->devices[i].present)
			return &net->devices[i];
	}
	return NULL;
}

/* nk0, nk1, ...: the first name that is free. */
static void make_up_name(struct mprog_net *net, u32 space, char *name)
{
	memset(name, 0, MPROG_NAME);
	name[0] = 'n';
	name[1] = 'k';
	for (name[2] = '0'; mprog_device_by_name(net, space, name); name[2]++)
		;
}

/* A different unicast address for each device. */
static void random_address(struct mprog_net *net, u8 *address)
{
	u32 serial = ++net->addresses;

	memset(address, 0, MPROG_ETH_ALEN);
	address[0] = 0x06;
	memcpy(address + 1, &serial, sizeof(serial));
}

/* Sets up one side from the request and the defaults. It is down. */
static void furnish(struct mprog_net *net, const struct message *m, struct mprog_device *device,
		    bool is_peer)
{
	const struct mprog_nlattr *const *data = m->data;
	const struct mprog_nlattr *const *tb = is_peer && m->peer_info ? m->peer_tb : m->tb;
	const struct mprog_nlattr *mtu = tb[MPROG_IFLA_MTU];
	const struct mprog_nlattr *address = tb[MPROG_IFLA_ADDRESS];

	if (is_peer && !m->peer_info)
		address = NULL;
	WRITE_ONCE(device->space, is_peer ? m->peer_space : m->space);
	WRITE_ONCE(device->mtu, mtu ? mprog_nla_number(mtu, sizeof(u32)) : MPROG_DEFAULT_MTU);
	WRITE_ONCE(device->kind, MPROG_NETKIT);
	device->primary = !is_peer;
	device->pairing = mprog_netkit_value(data, MPROG_NETKIT_PAIRING, MPROG_PAIR);
	device->mode = mprog_netkit_value(data, MPROG_NETKIT_MODE, MPROG_L3);
	WRITE_ONCE(device->policy,
		   mprog_netkit_value(
		       data, is_peer ? MPROG_NETKIT_PEER_POLICY : MPROG_NETKIT_POLICY, MPROG_PASS));
	WRITE_ONCE(device->scrub,
		   mprog_netkit_value(data, is_peer ? MPROG_NETKIT_PEER_SCRUB : MPROG_NETKIT_SCRUB,
				      MPROG_SCRUB_DEFAULT));
	device->headroom = mprog_netkit_value(data, MPROG_NETKIT_HEADROOM, 0);
	device->tailroom = mprog_netkit_value(data, MPROG_NETKIT_TAILROOM, 0);
	if (device->mode == MPROG_L3)
		memset(device->address, 0, MPROG_ETH_ALEN);
	else if (address)
		memcpy(device->address, address->data, MPROG_ETH_ALEN);
	else
		random_address(net, device->address);
	atomic64_set(&device->counters.tx_packets, 0);
	atomic64_set(&device->counters.tx_bytes, 0);
	atomic64_set(&device->counters.tx_dropped, 0);
	atomic64_set(&device->counters.rx_packets, 0);
	atomic64_set(&device->counters.rx_bytes, 0);
}

static struct mprog_device *register_side(struct mprog_net *net, const struct message *m,
					  bool is_peer, int ifindex, struct mprog_extack *extack)
{
	const struct mprog_nlattr *const *tb = is_peer ? m->peer_tb : m->tb;
	u32 space = is_peer ? m->peer_space : m->space;
	struct mprog_device *device;
	char name[MPROG_NAME];

	name_of(tb[MPROG_IFLA_NAME], name);
	if (!name[0])
		make_up_name(net, space, name);
	if (mprog_device_by_name(net, space, name)) {
		extack->msg = "The name is taken";
		return ERR_PTR(-EEXIST);
	}
	/* The index of a device is that of its slot, so no other index can be had. */
	if (ifindex) {
		extack->msg = "The interface index is taken";
		return ERR_PTR(-EBUSY);
	}
	device = free_slot(net);
	if (!device)
		return ERR_PTR(-ENOMEM);
	mprog_device_init(net, device);
	memcpy(device->name, name, MPROG_NAME);
	furnish(net, m, device, is_peer);
	return device;
}

static int register_pair(struct mprog_net *net, const struct mprog_netdev_request *req,
			 const struct message *m, struct mprog_extack *extack, u32 *ifindex)
{
	struct mprog_device *device, *peer = NULL;
	int ret;

	if (mprog_netkit_value(m->data, MPROG_NETKIT_PAIRING, MPROG_PAIR) == MPROG_PAIR) {
		ret = check_sizes(m->peer_tb, extack);
		if (ret)
			return ret;
		peer = register_side(net, m, true, req->peer_ifindex, extack);
		if (IS_ERR(peer))
			return PTR_ERR(peer);
	}
	device = register_side(net, m, false, req->ifindex, extack);
	if (IS_ERR(device)) {
		/* It was never up, so no packet can be in it. */
		if (peer)
			WRITE_ONCE(peer->present, false);
		return PTR_ERR(device);
	}
	if (peer) {
		rcu_assign_pointer(device->peer, peer);
		rcu_assign_pointer(peer->peer, device);
	}
	*ifindex = mprog_ifindex(device);
	return 0;
}

int mprog_netdev_new(struct mprog_net *net, const struct mprog_netdev_request *req,
		     struct mprog_extack *extack, u32 *ifindex)
{
	struct message m = {};
	int ret;

	ret = parse(net, req, &m, extack);
	if (!ret)
		ret = check_existing(net, req, &m, extack);
	if (!ret)
		ret = check_sizes(m.tb, extack);
	if (!ret)
		ret = check_netkit(&m, extack);
	if (!ret)
		ret = register_pair(net, req, &m, extack, ifindex);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Existing devices: RTM_NEWLINK that changes one, RTM_SETLINK, and RTM_GETLINK. */
#include <linux/string.h>

#include "attribute.h"

static bool is_single(const struct mprog_device *device)
{
	return device->pairing == MPROG_SINGLE;
}

/* Attributes that are fixed when the device is created. */
static bool is_fixed(const struct mprog_nlattr *const *data)
{
	return data[MPROG_NETKIT_PEER_INFO] || data[MPROG_NETKIT_MODE] ||
	       data[MPROG_NETKIT_SCRUB] || data[MPROG_NETKIT_PEER_SCRUB] ||
	       data[MPROG_NETKIT_HEADROOM] || data[MPROG_NETKIT_TAILROOM] ||
	       data[MPROG_NETKIT_PAIRING];
}

static int check_policies(struct mprog_device *device, const struct mprog_nlattr *const *data,
			  struct mprog_extack *extack)
{
	const struct mprog_nlattr *policy = data[MPROG_NETKIT_POLICY];
	const struct mprog_nlattr *peer_policy = data[MPROG_NETKIT_PEER_POLICY];
	int ret = 0;

	if ((policy || peer_policy) && is_single(device))
		return mprog_refuse(extack, -EOPNOTSUPP, "A single device passes");
	if (policy)
		ret = mprog_check_policy(policy, extack);
	if (ret || !peer_policy)
		return ret;
	return mprog_check_policy(peer_policy, extack);
}

/* Checks everything first, so that a refused request changes nothing. */
int mprog_netdev_change(struct mprog_net *net, const struct mprog_netdev_request *req,
			struct mprog_extack *extack)
{
	const struct mprog_nlattr *table[MPROG_NETKIT_MAX + 1] = {};
	const struct mprog_nlattr *const *data = (const struct mprog_nlattr *const *)table;
	struct mprog_device *device = mprog_device_of(net, req->ifindex);
	struct mprog_device *peer;
	int ret;

	if (!device || device->space != req->space)
		return -ENODEV;
	if (device->kind != MPROG_NETKIT)
		return -EOPNOTSUPP;
	ret = mprog_parse_netkit(&req->data, table, extack);
	if (ret)
		return ret;
	if (!device->primary)
		return mprog_refuse(extack, -EACCES, "Only the primary manages the pair");
	if (is_fixed(data))
		return mprog_refuse(extack, -EACCES, "That is settled when the device is made");
	ret = check_policies(device, data, extack);
	if (ret)
		return ret;
	peer = mprog_peer(device);
	if (data[MPROG_NETKIT_POLICY])
		WRITE_ONCE(device->policy,
			   mprog_netkit_value(data, MPROG_NETKIT_POLICY, MPROG_PASS));
	if (data[MPROG_NETKIT_PEER_POLICY] && peer)
		WRITE_ONCE(peer->policy,
			   mprog_netkit_value(data, MPROG_NETKIT_PEER_POLICY, MPROG_PASS));
	return 0;
}

/* Both sides have a carrier while both are up; a single one while it is up. */
static int set_up(struct mprog_device *device, struct mprog_extack *extack)
{
	struct mprog_device *peer = mprog_peer(device);

	if (!peer && !is_single(device))
		return mprog_refuse(extack, -ENOTCONN, "The device has lost its other side");
	if (!peer)
		device->carrier = true;
	else if (peer->up)
		device->carrier = peer->carrier = true;
	smp_store_release(&device->up, true);
	return 0;
}

static void set_down(struct mprog_device *device)
{
	struct mprog_device *peer = mprog_peer(device);

	WRITE_ONCE(device->up, false);
	device->carrier = false;
	if (peer)
		peer->carrier = false;
}

static int set_address(struct mprog_device *device, const struct mprog_nlattr *address,
		       struct mprog_extack *extack)
{
	int ret;

	if (address->len < MPROG_ETH_ALEN)
		return mprog_refuse(extack, -EINVAL, "An address has 6 bytes");
	if (!memcmp(device->address, address->data, MPROG_ETH_ALEN))
		return 0;
	if (device->mode == MPROG_L3)
		return mprog_refuse(extack, -EOPNOTSUPP, "In mode L3 there is no address");
	ret = mprog_check_address(address, extack);
	if (!ret)
		memcpy(device->address, address->data, MPROG_ETH_ALEN);
	return ret;
}

static int set_name(struct mprog_net *net, struct mprog_device *device,
		    const struct mprog_nlattr *attr, struct mprog_extack *extack)
{
	struct mprog_device *taken;
	char name[MPROG_NAME] = {};

	memcpy(name, attr->data, attr->len < MPROG_NAME ? attr->len : MPROG_NAME - 1);
	taken = mprog_device_by_name(net, device->space, name);
	if (taken && taken != device)
		return mprog_refuse(extack, -EEXIST, "The name is taken");
	memcpy(device->name, name, MPROG_NAME);
	return 0;
}

/* Moves a device. It is closed on the way, and keeps its lists, but not its qdisc. */
static int set_space(struct mprog_net *net, struct mprog_device *device,
		     const struct mprog_nlattr *fd, struct mprog_extack *extack)
{
	int space = mprog_space_by_fd(net, mprog_nla_number(fd, sizeof(u32)));

	if (space < 0)
		return mprog_refuse(extack, space, "The descriptor is not that of a namespace");
	if ((u32)space == device->space)
		return 0;
	if (mprog_device_by_name(net, space, device->name))
		return mprog_refuse(extack, -EEXIST, "The name is taken there");
	set_down(device);
	mprog_qdisc_set(net, mprog_ifindex(device), MPROG_NO_QDISC, false);
	WRITE_ONCE(device->space, space);
	return 0;
}

int mprog_netdev_set(struct mprog_net *net, const struct mprog_netdev_request *req,
		     struct mprog_extack *extack)
{
	const struct mprog_nlattr *tb[MPROG_IFLA_MAX + 1] = {};
	struct mprog_device *device = mprog_device_of(net, req->ifindex);
	int ret;

	if (!device || device->space != req->space)
		return -ENODEV;
	if (device->kind != MPROG_NETKIT)
		return -EOPNOTSUPP;
	ret = mprog_parse_ifla(&req->attrs, tb, extack);
	if (!ret && tb[MPROG_IFLA_NET_NS_FD])
		ret = set_space(net, device, tb[MPROG_IFLA_NET_NS_FD], extack);
	if (!ret && tb[MPROG_IFLA_ADDRESS])
		ret = set_address(device, tb[MPROG_IFLA_ADDRESS], extack);
	if (!ret && tb[MPROG_IFLA_MTU])
		ret = mprog_check_mtu(tb[MPROG_IFLA_MTU], extack);
	if (!ret && tb[MPROG_IFLA_MTU])
		WRITE_ONCE(device->mtu, mprog_nla_number(tb[MPROG_IFLA_MTU], sizeof(u32)));
	if (!ret && tb[MPROG_IFLA_NAME])
		ret = set_name(net, device, tb[MPROG_IFLA_NAME], extack);
	if (ret || !req->change_up || req->up == device->up)
		return ret;
	if (req->up)
		return set_up(device, extack);
	set_down(device);
	return 0;
}

static u32 bit(u32 attribute)
{
	return 1U << attribute;
}

int mprog_netdev_get(struct mprog_net *net, u32 ifindex, struct mprog_netdev_info *info)
{
	const struct mprog_device *device = mprog_device_of(net, ifindex);
	const struct mprog_device *peer;

	if (!device)
		return -ENODEV;
	if (device->kind != MPROG_NETKIT)
		return -EOPNOTSUPP;
	peer = mprog_peer(device);
	memset(info, 0, sizeof(*info));
	info->space = device->space;
	memcpy(info->name, device->name, MPROG_NAME);
	info->up = device->up;
	info->carrier = device->carrier;
	info->arp = device->mode == MPROG_L2;
	memcpy(info->address, device->address, MPROG_ETH_ALEN);
	info->mtu = device->mtu;
	info->primary = device->primary;
	info->mode = device->mode;
	info->policy = device->policy;
	info->headroom = device->headroom;
	info->tailroom = device->tailroom;
	info->pairing = device->pairing;
	info->told = bit(MPROG_NETKIT_PRIMARY) | bit(MPROG_NETKIT_MODE) | bit(MPROG_NETKIT_POLICY) |
		     bit(MPROG_NETKIT_HEADROOM) | bit(MPROG_NETKIT_TAILROOM) |
		     bit(MPROG_NETKIT_PAIRING);
	if (!is_single(device)) {
		info->scrub = device->scrub;
		info->told |= bit(MPROG_NETKIT_SCRUB);
	}
	if (!peer)
		return 0;
	info->link = mprog_ifindex(peer);
	info->peer_policy = peer->policy;
	info->peer_scrub = peer->scrub;
	info->told |= bit(MPROG_NETKIT_PEER_POLICY) | bit(MPROG_NETKIT_PEER_SCRUB);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Devices: how they and their lists are found, opened, closed and removed. */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "device.h"
#include "internal.h"

LIST_HEAD(mprogcheck_devices);

static struct net_device *peer_of(const struct mprogcheck_device *device)
{
	return rtnl_dereference(device->peer);
}

struct mprogcheck_device *mprogcheck_device_of(struct net *net, u32 ifindex)
{
	struct net_device *dev = __dev_get_by_index(net, ifindex);

	return dev && mprogcheck_is_ours(dev) ? netdev_priv(dev) : NULL;
}

struct mprog_list *mprog_point_at(struct mprog_net *net, unsigned long space, u32 ifindex, u32 hook)
{
	struct net_device *dev = __dev_get_by_index((struct net *)space, ifindex);
	struct mprogcheck_device *device;

	if (!dev)
		return ERR_PTR(-ENODEV);
	if (!mprogcheck_is_ours(dev))
		return ERR_PTR(hook < MPROG_AT_PRIMARY ? -ENODEV : -ENXIO);
	device = netdev_priv(dev);
	if (hook < MPROG_AT_PRIMARY)
		return &device->lists[hook];
	if (!device->primary)
		return ERR_PTR(-EACCES);
	if (device->pairing == MPROGCHECK_SINGLE)
		return ERR_PTR(-EOPNOTSUPP);
	if (hook == MPROG_AT_PEER && peer_of(device))
		device = netdev_priv(peer_of(device));
	return &device->lists[MPROG_AT_PRIMARY];
}

static struct mprog_prog *prog_on(const struct mprog_list *list, u32 id)
{
	const struct mprog_array *array = mprog_active(list);
	u32 i;

	for (i = 0; i < list->count; i++) {
		if (mprog_prog_id(array->fp[i]) == id)
			return array->fp[i];
	}
	return NULL;
}

struct mprog_prog *mprogcheck_attached_prog(u32 id)
{
	struct mprogcheck_device *device;
	struct mprog_prog *prog;
	u32 i;

	list_for_each_entry(device, &mprogcheck_devices, all)
	{
		for (i = 0; i < MPROG_LISTS; i++) {
			prog = prog_on(&device->lists[i], id);
			if (prog)
				return prog;
		}
	}
	return NULL;
}

static int device_init(struct net_device *dev)
{
	struct mprogcheck_device *device = netdev_priv(dev);

	list_add(&device->all, &mprogcheck_devices);
	return 0;
}

/* Called when the device is removed. It sends no packet any more; the lists wait for the last. */
static void device_uninit(struct net_device *dev)
{
	struct mprogcheck_device *device = netdev_priv(dev);
	u32 i;

	for (i = 0; i < MPROG_LISTS; i++) {
		if (device->lists[i].count)
			mprog_list_empty(device->lists[i].net, &device->lists[i]);
	}
	list_del(&device->all);
}

/* Both sides have a carrier while both are up; a single one while it is up. */
static int device_open(struct net_device *dev)
{
	struct mprogcheck_device *device = netdev_priv(dev);
	struct net_device *peer = peer_of(device);

	if (device->pairing == MPROGCHECK_SINGLE) {
		netif_carrier_on(dev);
		return 0;
	}
	if (!peer)
		return -ENOTCONN;
	if (peer->flags & IFF_UP) {
		netif_carrier_on(dev);
		netif_carrier_on(peer);
	}
	return 0;
}

static int device_close(struct net_device *dev)
{
	struct net_device *peer = peer_of(netdev_priv(dev));

	netif_carrier_off(dev);
	if (peer)
		netif_carrier_off(peer);
	return 0;
}

static int get_iflink(const struct net_device *dev)
{
	const struct mprogcheck_device *device = netdev_priv(dev);
	const struct net_device *peer;
	int ifindex = 0;

	rcu_read_lock();
	peer = rcu_dereference(device->peer);
	if (peer)
		ifindex = READ_ONCE(peer->ifindex);
	rcu_read_unlock();
	return ifindex;
}

static int set_address(struct net_device *dev, void *address)
{
	const struct mprogcheck_device *device = netdev_priv(dev);

	if (device->mode == MPROGCHECK_L3)
		return -EOPNOTSUPP;
	return eth_mac_addr(dev, address);
}

/* The device receives for any address anyway. */
static void set_rx_mode(struct net_device *dev)
{
}

const struct net_device_ops mprogcheck_netdev_ops = {
    .ndo_init = device_init,
    .ndo_uninit = device_uninit,
    .ndo_open = device_open,
    .ndo_stop = device_close,
    .ndo_start_xmit = mprogcheck_xmit,
    .ndo_set_rx_mode = set_rx_mode,
    .ndo_get_iflink = get_iflink,
    .ndo_set_mac_address = set_address,
    .ndo_get_stats64 = dev_get_tstats64,
    .ndo_features_check = passthru_features_check,
};

static int hook(struct mprogcheck_device *device)
{
	int ret;

	device->egress = (struct nf_hook_ops){
	    .hook = mprogcheck_egress,
	    .dev = device->dev,
	    .priv = device,
	    .pf = NFPROTO_NETDEV,
	    .hooknum = NF_NETDEV_EGRESS,
	};
	ret = nf_register_net_hook(dev_net(device->dev), &device->egress);
	device->hooked = !ret;
	return ret;
}

static void unhook(struct mprogcheck_device *device)
{
	if (device->hooked)
		nf_unregister_net_hook(dev_net(device->dev), &device->egress);
	device->hooked = false;
}

/*
 * A device gets its index when it is registered, and maybe another one when it is moved. Moving it
 * unregisters it as well, and removing it may notify more than once.
 */
static int on_event(struct notifier_block *notifier, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct mprogcheck_device *device;
	int ret;
	u32 i;

	if (!mprogcheck_is_ours(dev))
		return NOTIFY_DONE;
	device = netdev_priv(dev);
	if (event == NETDEV_UNREGISTER)
		unhook(device);
	if (event != NETDEV_REGISTER)
		return NOTIFY_DONE;
	for (i = 0; i < MPROG_LISTS; i++)
		device->lists[i].ifindex = dev->ifindex;
	ret = hook(device);
	/* It is only moved to another namespace. */
	if (ret)
		netdev_err(dev, "no programs run at egress: %d\n", ret);
	return notifier_from_errno(ret);
}

static struct notifier_block notifier = {.notifier_call = on_event};

int mprogcheck_devices_init(void)
{
	int ret = register_netdevice_notifier(&notifier);

	if (ret)
		return ret;
	ret = rtnl_link_register(&mprogcheck_link_ops);
	if (ret)
		unregister_netdevice_notifier(&notifier);
	return ret;
}

/* Removes all devices. */
void mprogcheck_devices_exit(void)
{
	rtnl_link_unregister(&mprogcheck_link_ops);
	unregister_netdevice_notifier(&notifier);
}

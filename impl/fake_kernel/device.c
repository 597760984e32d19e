// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: how they and their lists are found, initialised and removed.
 *
 * Each device has a slot in a table, and its index is that of the slot. Commands check `present`,
 * packets only `up`, which is set last and cleared first. Clearing the lists of a removed device
 * waits for a grace period, so its slot is free only when no packet can be in it.
 */
#include <linux/string.h>

#include "impl/core/filter.h"
#include "tables.h"

struct mprog_device *mprog_device_of(struct mprog_net *net, u32 ifindex)
{
	u32 slot = ifindex - MPROG_FIRST_IFINDEX;

	if (slot >= MPROG_MAX_DEVICES || !net->devices[slot].present)
		return NULL;
	return &net->devices[slot];
}

u32 mprog_ifindex(const struct mprog_device *device)
{
	return device->lists[0].ifindex;
}

struct mprog_device *mprog_peer(const struct mprog_device *device)
{
	return rcu_dereference_protected(device->peer, true);
}

/* Whether a device in that namespace has the index. */
bool mprog_ifindex_taken(struct mprog_net *net, u32 space, u32 ifindex)
{
	const struct mprog_device *device = mprog_device_of(net, ifindex);

	return ifindex == MPROG_LOOPBACK || (device && device->space == space);
}

struct mprog_device *mprog_device_by_name(struct mprog_net *net, u32 space, const char *name)
{
	struct mprog_device *device;

	for (device = net->devices; device < net->devices + MPROG_MAX_DEVICES; device++) {
		if (device->present && device->space == space &&
		    !memcmp(device->name, name, MPROG_NAME))
			return device;
	}
	return NULL;
}

/* Only the primary may manage programs, for itself and for its peer. */
static struct mprog_list *netkit_list(struct mprog_device *device, u32 hook)
{
	if (device->kind != MPROG_NETKIT)
		return ERR_PTR(-ENXIO);
	if (!device->primary)
		return ERR_PTR(-EACCES);
	if (device->pairing == MPROG_SINGLE)
		return ERR_PTR(-EOPNOTSUPP);
	if (hook == MPROG_AT_PEER && mprog_peer(device))
		device = mprog_peer(device);
	return &device->lists[MPROG_AT_PRIMARY];
}

struct mprog_list *mprog_point_at(struct mprog_net *net, unsigned long space, u32 ifindex, u32 hook)
{
	struct mprog_device *device = mprog_device_of(net, ifindex);
	bool netkit = hook >= MPROG_AT_PRIMARY;

	if (netkit && ifindex == MPROG_LOOPBACK)
		return ERR_PTR(-ENXIO);
	if (!device || device->space != space)
		return ERR_PTR(-ENODEV);
	return netkit ? netkit_list(device, hook) : &device->lists[hook];
}

struct mprog_list *mprog_point(struct mprog_net *net, u32 space, u32 ifindex, u32 attach_type)
{
	u32 hook;
	int ret = mprog_hook_of(attach_type, &hook);

	return ret ? ERR_PTR(ret) : mprog_point_at(net, space, ifindex, hook);
}

struct mprog_classifier *mprog_classifier_at(struct mprog_net *net, unsigned long space,
					     u32 ifindex, u32 hook)
{
	struct mprog_device *device = mprog_device_of(net, ifindex);

	if (!device || device->space != space)
		return ERR_PTR(-ENODEV);
	if (hook >= MPROG_CLS_HOOKS || device->qdisc == MPROG_NO_QDISC)
		return ERR_PTR(-EINVAL);
	if (hook == MPROG_AT_EGRESS && device->qdisc != MPROG_CLSACT)
		return ERR_PTR(-EINVAL);
	return &device->classifier;
}

/* Makes a free slot a plain device without a name, down, its lists empty. */
void mprog_device_init(struct mprog_net *net, struct mprog_device *device)
{
	u32 ifindex = device - net->devices + MPROG_FIRST_IFINDEX;
	u32 i;

	for (i = 0; i < MPROG_LISTS; i++)
		mprog_list_init(&device->lists[i], net, ifindex, net->params.capacity,
				net->params.revision);
	WRITE_ONCE(device->kind, MPROG_PLAIN);
	device->qdisc = MPROG_NO_QDISC;
	mprog_classifier_init(&device->classifier, net, ifindex);
	device->carrier = false;
	WRITE_ONCE(device->space, 0);
	rcu_assign_pointer(device->peer, NULL);
	WRITE_ONCE(device->present, true);
}

void mprog_tcx_empty(struct mprog_net *net, struct mprog_device *device)
{
	mprog_list_empty(net, &device->lists[MPROG_AT_INGRESS]);
	mprog_list_empty(net, &device->lists[MPROG_AT_EGRESS]);
}

/* No packet finds the device any more. Those in it leave before its lists are empty. */
static void unlist(struct mprog_device *device)
{
	WRITE_ONCE(device->up, false);
	rcu_assign_pointer(device->peer, NULL);
	WRITE_ONCE(device->present, false);
}

static void dismantle(struct mprog_net *net, struct mprog_device *device)
{
	mprog_tcx_empty(net, device);
	mprog_classifier_empty(&device->classifier);
	if (device->kind == MPROG_NETKIT)
		mprog_list_empty(net, &device->lists[MPROG_AT_PRIMARY]);
}

int mprog_device_remove(struct mprog_net *net, u32 ifindex)
{
	struct mprog_device *device = mprog_device_of(net, ifindex);
	struct mprog_device *peer;

	if (!device)
		return -ENODEV;
	peer = mprog_peer(device);
	unlist(device);
	if (peer)
		unlist(peer);
	dismantle(net, device);
	if (peer)
		dismantle(net, peer);
	return 0;
}

void mprog_space_remove(struct mprog_net *net, u32 space)
{
	struct mprog_device *device;

	net->ended[space] = true;
	for (device = net->devices; device < net->devices + MPROG_MAX_DEVICES; device++) {
		if (device->present && device->space == space)
			mprog_device_remove(net, mprog_ifindex(device));
	}
}

int mprog_qdisc_set(struct mprog_net *net, u32 ifindex, enum mprog_qdisc kind, bool replace)
{
	struct mprog_device *device = mprog_device_of(net, ifindex);

	if (!device)
		return -ENODEV;
	if (kind == MPROG_NO_QDISC && device->qdisc == MPROG_NO_QDISC)
		return -ENOENT;
	if (kind != MPROG_NO_QDISC && device->qdisc == kind && !replace)
		return -EEXIST;
	/* The filters belong to the qdisc. */
	if (kind != device->qdisc)
		mprog_classifier_empty(&device->classifier);
	device->qdisc = kind;
	return 0;
}

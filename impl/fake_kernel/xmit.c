// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path of a packet from one side to the other. Needs no lock, as mprog_run().
 *
 *	tcx egress of the sender -> its netkit list, on the receiving device -> tcx ingress there
 */
#include "tables.h"

/* A packet is scrubbed if it leaves its namespace and the sending side has SCRUB set. */
static void scrub(const struct mprog_device *from, const struct mprog_device *to,
		  struct mprog_packet *packet)
{
	if (READ_ONCE(from->space) == READ_ONCE(to->space))
		return;
	if (READ_ONCE(from->scrub) != MPROG_SCRUB_DEFAULT)
		return;
	packet->mark = 0;
	packet->priority = 0;
}

static void count_sent(struct mprog_device *from, const struct mprog_packet *packet)
{
	atomic64_inc(&from->counters.tx_packets);
	atomic64_add(packet->len, &from->counters.tx_bytes);
}

static int drop(struct mprog_device *from, struct mprog_packet *packet)
{
	atomic64_inc(&from->counters.tx_dropped);
	packet->fate = MPROG_DROPPED;
	return -ENOBUFS;
}

/* The sender gets no error for a packet that is dropped here. */
static int receive(struct mprog_device *to, struct mprog_packet *packet)
{
	atomic64_inc(&to->counters.rx_packets);
	atomic64_add(packet->len, &to->counters.rx_bytes);
	packet->fate = MPROG_PASSED;
	switch (mprog_device_run(to, MPROG_AT_INGRESS, packet)) {
	case MPROG_DROP:
		packet->fate = MPROG_DROPPED;
		break;
	case MPROG_REDIRECT:
		packet->fate = MPROG_REDIRECTED;
		break;
	}
	return 0;
}

static int cross(struct mprog_device *from, struct mprog_packet *packet)
{
	struct mprog_device *to = rcu_dereference(from->peer);
	int policy = READ_ONCE(from->policy);

	/* No program runs without a peer that is up. */
	if (!to)
		return drop(from, packet);
	/* A packet that waits for a carrier counts as sent for the sender. */
	if (!smp_load_acquire(&to->up)) {
		drop(from, packet);
		return 0;
	}
	scrub(from, to, packet);
	packet->ifindex = mprog_ifindex(to);
	switch (mprog_run_netkit(&from->lists[MPROG_AT_PRIMARY], policy, packet)) {
	case MPROG_NEXT:
	case MPROG_PASS:
		count_sent(from, packet);
		return receive(to, packet);
	case MPROG_REDIRECT:
		count_sent(from, packet);
		packet->fate = MPROG_REDIRECTED;
		return 0;
	default:
		return drop(from, packet);
	}
}

static int leave(struct mprog_device *from, struct mprog_packet *packet)
{
	/* Once it is up all its fields are set. */
	if (!smp_load_acquire(&from->up))
		return -ENETDOWN;
	if (packet->len < MPROG_ETH_HLEN)
		return -EINVAL;
	if (packet->len > READ_ONCE(from->mtu) + MPROG_ETH_HLEN)
		return -EMSGSIZE;
	packet->ifindex = mprog_ifindex(from);
	switch (mprog_device_run(from, MPROG_AT_EGRESS, packet)) {
	case MPROG_DROP:
		packet->fate = MPROG_DROPPED;
		return -ENOBUFS;
	case MPROG_REDIRECT:
		packet->fate = MPROG_REDIRECTED;
		return 0;
	}
	return cross(from, packet);
}

int mprog_xmit(struct mprog_net *net, u32 ifindex, struct mprog_packet *packet)
{
	u32 slot = ifindex - MPROG_FIRST_IFINDEX;
	struct mprog_device *from;
	int ret;

	packet->fate = MPROG_REFUSED;
	if (slot >= MPROG_MAX_DEVICES)
		return -ENODEV;
	from = &net->devices[slot];
	rcu_read_lock();
	if (!READ_ONCE(from->present))
		ret = -ENODEV;
	else if (READ_ONCE(from->kind) != MPROG_NETKIT)
		ret = -ENXIO;
	else
		ret = leave(from, packet);
	rcu_read_unlock();
	return ret;
}

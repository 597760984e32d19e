// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a packet from one side to the other. Runs without the lock, as mprog_run() does.
 *
 *	tcx egress of the sender -> its netkit list, on the other side already -> tcx ingress there
 */
#include "tables.h"

/* Only what leaves a namespace is scrubbed, and only if the sending side wants it. */
static void scrub(struct mprog_net *net, const struct mprog_device *from,
		  const struct mprog_device *to, struct mprog_packet *packet)
{
	const struct mprog_device *who = mprog_fault(net, other_side_scrubs) ? to : from;
	bool same = READ_ONCE(from->space) == READ_ONCE(to->space);

	if (same && !mprog_fault(net, scrubbed_in_same_space))
		return;
	if (READ_ONCE(who->scrub) != MPROG_SCRUB_DEFAULT || mprog_fault(net, never_scrubbed))
		return;
	packet->mark = 0;
	if (!mprog_fault(net, scrub_keeps_priority))
		packet->priority = 0;
}

static void count_sent(struct mprog_device *from, const struct mprog_packet *packet)
{
	atomic64_inc(&from->counters.tx_packets);
	atomic64_add(packet->len, &from->counters.tx_bytes);
}

static int drop(struct mprog_net *net, struct mprog_device *from, struct mprog_packet *packet)
{
	if (!mprog_fault(net, drop_not_counted))
		atomic64_inc(&from->counters.tx_dropped);
	if (mprog_fault(net, dropped_counts_as_sent))
		count_sent(from, packet);
	packet->fate = MPROG_DROPPED;
	return mprog_fault(net, drop_not_told) ? 0 : -ENOBUFS;
}

/* What is dropped here is lost: the sender has been told already that it was sent. */
static int receive(struct mprog_net *net, struct mprog_device *to, struct mprog_packet *packet)
{
	u32 len = packet->len;

	if (mprog_fault(net, received_without_head))
		len -= MPROG_ETH_HLEN;
	atomic64_inc(&to->counters.rx_packets);
	atomic64_add(len, &to->counters.rx_bytes);
	packet->fate = MPROG_PASSED;
	if (mprog_fault(net, ingress_of_other_side_skipped))
		return 0;
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

static int cross(struct mprog_net *net, struct mprog_device *from, struct mprog_packet *packet)
{
	struct mprog_device *to = rcu_dereference(from->peer);
	int policy = READ_ONCE(from->policy);
	bool lost;

	/* Without another side that is up no program is asked. */
	lost = !to || !smp_load_acquire(&to->up);
	if (!to)
		return drop(net, from, packet);
	/* Nor is there a carrier then; what waits for one is sent, as far as the sender knows. */
	if (lost && !mprog_fault(net, programs_run_for_peer_that_is_down)) {
		drop(net, from, packet);
		return 0;
	}
	if (mprog_fault(net, policy_of_other_side))
		policy = READ_ONCE(to->policy);
	scrub(net, from, to, packet);
	if (!mprog_fault(net, packet_still_on_sender))
		packet->ifindex = mprog_ifindex(to);
	switch (mprog_run_netkit(&from->lists[MPROG_AT_PRIMARY], policy, packet)) {
	case MPROG_NEXT:
	case MPROG_PASS:
		if (lost)
			return drop(net, from, packet);
		count_sent(from, packet);
		return receive(net, to, packet);
	case MPROG_REDIRECT:
		if (!mprog_fault(net, redirect_not_counted))
			count_sent(from, packet);
		packet->fate = MPROG_REDIRECTED;
		return 0;
	default:
		return drop(net, from, packet);
	}
}

static int leave(struct mprog_net *net, struct mprog_device *from, struct mprog_packet *packet)
{
	u32 head = mprog_fault(net, head_counts_for_mtu) ? 0 : MPROG_ETH_HLEN;

	/* Whoever sees it up sees it whole. */
	if (!smp_load_acquire(&from->up))
		return -ENETDOWN;
	if (packet->len < MPROG_ETH_HLEN)
		return -EINVAL;
	if (packet->len > READ_ONCE(from->mtu) + head)
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
	return cross(net, from, packet);
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
		ret = leave(net, from, packet);
	rcu_read_unlock();
	return ret;
}

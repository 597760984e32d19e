// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path of a packet from one side to the other.
 *
 *	egress of the sender -> its netkit list, on the receiving device -> ingress there
 */
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>

#include "device.h"
#include "platform.h"

/*
 * Removes the link-layer header, for a device whose packets have none, unless nothing follows it or
 * its end is unknown.
 */
static bool behead(struct sk_buff *skb)
{
	int offset = skb_network_offset(skb);

	if (offset < 0 || skb->len <= (u32)offset || !pskb_may_pull(skb, offset))
		return false;
	skb_pull_rcsum(skb, offset);
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	return true;
}

/*
 * bpf_redirect() leaves an index and flags. A module cannot do what the flags of other helpers
 * request (the next hop, the device behind a peer), so such a packet is dropped.
 */
static bool redirect(struct sk_buff *skb)
{
	struct bpf_redirect_info *ri = bpf_net_ctx_get_ri();
	struct net_device *to = dev_get_by_index_rcu(dev_net(skb->dev), ri->tgt_index);
	bool has_head = to && dev_is_mac_header_xmit(to);
	u32 flags = ri->flags;

	ri->tgt_index = 0;
	ri->flags = 0;
	if (!to || !(to->flags & IFF_UP) || (flags & ~BPF_F_INGRESS) ||
	    (has_head && !(skb->len && skb_mac_header(skb) < skb_network_header(skb))))
		return false;
	if (flags & BPF_F_INGRESS) {
		if (skb_orphan_frags(skb, GFP_ATOMIC) || (!has_head && !behead(skb)))
			return false;
		/* The route it was given is for output, not for input. */
		skb_scrub_packet(skb, false);
		skb->priority = 0;
		skb->dev = to;
		if (has_head) {
			skb->protocol = eth_type_trans(skb, to);
			skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
		}
		netif_rx(skb);
		return true;
	}
	/* Programs may redirect from device to device and back; only this limit ends that. */
	if (dev_xmit_recursion() || (!has_head && !behead(skb)))
		return false;
	skb->dev = to;
	skb_clear_tstamp(skb);
	dev_xmit_recursion_inc();
	dev_queue_xmit(skb);
	dev_xmit_recursion_dec();
	return true;
}

/* From here on the packet is on the receiving device, also for programs. */
static void cross_over(struct sk_buff *skb, const struct mprogcheck_device *from,
		       struct net_device *to)
{
	skb_scrub_packet(skb, false);
	skb_reset_mac_header(skb);
	if (!net_eq(dev_net(from->dev), dev_net(to))) {
		ipvs_reset(skb);
		skb_clear_tstamp(skb);
		if (from->scrub == MPROGCHECK_SCRUB_DEFAULT) {
			skb->mark = 0;
			skb->priority = 0;
		}
	}
	eth_skb_pkt_type(skb, to);
	skb->dev = to;
	skb->tc_skip_classify = 0;
}

static void drop(struct sk_buff *skb)
{
	kfree_skb_reason(skb, SKB_DROP_REASON_TC_EGRESS);
}

/*
 * Whether it arrived, which fails if the receiver's queue is full. A packet that programs drop
 * there has arrived, and the sender gets no error.
 */
static bool receive(struct sk_buff *skb, struct net_device *to)
{
	const struct mprogcheck_device *device = netdev_priv(to);
	const struct mprog_list *list = &device->lists[MPROG_AT_INGRESS];

	if (!mprog_idle(list)) {
		bpf_compute_data_pointers(skb);
		switch (mprog_run(list, skb)) {
		case MPROG_PASS:
			/* No filter runs then. But packet sockets of all types miss it, too. */
			skb->tc_skip_classify = !!rcu_access_pointer(to->tcx_ingress);
			break;
		case MPROG_DROP:
			drop(skb);
			return true;
		case MPROG_REDIRECT:
			if (!redirect(skb))
				drop(skb);
			return true;
		}
	}
	eth_skb_pull_mac(skb);
	skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
	return netif_rx(skb) == NET_RX_SUCCESS;
}

/* Whether the packet was sent. Otherwise it is freed. */
static bool cross(struct sk_buff *skb, struct net_device *dev)
{
	struct mprogcheck_device *from = netdev_priv(dev);
	struct net_device *to = rcu_dereference(from->peer);
	unsigned int len = skb->len;

	/* No program runs without a peer that is up. */
	if (!to || !(READ_ONCE(to->flags) & IFF_UP) || !pskb_may_pull(skb, ETH_HLEN) ||
	    skb_orphan_frags(skb, GFP_ATOMIC))
		goto out_drop;
	cross_over(skb, from, to);
	bpf_compute_data_pointers(skb);
	switch (mprog_run_netkit(&from->lists[MPROG_AT_PRIMARY], READ_ONCE(from->policy), skb)) {
	case MPROG_NEXT:
	case MPROG_PASS:
		if (!receive(skb, to))
			return false;
		dev_sw_netstats_tx_add(dev, 1, len);
		dev_sw_netstats_rx_add(to, len);
		return true;
	case MPROG_REDIRECT:
		if (!redirect(skb))
			break;
		dev_sw_netstats_tx_add(dev, 1, len);
		return true;
	}
out_drop:
	drop(skb);
	return false;
}

/*
 * Runs the programs at egress, as a hook before the queues: without a carrier those drop packets
 * that the programs must have seen. tc runs filters after this hook; only our filters check the
 * mark of a packet that passed the list.
 */
unsigned int mprogcheck_egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct mprogcheck_device *from = priv;
	const struct mprog_list *list = &from->lists[MPROG_AT_EGRESS];
	struct bpf_net_context here, *context;
	unsigned int verdict = NF_ACCEPT;

	skb->tc_skip_classify = 0;
	if (mprog_idle(list))
		return NF_ACCEPT;
	context = bpf_net_ctx_set(&here);
	bpf_compute_data_pointers(skb);
	switch (mprog_run(list, skb)) {
	case MPROG_PASS:
		skb->tc_skip_classify = READ_ONCE(from->egress_classifiers) > 0;
		break;
	case MPROG_DROP:
		verdict = NF_DROP;
		break;
	case MPROG_REDIRECT:
		verdict = redirect(skb) ? NF_STOLEN : NF_DROP;
		break;
	}
	bpf_net_ctx_clear(context);
	return verdict;
}

netdev_tx_t mprogcheck_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct bpf_net_context here, *context;
	netdev_tx_t ret = NET_XMIT_SUCCESS;

	context = bpf_net_ctx_set(&here);
	rcu_read_lock();
	if (!cross(skb, dev)) {
		dev_core_stats_tx_dropped_inc(dev);
		ret = NET_XMIT_DROP;
	}
	rcu_read_unlock();
	bpf_net_ctx_clear(context);
	return ret;
}

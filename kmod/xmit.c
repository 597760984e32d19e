// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a packet from one side to the other.
 *
 *	egress of the sender -> its netkit list, on the other side already -> ingress there
 */
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>

#include "device.h"
#include "platform.h"

/*
 * bpf_redirect() leaves a number and flags. What the flags of other helpers ask for (the next hop,
 * the device behind a peer) modules cannot do: such a packet is dropped.
 */
static bool redirect(struct sk_buff *skb)
{
	struct bpf_redirect_info *ri = bpf_net_ctx_get_ri();
	struct net_device *to = dev_get_by_index_rcu(dev_net(skb->dev), ri->tgt_index);
	u32 flags = ri->flags;

	ri->tgt_index = 0;
	ri->flags = 0;
	if (!to || !(to->flags & IFF_UP) || (flags & ~BPF_F_INGRESS))
		return false;
	if (flags & BPF_F_INGRESS) {
		skb->protocol = eth_type_trans(skb, to);
		netif_rx(skb);
		return true;
	}
	if (!dev_is_mac_header_xmit(to)) {
		skb_pull_rcsum(skb, skb_network_offset(skb));
		skb_reset_mac_header(skb);
	}
	skb->dev = to;
	dev_queue_xmit(skb);
	return true;
}

static void scrub(struct sk_buff *skb, const struct mprogcheck_device *from, bool leaves_space)
{
	skb_scrub_packet(skb, false);
	if (leaves_space && from->scrub == MPROGCHECK_SCRUB_DEFAULT) {
		skb->mark = 0;
		skb->priority = 0;
	}
}

static void drop(struct sk_buff *skb)
{
	kfree_skb_reason(skb, SKB_DROP_REASON_TC_EGRESS);
}

/* What is dropped here is lost: the sender has been told already that it was sent. */
static void receive(struct sk_buff *skb, struct net_device *to)
{
	const struct mprogcheck_device *device = netdev_priv(to);
	const struct mprog_list *list = &device->lists[MPROG_AT_INGRESS];

	dev_sw_netstats_rx_add(to, skb->len);
	if (!mprog_idle(list)) {
		bpf_compute_data_pointers(skb);
		switch (mprog_run(list, skb)) {
		case MPROG_PASS:
			/* Nobody is asked any more; but so packet sockets of all types do not see
			 * it. */
			skb->tc_skip_classify = !!rcu_access_pointer(to->tcx_ingress);
			break;
		case MPROG_DROP:
			return drop(skb);
		case MPROG_REDIRECT:
			if (!redirect(skb))
				drop(skb);
			return;
		}
	}
	skb->protocol = eth_type_trans(skb, to);
	netif_rx(skb);
}

/* Whether the packet is in other hands. */
static bool cross(struct sk_buff *skb, struct net_device *dev)
{
	struct mprogcheck_device *from = netdev_priv(dev);
	struct net_device *to = rcu_dereference(from->peer);
	unsigned int len = skb->len;

	/* Without another side that is up no program is asked. */
	if (!to || !(READ_ONCE(to->flags) & IFF_UP) || !pskb_may_pull(skb, ETH_HLEN) ||
	    skb_orphan_frags(skb, GFP_ATOMIC))
		return false;
	scrub(skb, from, !net_eq(dev_net(dev), dev_net(to)));
	skb->dev = to;
	skb->tc_skip_classify = 0;
	bpf_compute_data_pointers(skb);
	switch (mprog_run_netkit(&from->lists[MPROG_AT_PRIMARY], READ_ONCE(from->policy), skb)) {
	case MPROG_NEXT:
	case MPROG_PASS:
		dev_sw_netstats_tx_add(dev, 1, len);
		receive(skb, to);
		return true;
	case MPROG_REDIRECT:
		if (!redirect(skb))
			return false;
		dev_sw_netstats_tx_add(dev, 1, len);
		return true;
	}
	return false;
}

/*
 * The programs at egress, as a hook in front of the queues: without a carrier these drop what
 * comes, and the programs are to have seen it. tc asks behind that hook; what of a passed packet it
 * is told by the mark only filters of ours heed.
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
		skb->tc_skip_classify = 1;
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
		drop(skb);
		ret = NET_XMIT_DROP;
	}
	rcu_read_unlock();
	bpf_net_ctx_clear(context);
	return ret;
}

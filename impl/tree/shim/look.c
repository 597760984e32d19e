// SPDX-License-Identifier: GPL-2.0-only
/* What a worker sees of the lists, and the packets that run through them. */
#include <linux/bpf_mprog.h>
#include <net/tcx.h>
#include <stdio.h>

#include "kernel.h"

/* How many lists run: the switches of the fast path. */
static s64 needed, ingress_queues, egress_queues, allocations_before;

void tcx_inc(void)
{
	needed++;
}

void tcx_dec(void)
{
	WARN_ON(needed-- <= 0);
}

void net_inc_ingress_queue(void)
{
	ingress_queues++;
}

void net_dec_ingress_queue(void)
{
	WARN_ON(ingress_queues-- <= 0);
}

void net_inc_egress_queue(void)
{
	egress_queues++;
}

void net_dec_egress_queue(void)
{
	WARN_ON(egress_queues-- <= 0);
}

static struct bpf_mprog_entry *entry_of(const struct net_device *device, int ingress)
{
	return ingress ? READ_ONCE(device->tcx_ingress) : READ_ONCE(device->tcx_egress);
}

static int look(__u32 ifindex, int ingress, struct tree_list *list)
{
	const struct net_device *device = shim_device(ifindex);
	struct bpf_mprog_entry *entry;
	struct bpf_tuple tuple;
	struct bpf_mprog_fp *fp;
	struct bpf_mprog_cp *cp;

	if (!device)
		return 0;
	entry = entry_of(device, ingress);
	list->revision = entry ? bpf_mprog_revision(entry) : 1;
	list->count = entry ? entry->parent->count : 0;
	list->filled = 0;
	if (!entry)
		return 1;
	bpf_mprog_foreach_tuple(entry, fp, cp, tuple)
	{
		if (list->filled == TREE_MOST_ENTRIES || list->filled == BPF_MPROG_MAX)
			break;
		list->prog_ids[list->filled] = tuple.prog->aux->id;
		list->link_ids[list->filled++] = !tuple.link	  ? 0
						 : tuple.link->id ? tuple.link->id
								  : ~0u;
	}
	return 1;
}

/* tcx_run() of net/core/dev.c: the first verdict that is not "next" ends the run. */
static int run(const struct bpf_mprog_entry *entry, struct sk_buff *skb)
{
	const struct bpf_mprog_fp *fp;
	const struct bpf_prog *prog;
	int ret = TCX_NEXT;

	bpf_mprog_foreach_prog(entry, fp, prog)
	{
		ret = skb->answer(skb->context, prog->cookie);
		if (ret != TCX_NEXT)
			break;
	}
	return tcx_action_code(skb, ret);
}

static int packet(__u32 ifindex, int ingress, int (*answer)(void *context, __u32 cookie),
		  void *context, int *error)
{
	const struct net_device *device = shim_device(ifindex);
	struct sk_buff skb = {.answer = answer, .context = context};
	struct bpf_mprog_entry *entry;
	int verdict = TCX_NEXT;

	*error = device ? 0 : -ENODEV;
	if (!device)
		return verdict;
	rcu_read_lock();
	entry = entry_of(device, ingress);
	if (entry && (ingress ? ingress_queues : egress_queues) > 0 && needed > 0) {
		tcx_set_ingress(&skb, ingress);
		verdict = run(entry, &skb);
	}
	rcu_read_unlock();
	return verdict;
}

static void begin(__u32 devices)
{
	needed = ingress_queues = egress_queues = 0;
	allocations_before = shim_allocations();
	shim_objects_begin();
	shim_devices_begin(devices);
}

static void told(const char *what, s64 left)
{
	if (!left)
		return;
	fprintf(stderr, "leaked: %lld %s\n", (long long)left, what);
	WARN_ON(left);
}

static void end(void)
{
	u32 before = shim_warnings();

	shim_devices_end();
	shim_quiesce();
	shim_objects_end();
	told("of the switch of tcx", needed);
	told("of the switch of ingress", ingress_queues);
	told("of the switch of egress", egress_queues);
	/* What is still held keeps its memory: that is told already. */
	if (shim_warnings() == before)
		told("allocations", shim_allocations() - allocations_before);
}

static int bpf(struct tree_caller caller, int command, void *attribute, __u32 size)
{
	int ret = shim_bpf(caller, command, attribute, size);

	shim_quiesce();
	return ret;
}

static int close_fd(__u32 fd)
{
	int ret = shim_close(fd);

	shim_quiesce();
	return ret;
}

static int remove_device(__u32 ifindex)
{
	int ret = shim_device_remove(ifindex);

	shim_quiesce();
	return ret;
}

static int qdisc(__u32 ifindex, enum tree_qdisc kind, int replace)
{
	int ret = shim_qdisc(ifindex, kind, replace);

	shim_quiesce();
	return ret;
}

static __u32 link_id(__u32 fd)
{
	const struct bpf_link *link = shim_link_of(fd);

	return IS_ERR_OR_NULL(link) ? 0 : link->id;
}

extern __attribute__((__visibility__("default"))) const struct tree_api *mprogcheck_tree_api(void);

const struct tree_api *mprogcheck_tree_api(void)
{
	static struct tree_api api = {
	    .version = TREE_API_VERSION,
	    .slots = BPF_MPROG_MAX,
	    .begin = begin,
	    .end = end,
	    .load = shim_prog_load,
	    .bpf = bpf,
	    .close = close_fd,
	    .fdinfo = shim_link_fdinfo,
	    .remove = remove_device,
	    .qdisc = qdisc,
	    .packet = packet,
	    .link_id = link_id,
	    .look = look,
	    .references = shim_references,
	    .warnings = shim_warnings,
	    .coverage = shim_coverage,
	};

	api.qdiscs = shim_has_qdiscs();
	return &api;
}

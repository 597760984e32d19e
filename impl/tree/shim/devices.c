// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices and qdiscs: what net/core/dev.c and net/sched/sch_api.c do to them, as far as the lists
 * notice. A device that has gone stays in memory, as somebody may hold it, but nobody finds it.
 */
#include <net/pkt_cls.h>
#include <net/tcx.h>

#include "kernel.h"

#define FIRST_IFINDEX 2
#define MOST_DEVICES 8
#define SPACES 2

static struct net spaces[SPACES];
static struct net_device devices[MOST_DEVICES];

struct net *shim_net(u32 number)
{
	return &spaces[number < SPACES ? number : 0];
}

struct net_device *shim_device(u32 ifindex)
{
	u32 i = ifindex - FIRST_IFINDEX;

	return i < MOST_DEVICES && devices[i].present ? &devices[i] : NULL;
}

struct net_device *__dev_get_by_index(struct net *net, int ifindex)
{
	struct net_device *device = shim_device(ifindex);

	return device && device->space == net ? device : NULL;
}

/* Qdiscs. */

#ifdef TREE_QDISCS
static struct Qdisc_ops *kinds[4];

int register_qdisc(struct Qdisc_ops *ops)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i])
			continue;
		kinds[i] = ops;
		return 0;
	}
	return -ENOSPC;
}

void unregister_qdisc(struct Qdisc_ops *ops)
{
	(void)ops;
}

static const struct Qdisc_ops *kind_named(const char *id)
{
	u32 i;

	if (!kinds[0] && shim_module_init())
		return NULL;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i] && !strcmp(kinds[i]->id, id))
			return kinds[i];
	return NULL;
}

void mini_qdisc_pair_init(struct mini_Qdisc_pair *pair, struct Qdisc *qdisc,
			  struct mini_Qdisc __rcu **p_miniq)
{
	(void)qdisc;
	pair->p_miniq = p_miniq;
}

/* Without a head nobody is classified any more; this writes to the list's own memory. */
void mini_qdisc_pair_swap(struct mini_Qdisc_pair *pair, struct tcf_proto *head)
{
	struct mini_Qdisc *miniq = *pair->p_miniq == &pair->miniq1 ? &pair->miniq2 : &pair->miniq1;

	miniq->filter_list = head;
	WRITE_ONCE(*pair->p_miniq, head ? miniq : NULL);
}

void mini_qdisc_pair_block_init(struct mini_Qdisc_pair *pair, struct tcf_block *block)
{
	(void)pair;
	(void)block;
}

struct tcf_block {
	u32 index;
};

int tcf_block_get_ext(struct tcf_block **block, struct Qdisc *q, struct tcf_block_ext_info *info,
		      struct netlink_ext_ack *extack)
{
	(void)q;
	(void)info;
	(void)extack;
	*block = kzalloc(sizeof(**block), GFP_KERNEL);
	return *block ? 0 : -ENOMEM;
}

/* As if there had been a filter: then the head of the chain is taken off before the block goes. */
void tcf_block_put_ext(struct tcf_block *block, struct Qdisc *q, struct tcf_block_ext_info *info)
{
	(void)q;
	if (!block)
		return;
	if (info->chain_head_change)
		info->chain_head_change(NULL, info->chain_head_change_priv);
	kfree(block);
}

static void qdisc_free(struct Qdisc *sch)
{
	kfree(sch->priv);
	kfree(sch);
}

static void qdisc_destroy(struct Qdisc *sch)
{
	if (!sch)
		return;
	if (sch->ops->destroy)
		sch->ops->destroy(sch);
	qdisc_free(sch);
}

static struct Qdisc *qdisc_create(struct net_device *device, const struct Qdisc_ops *ops)
{
	struct Qdisc *sch = kzalloc(sizeof(*sch), GFP_KERNEL);
	int ret;

	if (!sch)
		return ERR_PTR(-ENOMEM);
	sch->ops = ops;
	sch->device = device;
	sch->parent = TC_H_INGRESS;
	sch->priv = kzalloc(ops->priv_size, GFP_KERNEL);
	ret = sch->priv ? ops->init(sch, NULL, NULL) : -ENOMEM;
	if (!ret)
		return sch;
	/* It has to cope with what init() left half done. */
	if (sch->priv)
		qdisc_destroy(sch);
	else
		qdisc_free(sch);
	return ERR_PTR(ret);
}

/*
 * RTM_NEWQDISC without a handle. One of the other kind is replaced, also where one is to be added:
 * the new one is made before the old one goes.
 */
static int qdisc_set(struct net_device *device, const struct Qdisc_ops *ops, int replace)
{
	struct Qdisc *old = device->qdisc, *new;

	if (!ops)
		return -ENOENT;
	if (old && old->ops == ops)
		return replace ? 0 : -EEXIST;
	new = qdisc_create(device, ops);
	if (IS_ERR(new))
		return PTR_ERR(new);
	qdisc_destroy(old);
	device->qdisc = new;
	return 0;
}

static int qdisc_remove(struct net_device *device)
{
	struct Qdisc *old = device->qdisc;

	if (!old)
		return -ENOENT;
	device->qdisc = NULL;
	qdisc_destroy(old);
	return 0;
}

u32 shim_has_qdiscs(void)
{
	return kind_named("clsact") && kind_named("ingress");
}

int shim_qdisc(u32 ifindex, enum tree_qdisc kind, int replace)
{
	struct net_device *device = shim_device(ifindex);
	int ret;

	if (!device)
		return -ENODEV;
	rtnl_lock();
	ret = kind == TREE_NO_QDISC
		  ? qdisc_remove(device)
		  : qdisc_set(device, kind_named(kind == TREE_CLSACT ? "clsact" : "ingress"),
			      replace);
	rtnl_unlock();
	return ret;
}
#else
static int qdisc_remove(struct net_device *device)
{
	(void)device;
	return 0;
}

u32 shim_has_qdiscs(void)
{
	return 0;
}

int shim_qdisc(u32 ifindex, enum tree_qdisc kind, int replace)
{
	(void)ifindex;
	(void)kind;
	(void)replace;
	return -ENOENT;
}
#endif

/* unregister_netdevice(): the qdiscs go before the lists. */
int shim_device_remove(u32 ifindex)
{
	struct net_device *device = shim_device(ifindex);

	if (!device)
		return -ENODEV;
	rtnl_lock();
	device->present = false;
	synchronize_rcu();
	qdisc_remove(device);
	dev_tcx_uninstall(device);
	rtnl_unlock();
	return 0;
}

void shim_devices_begin(u32 count)
{
	u32 i;

	for (i = 0; i < MOST_DEVICES; i++)
		devices[i] = (struct net_device){
		    .ifindex = (int)i + FIRST_IFINDEX,
		    .space = &spaces[0],
		    .present = i < count,
		};
}

void shim_devices_end(void)
{
	u32 i;

	for (i = 0; i < MOST_DEVICES; i++) {
		if (devices[i].present)
			shim_device_remove(devices[i].ifindex);
		WARN_ON(devices[i].tcx_ingress || devices[i].tcx_egress);
	}
}

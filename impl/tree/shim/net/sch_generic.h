/* SPDX-License-Identifier: GPL-2.0-only */
/* Qdiscs as far as ingress and clsact are ones: they hold the lists of tcx, and no packets here. */
#ifndef _SHIM_NET_SCH_GENERIC_H
#define _SHIM_NET_SCH_GENERIC_H

#include <linux/netdevice.h>
#include <linux/pkt_sched.h>

struct Qdisc;
struct tcf_proto;
struct tcf_block;
struct qdisc_walker;

struct Qdisc_class_ops {
	unsigned int flags;
	struct Qdisc *(*leaf)(struct Qdisc *sch, unsigned long arg);
	unsigned long (*find)(struct Qdisc *sch, u32 classid);
	void (*walk)(struct Qdisc *sch, struct qdisc_walker *walker);
	struct tcf_block *(*tcf_block)(struct Qdisc *sch, unsigned long arg,
				       struct netlink_ext_ack *extack);
	unsigned long (*bind_tcf)(struct Qdisc *sch, unsigned long parent, u32 classid);
	void (*unbind_tcf)(struct Qdisc *sch, unsigned long cl);
};
#define QDISC_CLASS_OPS_DOIT_UNLOCKED 1

struct Qdisc_ops {
	const struct Qdisc_class_ops *cl_ops;
	char id[16];
	int priv_size;
	unsigned int static_flags;
	int (*init)(struct Qdisc *sch, struct nlattr *arg, struct netlink_ext_ack *extack);
	void (*destroy)(struct Qdisc *sch);
	int (*dump)(struct Qdisc *sch, struct sk_buff *skb);
	void (*ingress_block_set)(struct Qdisc *sch, u32 block_index);
	void (*egress_block_set)(struct Qdisc *sch, u32 block_index);
	u32 (*ingress_block_get)(struct Qdisc *sch);
	u32 (*egress_block_get)(struct Qdisc *sch);
	struct module *owner;
};
#define TCQ_F_INGRESS 1
#define TCQ_F_CPUSTATS 2

int register_qdisc(struct Qdisc_ops *ops);
void unregister_qdisc(struct Qdisc_ops *ops);

struct Qdisc {
	const struct Qdisc_ops *ops;
	struct net_device *device;
	u32 parent;
	void *priv;
};

static inline void *qdisc_priv(struct Qdisc *sch)
{
	return sch->priv;
}

static inline struct net_device *qdisc_dev(const struct Qdisc *sch)
{
	return sch->device;
}

static inline struct sk_buff *qdisc_skb_cb(struct sk_buff *skb)
{
	return skb;
}

/* The head of a chain of filters, where the list of tcx points to it. */
struct mini_Qdisc {
	struct tcf_proto *filter_list;
};

struct mini_Qdisc_pair {
	struct mini_Qdisc miniq1, miniq2;
	struct mini_Qdisc __rcu **p_miniq;
};

void mini_qdisc_pair_init(struct mini_Qdisc_pair *pair, struct Qdisc *qdisc,
			  struct mini_Qdisc __rcu **p_miniq);
void mini_qdisc_pair_swap(struct mini_Qdisc_pair *pair, struct tcf_proto *head);
void mini_qdisc_pair_block_init(struct mini_Qdisc_pair *pair, struct tcf_block *block);

static inline bool mini_qdisc_pair_inited(struct mini_Qdisc_pair *pair)
{
	return pair->p_miniq;
}

#endif

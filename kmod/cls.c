// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier as tc calls it. The filters of a chain with the same priority, a struct tcf_proto,
 * are one classifier of the core, and run in the order of their handles.
 *
 * Links remove their filters under the rtnl without tc, because a close must not fail. When a
 * classifier has no filter left, a message to tc removes the rest (link_filter.c).
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/pkt_cls.h>
#include <uapi/linux/pkt_cls.h>

#include "cls.h"
#include "device.h"
#include "objects.h"

struct classifier {
	struct mprog_classifier core;
	struct tcf_proto *tp;
	struct list_head all;
	u32 hook;
	struct mprogcheck_device *egress; /* at whose egress it is, if that device is one of ours */
	bool asked;			  /* by tc, which removes empty classifiers */
	struct rcu_head rcu;
};

static LIST_HEAD(classifiers); /* under the rtnl */

static struct classifier *classifier_of(const struct tcf_proto *tp)
{
	return rtnl_dereference(tp->root);
}

static struct mprog_filter *first_of(const struct classifier *own)
{
	return mprog_filter_first(&own->core, own->hook);
}

struct mprog_filter *mprog_filter_alloc(struct mprog_net *net)
{
	struct mprogcheck_filter *own = mprogcheck_alloc(net, sizeof(*own));

	return own ? &own->core : ERR_PTR(-ENOMEM);
}

void mprog_filter_free(struct mprog_net *net, struct mprog_filter *filter)
{
	struct mprogcheck_filter *own = container_of(filter, struct mprogcheck_filter, core);
	struct classifier *at = container_of(filter->classifier, struct classifier, core);

	if (at->asked)
		kfree(own);
	else
		mprogcheck_tell_later(own, at->tp->chain->block->net);
}

struct mprog_prog *mprogcheck_filter_prog(u32 id)
{
	struct mprog_filter *filter;
	struct classifier *own;

	list_for_each_entry(own, &classifiers, all)
	{
		for (filter = first_of(own); filter; filter = mprog_filter_next(filter)) {
			if (mprog_prog_id(filter->prog) == id)
				return filter->prog;
		}
	}
	return NULL;
}

/* The parent that the current request names. tc accepts any for an ingress qdisc. */
static u32 hook_named(const struct tcf_block *block)
{
	return TC_H_MIN(block->classid) == TC_H_MIN(TC_H_MIN_EGRESS) ? MPROG_AT_EGRESS
								     : MPROG_AT_INGRESS;
}

static int init(struct tcf_proto *tp)
{
	struct mprog_net *net = &mprogcheck_nets[MPROG_MAINLINE]; /* the same in both dialects */
	struct tcf_block *block = tp->chain->block;
	struct classifier *own = mprogcheck_alloc(net, sizeof(*own));

	if (!own)
		return -ENOMEM;
	mprog_classifier_init(&own->core, net, block->q ? qdisc_dev(block->q)->ifindex : 0);
	own->tp = tp;
	own->hook = hook_named(block);
	if (block->q && !mprogcheck_qdisc_has(block->q, own->hook))
		own->hook = MPROG_AT_INGRESS;
	if (own->hook == MPROG_AT_EGRESS && block->q && mprogcheck_is_ours(qdisc_dev(block->q))) {
		own->egress = netdev_priv(qdisc_dev(block->q));
		WRITE_ONCE(own->egress->egress_classifiers, own->egress->egress_classifiers + 1);
	}
	list_add(&own->all, &classifiers);
	rcu_assign_pointer(tp->root, own);
	return 0;
}

/* Packets may still run it; unregistering the kind waits for them. */
static void free_classifier(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct classifier, rcu));
}

/* The last reference may belong to a lookup that holds no lock. */
static void destroy(struct tcf_proto *tp, bool rtnl_held, struct netlink_ext_ack *extack)
{
	struct classifier *own;

	if (!rtnl_held)
		rtnl_lock();
	own = classifier_of(tp);
	own->asked = true;
	mprog_classifier_empty(&own->core);
	if (own->egress)
		WRITE_ONCE(own->egress->egress_classifiers, own->egress->egress_classifiers - 1);
	list_del(&own->all);
	if (!rtnl_held)
		rtnl_unlock();
	call_rcu(&own->rcu, free_classifier);
}

static struct mprog_filter *find(struct classifier *own, u32 handle)
{
	const struct mprog_filter like = {
	    .classifier = &own->core,
	    .hook = own->hook,
	    .chain = own->tp->chain->index,
	    .priority = own->tp->prio >> 16,
	    .handle = handle,
	};

	return mprog_filter_find(&like);
}

/* tc does not know of a removed filter; the classifier stands for it until tc deletes it. */
static void *get(struct tcf_proto *tp, u32 handle)
{
	const struct mprogcheck_ask *ask = mprogcheck_asked();
	struct classifier *own = classifier_of(tp);
	struct mprog_filter *filter = find(own, handle);

	if (ask && ask->gone)
		return filter ? NULL : own;
	return filter;
}

static const struct nla_policy policy[MPROGCHECK_CLS_MAX + 1] = {
    [TCA_BPF_FD] = {.type = NLA_U32},
    [TCA_BPF_FLAGS] = NLA_POLICY_MASK(NLA_U32, TCA_BPF_FLAG_ACT_DIRECT),
    [TCA_BPF_FLAGS_GEN] = {.type = NLA_U32},
};

static int parse(const struct nlattr *options, struct nlattr *tb[], struct netlink_ext_ack *extack)
{
	DECLARE_BITMAP(seen, MPROGCHECK_CLS_MAX + 1) = {};
	const struct nlattr *attr;
	int left, ret;

	if (!options) {
		NL_SET_ERR_MSG(extack, "A filter needs options");
		return -EINVAL;
	}
	ret = __nla_parse(tb, MPROGCHECK_CLS_MAX, nla_data(options), nla_len(options), policy,
			  NL_VALIDATE_STRICT, extack);
	if (ret)
		return ret;
	nla_for_each_nested(attr, options, left)
	{
		if (__test_and_set_bit(nla_type(attr), seen)) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "The option is there twice");
			return -EINVAL;
		}
	}
	if (!tb[TCA_BPF_FD]) {
		NL_SET_ERR_MSG(extack, "A filter needs a program");
		return -EINVAL;
	}
	return 0;
}

static u32 free_handle(const struct classifier *own)
{
	const struct mprog_filter *filter = first_of(own);
	u32 handle = 1;

	for (; filter && filter->handle == handle; filter = mprog_filter_next(filter))
		handle++;
	return handle;
}

static int check(const struct tcf_proto *tp, struct netlink_ext_ack *extack)
{
	struct tcf_block *block = tp->chain->block;

	if (tp->protocol != htons(ETH_P_ALL)) {
		NL_SET_ERR_MSG(extack, "Filters of this kind are of protocol all");
		return -EINVAL;
	}
	if (!block->q || tcf_block_shared(block) ||
	    !mprogcheck_qdisc_has(block->q, hook_named(block))) {
		NL_SET_ERR_MSG(extack, "No qdisc of the device's own has the hook");
		return -EINVAL;
	}
	return 0;
}

/* @tb: the options, or NULL for a delete, which only the owner may refuse. */
static int complain(struct netlink_ext_ack *extack, struct nlattr *const tb[], int error)
{
	switch (error) {
	case -EPERM:
		NL_SET_ERR_MSG(extack, "The filter is a link's, which alone changes it");
		break;
	case -EBADF:
		NL_SET_ERR_MSG_ATTR(extack, tb[TCA_BPF_FD], "The program's descriptor is not open");
		break;
	case -EINVAL:
		if (tb[TCA_BPF_FLAGS_GEN] &&
		    nla_get_u32(tb[TCA_BPF_FLAGS_GEN]) & ~MPROG_CLS_SKIP_HW)
			NL_SET_ERR_MSG_ATTR(
			    extack, tb[TCA_BPF_FLAGS_GEN],
			    "There is no such flag, or no hardware that runs programs");
		else
			NL_SET_ERR_MSG_ATTR(extack, tb[TCA_BPF_FD], "No program that filters run");
		break;
	}
	return error;
}

static int change(struct net *net, struct sk_buff *in_skb, struct tcf_proto *tp, unsigned long base,
		  u32 handle, struct nlattr **tca, void **arg, u32 flags,
		  struct netlink_ext_ack *extack)
{
	const struct mprogcheck_ask *ask = mprogcheck_asked();
	struct classifier *own = classifier_of(tp);
	struct mprog_filter *filter = *arg;
	struct nlattr *tb[MPROGCHECK_CLS_MAX + 1] = {};
	struct mprog_filter_request req = {};
	int ret = check(tp, extack);

	if (ret)
		return ret;
	if (ask) {
		req = *ask->req;
	} else {
		ret = parse(tca[TCA_OPTIONS], tb, extack);
		if (ret)
			return ret;
		req.prog_fd = nla_get_u32(tb[TCA_BPF_FD]);
		if (tb[TCA_BPF_FLAGS_GEN])
			req.gen_flags = nla_get_u32(tb[TCA_BPF_FLAGS_GEN]);
	}
	req.chain = tp->chain->index;
	req.priority = tp->prio >> 16;
	req.handle = handle ?: free_handle(own);
	own->asked = true;
	ret = mprog_filter_change(&own->core, own->hook, &req, ask ? ask->link : NULL, &filter);
	own->asked = false;
	*arg = filter;
	return ask ? ret : complain(extack, tb, ret);
}

static int delete (struct tcf_proto *tp, void *arg, bool *last, bool rtnl_held,
		   struct netlink_ext_ack *extack)
{
	struct classifier *own = classifier_of(tp);
	int ret = 0;

	own->asked = true;
	if (arg != own)
		ret = mprog_filter_delete(own->core.net, arg);
	own->asked = false;
	*last = !first_of(own);
	return complain(extack, NULL, ret);
}

static void walk(struct tcf_proto *tp, struct tcf_walker *arg, bool rtnl_held)
{
	struct mprog_filter *filter = first_of(classifier_of(tp));

	for (; filter && tc_cls_stats_dump(tp, arg, filter); filter = mprog_filter_next(filter))
		;
}

static int dump(struct net *net, struct tcf_proto *tp, void *arg, struct sk_buff *skb,
		struct tcmsg *head, bool rtnl_held)
{
	const struct mprog_filter *filter = arg;
	struct nlattr *options;

	if (arg == classifier_of(tp)) {
		head->tcm_handle = mprogcheck_asked()->gone->core.handle;
		return skb->len;
	}
	head->tcm_handle = filter->handle;
	options = nla_nest_start(skb, TCA_OPTIONS);
	if (!options || nla_put_u32(skb, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT) ||
	    nla_put_u32(skb, TCA_BPF_FLAGS_GEN, filter->gen_flags | TCA_CLS_FLAGS_NOT_IN_HW) ||
	    nla_put_u32(skb, TCA_BPF_ID, mprog_prog_id(filter->prog)) ||
	    (filter->link && nla_put_u32(skb, MPROGCHECK_CLS_LINK_ID, filter->link->id)))
		return -EMSGSIZE;
	nla_nest_end(skb, options);
	return skb->len;
}

/* After PASS of a list at egress no filter runs. */
static int classify(struct sk_buff *skb, const struct tcf_proto *tp, struct tcf_result *res)
{
	const struct classifier *own = rcu_dereference_bh(tp->root);
	struct bpf_skb_data_end *cb = (struct bpf_skb_data_end *)skb->cb;
	void *data_meta = cb->data_meta, *data_end = cb->data_end;
	bool at_ingress = skb_at_tc_ingress(skb);
	int verdict;

	if (!at_ingress && skb->tc_skip_classify && mprogcheck_is_ours(skb->dev)) {
		skb->tc_skip_classify = 0;
		return TC_ACT_OK;
	}
	if (at_ingress)
		__skb_push(skb, skb->mac_len);
	bpf_compute_data_pointers(skb);
	rcu_read_lock();
	verdict = mprog_classify(&own->core, own->hook, tp->chain->index, skb);
	rcu_read_unlock();
	if (at_ingress)
		__skb_pull(skb, skb->mac_len);
	cb->data_meta = data_meta;
	cb->data_end = data_end;
	*res = (struct tcf_result){};
	return verdict;
}

static struct tcf_proto_ops ops = {
    .kind = MPROGCHECK_CLS_KIND,
    .owner = THIS_MODULE,
    .classify = classify,
    .init = init,
    .destroy = destroy,
    .get = get,
    .change = change,
    .delete = delete,
    .walk = walk,
    .dump = dump,
};

int mprogcheck_cls_init(void)
{
	return register_tcf_proto_ops(&ops);
}

void mprogcheck_cls_exit(void)
{
	unregister_tcf_proto_ops(&ops);
}

MODULE_ALIAS_NET_CLS(MPROGCHECK_CLS_KIND);

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The classifier of a device: filters at the hooks of a clsact or ingress qdisc, made by netlink or
 * by links. The maker of a filter owns it until it is deleted.
 *
 *	mprog_filter_link_create(net, &request, &fd);			// BPF_LINK_CREATE
 *	mprog_filter_change(classifier, hook, &request, NULL, &filter);	// RTM_NEWTFILTER
 *	mprog_filter_delete(net, filter);				// RTM_DELTFILTER
 *
 * All filters are direct action and of protocol all. The filter of a link is changed by
 * mprog_link_update(). It goes by mprog_link_detach(), with the last reference to the link, or with
 * its chain, qdisc or device; the link is then defunct. All functions but those that run filters
 * need the command lock.
 */
#ifndef _MPROG_CLS_H
#define _MPROG_CLS_H

#include "mprog.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Those of TCA_CLS_FLAGS_* that a request may set, as in uapi pkt_cls.h. */
#define MPROG_CLS_SKIP_HW (1U << 0)
#define MPROG_CLS_SKIP_SW (1U << 1)

/**
 * struct mprog_filter_request - a request of netlink or bpf(2) about a filter
 * @space: network namespace of the caller
 * @ifindex: the device
 * @attach_type: MPROG_INGRESS or MPROG_EGRESS
 * @chain: which chain; links make filters of chain 0
 * @priority: the lowest runs first
 * @handle: tells filters of one priority apart
 * @prog_fd: the program to run
 * @gen_flags: MPROG_CLS_*
 * @create: NLM_F_CREATE, make it if it is not there
 * @excl: NLM_F_EXCL, refuse if it is
 * @capable: the caller has CAP_NET_ADMIN where the namespace is owned
 */
struct mprog_filter_request {
	unsigned long space;
	u32 ifindex;
	u32 attach_type;
	u32 chain;
	u32 priority;
	u32 handle;
	u32 prog_fd;
	u32 gen_flags;
	bool create;
	bool excl;
	bool capable;
};

int mprog_filter_link_create(struct mprog_net *net, const struct mprog_filter_request *req,
			     u32 *fd);

/*
 * Called by tc, which has found the classifier and checked the caller. @filter: the existing filter
 * or NULL; on success the resulting one. @link: the owner of the new filter, which runs the link's
 * program, or NULL for netlink. -EPERM: the filter belongs to a link.
 */
int mprog_filter_change(struct mprog_classifier *classifier, u32 hook,
			const struct mprog_filter_request *req, struct mprog_link *link,
			struct mprog_filter **filter);
int mprog_filter_delete(struct mprog_net *net, struct mprog_filter *filter);

/*
 * Runs the filters of a chain until one decides. The caller holds rcu_read_lock(). MPROG_NEXT: no
 * filter decided.
 */
int mprog_classify(const struct mprog_classifier *classifier, u32 hook, u32 chain, void *packet);

/* Runs the list of a tcx hook, then the filters of chain 0. Needs no lock. */
int mprog_hook_run(const struct mprog_list *list, const struct mprog_classifier *classifier,
		   u32 hook, void *packet);

#ifdef __cplusplus
}
#endif

#endif

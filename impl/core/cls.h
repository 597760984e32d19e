/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The classifier of a device: filters at the hooks of a clsact or ingress qdisc, made by netlink or
 * by links. Who made a filter owns it for its life.
 *
 *	mprog_filter_link_create(net, &request, &fd);			// BPF_LINK_CREATE
 *	mprog_filter_change(classifier, hook, &request, NULL, &filter);	// RTM_NEWTFILTER
 *	mprog_filter_delete(net, filter);				// RTM_DELTFILTER
 *
 * All filters are direct action and of protocol all. What a link made is changed by
 * mprog_link_update() and goes by mprog_link_detach(), with the link's last reference, or with its
 * chain, qdisc or device; then the link is an orphan. Everything but running filters is done under
 * the lock of the commands.
 */
#ifndef _MPROG_CLS_H
#define _MPROG_CLS_H

#include "mprog.h"

#ifdef __cplusplus
extern "C" {
#endif

/* TCA_CLS_FLAGS_* that may be asked for, as in uapi pkt_cls.h. */
#define MPROG_CLS_SKIP_HW (1U << 0)
#define MPROG_CLS_SKIP_SW (1U << 1)

/**
 * struct mprog_filter_request - what a message or a call says of a filter
 * @space: network namespace of the caller
 * @ifindex: the device
 * @attach_type: MPROG_INGRESS or MPROG_EGRESS
 * @chain: which chain; links make filters of chain 0
 * @priority: the lowest is asked first
 * @handle: tells filters of one priority apart
 * @prog_fd: the program that is to run
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
 * For tc, when it has found out who asks and for which place. @filter: what is there, or NULL, and
 * afterwards what is there then. @link: makes it its own; its program is the filter's. Netlink is
 * refused the filters of links with -EPERM.
 */
int mprog_filter_change(struct mprog_classifier *classifier, u32 hook,
			const struct mprog_filter_request *req, struct mprog_link *link,
			struct mprog_filter **filter);
int mprog_filter_delete(struct mprog_net *net, struct mprog_filter *filter);

/*
 * Asks the filters of a chain, for a caller within rcu_read_lock(). MPROG_NEXT: none has the last
 * word.
 */
int mprog_classify(const struct mprog_classifier *classifier, u32 hook, u32 chain, void *packet);

/* The list of a hook of tcx, and behind it the filters of chain 0. Needs no lock. */
int mprog_hook_run(const struct mprog_list *list, const struct mprog_classifier *classifier,
		   u32 hook, void *packet);

#ifdef __cplusplus
}
#endif

#endif

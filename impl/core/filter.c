// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filters of a device: one list for each hook, ordered by chain, priority and handle.
 *
 * A packet walks the list to the end of chain 0. A removed filter is freed after a grace period. A
 * filter that netlink made holds a reference to its program; the program of a link's filter is held
 * by the link.
 */
#include "filter.h"

static int order(const struct mprog_filter *a, const struct mprog_filter *b)
{
	if (a->chain != b->chain)
		return a->chain < b->chain ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	if (a->handle != b->handle)
		return a->handle < b->handle ? -1 : 1;
	return 0;
}

struct mprog_filter *mprog_filter_find(const struct mprog_filter *like)
{
	struct mprog_filter *filter = mprog_filter_first(like->classifier, like->hook);

	while (filter && order(filter, like) < 0)
		filter = mprog_filter_next(filter);
	return filter && !order(filter, like) ? filter : NULL;
}

int mprog_filter_install(struct mprog_filter *filter)
{
	struct mprog_filter __rcu **at = &filter->classifier->filters[filter->hook];
	struct mprog_filter *next = mprog_filter_first(filter->classifier, filter->hook);
	struct mprog_net *net = filter->classifier->net;

	while (next && order(next, filter) < 0) {
		at = &next->next;
		next = mprog_filter_next(next);
	}
	if (next && !order(next, filter))
		return -EEXIST;
	/* No device here has hardware that runs programs. */
	if (filter->gen_flags & MPROG_CLS_SKIP_SW)
		return -EINVAL;
	if (mprog_fails_here(net))
		return -ENOMEM;
	rcu_assign_pointer(filter->next, next);
	rcu_assign_pointer(*at, filter);
	return 0;
}

/* Frees a filter that no reader can see. Its link, if any, stays without it. */
static void release(struct mprog_net *net, struct mprog_filter *filter)
{
	if (!filter->link)
		mprog_prog_put(net, filter->prog);
	else
		filter->link->filter = NULL;
	mprog_filter_free(net, filter);
}

void mprog_filter_remove(struct mprog_net *net, struct mprog_filter *filter)
{
	struct mprog_filter __rcu **at;
	struct mprog_filter *next;

	if (WARN_ON(!filter->classifier))
		return;
	at = &filter->classifier->filters[filter->hook];
	next = mprog_filter_first(filter->classifier, filter->hook);
	while (next != filter) {
		at = &next->next;
		next = mprog_filter_next(next);
	}
	rcu_assign_pointer(*at, mprog_filter_next(filter));
	mprog_synchronize(net);
	release(net, filter);
}

/* Hands the caller's reference to @prog to the filter's owner. Returns the old program. */
struct mprog_prog *mprog_filter_exchange(struct mprog_net *net, struct mprog_filter *filter,
					 struct mprog_prog *prog)
{
	struct mprog_prog *gone = filter->prog;

	smp_store_release(&filter->prog, prog);
	mprog_synchronize(net);
	return gone;
}

void mprog_classifier_init(struct mprog_classifier *classifier, struct mprog_net *net, u32 ifindex)
{
	u32 hook;

	for (hook = 0; hook < MPROG_CLS_HOOKS; hook++)
		rcu_assign_pointer(classifier->filters[hook], NULL);
	classifier->net = net;
	classifier->ifindex = ifindex;
}

void mprog_classifier_empty(struct mprog_classifier *classifier)
{
	struct mprog_filter *all[MPROG_CLS_HOOKS], *filter;
	u32 hook;

	for (hook = 0; hook < MPROG_CLS_HOOKS; hook++) {
		all[hook] = mprog_filter_first(classifier, hook);
		rcu_assign_pointer(classifier->filters[hook], NULL);
	}
	if (all[MPROG_AT_INGRESS] || all[MPROG_AT_EGRESS])
		mprog_synchronize(classifier->net);
	for (hook = 0; hook < MPROG_CLS_HOOKS; hook++) {
		while ((filter = all[hook])) {
			all[hook] = mprog_filter_next(filter);
			release(classifier->net, filter);
		}
	}
}

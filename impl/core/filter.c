// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where filters stand: at each hook one list, by chain, priority and handle.
 *
 * A packet walks it up to the end of chain 0. A filter that is on its way out is waited for before
 * its slot is free again. A filter of netlink's holds its program; the program of a link's filter
 * is held by the link.
 */
#include "filter.h"

static int order(struct mprog_net *net, const struct mprog_filter *a, const struct mprog_filter *b)
{
	if (a->chain != b->chain)
		return a->chain < b->chain ? -1 : 1;
	if (a->priority != b->priority)
		return (a->priority < b->priority) != mprog_fault(net, filter_priority_reversed)
			   ? -1
			   : 1;
	if (a->handle != b->handle)
		return a->handle < b->handle ? -1 : 1;
	return 0;
}

static void wait_for_readers(struct mprog_net *net)
{
	if (net->params.synchronize)
		net->params.synchronize();
}

struct mprog_filter *mprog_filter_find(struct mprog_net *net, const struct mprog_filter *like)
{
	struct mprog_filter *filter = mprog_filter_first(like->device, like->hook);

	while (filter && order(net, filter, like) < 0)
		filter = mprog_filter_next(filter);
	return filter && !order(net, filter, like) ? filter : NULL;
}

struct mprog_filter *mprog_filter_alloc(struct mprog_net *net, const struct mprog_filter *like)
{
	struct mprog_filter *filter = net->filters;

	while (filter < net->filters + net->used_filters && filter->device)
		filter++;
	if (filter == net->filters + MPROG_MAX_FILTERS || mprog_fails_here(net))
		return ERR_PTR(-ENOMEM);
	if (filter == net->filters + net->used_filters)
		net->used_filters++;
	*filter = *like;
	return filter;
}

void mprog_filter_free(struct mprog_filter *filter)
{
	filter->prog = NULL;
	filter->link = NULL;
	filter->device = NULL;
}

int mprog_filter_install(struct mprog_net *net, struct mprog_filter *filter, u32 gen_flags)
{
	struct mprog_filter __rcu **at = &filter->device->filters[filter->hook];
	struct mprog_filter *next = mprog_filter_first(filter->device, filter->hook);
	int ret = -1;

	while (next && (ret = order(net, next, filter)) < 0) {
		at = &next->next;
		next = mprog_filter_next(next);
	}
	if (next && !ret)
		return -EEXIST;
	/* No device here has hardware that runs programs. */
	if ((gen_flags & MPROG_CLS_SKIP_SW) && !mprog_fault(net, filter_skip_sw_installed))
		return -EINVAL;
	if (mprog_fails_here(net))
		return -ENOMEM;
	rcu_assign_pointer(filter->next, next);
	rcu_assign_pointer(*at, filter);
	return 0;
}

/* Its link, if it has one, lives on without it. */
void mprog_filter_remove(struct mprog_net *net, struct mprog_filter *filter, bool forget_link)
{
	struct mprog_filter __rcu **at;
	struct mprog_filter *next;

	/* Who was not told may ask for what is gone. */
	if (mprog_warn_on(net, !filter->device))
		return;
	at = &filter->device->filters[filter->hook];
	next = mprog_filter_first(filter->device, filter->hook);
	while (next != filter) {
		at = &next->next;
		next = mprog_filter_next(next);
	}
	rcu_assign_pointer(*at, mprog_filter_next(filter));
	wait_for_readers(net);
	if (!filter->link)
		mprog_prog_put(net, filter->prog);
	else if (!forget_link)
		filter->link->filter = NULL;
	mprog_filter_free(filter);
}

/* The caller holds @prog, and from now on the filter's owner does. Returns the old one. */
struct mprog_prog *mprog_filter_exchange(struct mprog_net *net, struct mprog_filter *filter,
					 struct mprog_prog *prog)
{
	struct mprog_prog *gone = filter->prog;

	WRITE_ONCE(filter->prog, prog);
	wait_for_readers(net);
	return gone;
}

void mprog_filters_flush(struct mprog_net *net, struct mprog_device *device, bool forget_links)
{
	struct mprog_filter *filter;
	u32 hook;

	for (hook = 0; hook < MPROG_CLS_HOOKS; hook++) {
		while ((filter = mprog_filter_first(device, hook)))
			mprog_filter_remove(net, filter, forget_links);
	}
}

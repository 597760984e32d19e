/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes, changes and removes filters. */
#ifndef _MPROG_FILTER_H
#define _MPROG_FILTER_H

#include "cls.h"
#include "internal.h"

void mprog_classifier_init(struct mprog_classifier *classifier, struct mprog_net *net, u32 ifindex);
void mprog_classifier_empty(struct mprog_classifier *classifier);
struct mprog_filter *mprog_filter_find(const struct mprog_filter *like);
int mprog_filter_install(struct mprog_filter *filter);
void mprog_filter_remove(struct mprog_net *net, struct mprog_filter *filter);
struct mprog_prog *mprog_filter_exchange(struct mprog_net *net, struct mprog_filter *filter,
					 struct mprog_prog *prog);

/* The caller holds the command lock. */
static inline struct mprog_filter *mprog_filter_first(const struct mprog_classifier *classifier,
						      u32 hook)
{
	return rcu_dereference_protected(classifier->filters[hook], true);
}

static inline struct mprog_filter *mprog_filter_next(const struct mprog_filter *filter)
{
	return rcu_dereference_protected(filter->next, true);
}

#endif

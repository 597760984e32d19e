/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters of kind "mprog" at clsact and ingress qdiscs, made by netlink or owned by links. */
#ifndef _KMOD_CLS_H
#define _KMOD_CLS_H

#include <net/sch_generic.h>

#include "filter.h"

#define MPROGCHECK_CLS_KIND "mprog"

/* The options of the kernel's kind "bpf", and the id of the owning link. */
enum {
	MPROGCHECK_CLS_LINK_ID = 32,
	MPROGCHECK_CLS_MAX = MPROGCHECK_CLS_LINK_ID,
};

struct mprogcheck_filter {
	struct mprog_filter core;
	struct list_head gone; /* and tc does not know yet */
	struct net *net;       /* held meanwhile */
	u32 ifindex;
};

/* cls.c */
/* A program that a filter has. No reference is taken. */
struct mprog_prog *mprogcheck_filter_prog(u32 id);
int mprogcheck_cls_init(void);
void mprogcheck_cls_exit(void);

/* link_filter.c */
/* What the calling task requests of tc, for the calls that tc makes into the classifier. */
struct mprogcheck_ask {
	const struct mprog_filter_request *req; /* create the filter of a link, */
	struct mprog_link *link;
	const struct mprogcheck_filter *gone; /* or this one was removed */
};
const struct mprogcheck_ask *mprogcheck_asked(void);
/* Whether a qdisc has the hook: clsact has both, ingress has ingress. */
bool mprogcheck_qdisc_has(const struct Qdisc *qdisc, u32 hook);
/* A link has removed its filter. tc is told when the lock is released. */
void mprogcheck_tell_later(struct mprogcheck_filter *filter, struct net *net);
/* As rtnl_unlock(), for callers that may have put a link. */
void mprogcheck_unlock(void);

#endif

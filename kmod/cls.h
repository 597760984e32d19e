/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters of kind "mprog" at clsact and ingress qdiscs, made by netlink or owned by links. */
#ifndef _KMOD_CLS_H
#define _KMOD_CLS_H

#include <net/sch_generic.h>

#include "filter.h"

#define MPROGCHECK_CLS_KIND "mprog"

/* Options are those of the kernel's kind "bpf", and behind them the id of the link that owns it. */
enum {
	MPROGCHECK_CLS_LINK_ID = 32,
	MPROGCHECK_CLS_MAX = MPROGCHECK_CLS_LINK_ID,
};

struct mprogcheck_filter {
	struct mprog_filter core;
	struct list_head gone; /* and tc has not heard of it */
	struct net *net;       /* held then */
	u32 ifindex;
};

/* cls.c */
/* A program that a filter has. No reference is taken. */
struct mprog_prog *mprogcheck_filter_prog(u32 id);
int mprogcheck_cls_init(void);
void mprogcheck_cls_exit(void);

/* ask.c */
/* What the calling task is asking tc for, from where the classifier is asked then. */
struct mprogcheck_ask {
	const struct mprog_filter_request *req; /* a link's filter is to be made, */
	struct mprog_link *link;
	const struct mprogcheck_filter *gone; /* or this one has gone */
};
const struct mprogcheck_ask *mprogcheck_asked(void);
/* Whether a qdisc has the hook: clsact has both, ingress has ingress. */
bool mprogcheck_qdisc_has(const struct Qdisc *qdisc, u32 hook);
/* A link has taken its filter away. For tc to hear of it when the lock is let go of. */
void mprogcheck_tell_later(struct mprogcheck_filter *filter, struct net *net);
/* As rtnl_unlock(), for all who may have let go of a link. */
void mprogcheck_unlock(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of the core. */
#ifndef _MPROG_INTERNAL_H
#define _MPROG_INTERNAL_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/rcupdate.h>

#include "platform.h"

/* What a relative fd or id refers to. @link is set only if the request has LINK. */
struct mprog_relative {
	struct mprog_prog *prog; /* NULL: no relative object */
	struct mprog_link *link;
};

struct mprog_request {
	struct mprog_prog *prog; /* to insert; or to detach, NULL if not named */
	struct mprog_link *link; /* the owner of the new entry, or NULL */
	struct mprog_prog *old;	 /* what REPLACE names in the mainline dialect */
	u32 flags;		 /* with ID as MPROG_F_ID in either dialect */
	u32 relative;
	u64 expected;
};

/* What a dialect decides; carrying it out cannot fail. */
struct mprog_change {
	bool replace;
	u32 at;
	u32 flags; /* of the new entry */
};

/* relative.c */
int mprog_relative_get(struct mprog_net *net, const struct mprog_request *req, u32 type,
		       struct mprog_relative *rel);
void mprog_relative_put(struct mprog_net *net, struct mprog_relative *rel);

/* list.c */
bool mprog_find(const struct mprog_list *list, const struct mprog_prog *prog, u32 *at);
bool mprog_find_relative(const struct mprog_list *list, const struct mprog_relative *rel, u32 *at);
bool mprog_find_link(const struct mprog_list *list, const struct mprog_link *link, u32 *at);
bool mprog_full(const struct mprog_list *list);
bool mprog_stale(const struct mprog_list *list, u64 expected);
void mprog_bump(struct mprog_list *list);
int mprog_attach(struct mprog_list *list, const struct mprog_request *req);
int mprog_detach(struct mprog_list *list, const struct mprog_request *req);
void mprog_replace_at(struct mprog_list *list, u32 at, struct mprog_prog *prog,
		      struct mprog_link *link, u32 flags);
void mprog_remove_at(struct mprog_list *list, u32 at);
void mprog_list_clear(struct mprog_list *list);
void mprog_list_init(struct mprog_list *list, struct mprog_net *net, u32 ifindex, u32 capacity,
		     u64 revision);
void mprog_list_empty(struct mprog_net *net, struct mprog_list *list);

/* mainline.c, rfc2.c */
int mprog_mainline_attach(struct mprog_list *list, const struct mprog_request *req,
			  struct mprog_change *change);
int mprog_mainline_detach(struct mprog_list *list, const struct mprog_request *req, u32 *at);
int mprog_rfc2_attach(struct mprog_list *list, const struct mprog_request *req,
		      struct mprog_change *change);
int mprog_rfc2_detach(struct mprog_list *list, const struct mprog_request *req, u32 *at);

/* command.c */
int mprog_hook_of(u32 attach_type, u32 *hook);
int mprog_flags_of(struct mprog_net *net, u32 bits, u32 *flags);

/* The device that a link is attached to; 0: none. */
static inline u32 mprog_link_ifindex(const struct mprog_link *link)
{
	if (link->list)
		return link->list->ifindex;
	return link->filter ? link->ifindex : 0;
}

static inline bool mprog_is_rfc2(const struct mprog_net *net)
{
	return mprog_dialect_of(net) == MPROG_RFC2;
}

/* The caller holds the command lock. */
static inline const struct mprog_array *mprog_active(const struct mprog_list *list)
{
	return rcu_dereference_protected(list->active, true);
}

#endif

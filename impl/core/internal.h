/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core's own files share. */
#ifndef _MPROG_INTERNAL_H
#define _MPROG_INTERNAL_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/rcupdate.h>

#include "faults.h"
#include "netdev.h"

/* Where a fault can be planted the code asks for it by name; without faults that is constant. */
#ifdef MPROG_PLANTED_FAULTS
#define mprog_fault(net, name) unlikely((net)->params.fault == MPROG_FAULT_##name)
#else
#define mprog_fault(net, name) ((void)(net), false)
#endif

/* What can only be a mistake of our own. A planted one is to be found by what it leads to. */
#ifdef MPROG_PLANTED_FAULTS
#define mprog_warn_on(net, condition) \
	((condition) && ((net)->params.fault != MPROG_FAULT_none || WARN_ON(true)))
#else
#define mprog_warn_on(net, condition) ((void)(net), WARN_ON(condition))
#endif

/* What a relative fd or id stands for. @link only where the request said it names a link. */
struct mprog_relative {
	struct mprog_prog *prog; /* NULL: nothing was named */
	struct mprog_link *link;
};

struct mprog_request {
	struct mprog_prog *prog; /* goes in; or is to go out, NULL if not named */
	struct mprog_link *link; /* the owner of the new entry, or NULL */
	struct mprog_prog *old;	 /* what REPLACE names in the mainline dialect */
	u32 flags;		 /* with ID as MPROG_F_ID in either dialect */
	u32 relative;
	u64 expected;
};

/* What a dialect decides on; enacting it cannot fail. */
struct mprog_change {
	bool replace;
	u32 at;
	u32 flags; /* of the entry that goes in */
};

/* objects.c */
#define MPROG_NO_SLOT 0xffff
void mprog_standing_files(struct mprog_net *net);
struct mprog_prog *mprog_prog_by_fd(struct mprog_net *net, u32 fd);
struct mprog_prog *mprog_prog_by_id(struct mprog_net *net, u32 id);
struct mprog_link *mprog_link_by_fd(struct mprog_net *net, u32 fd);
struct mprog_link *mprog_link_by_id(struct mprog_net *net, u32 id);
int mprog_space_by_fd(struct mprog_net *net, u32 fd);
struct mprog_link *mprog_link_alloc(struct mprog_net *net, struct mprog_prog *prog, u32 *fd);
bool mprog_prog_get(struct mprog_net *net, struct mprog_prog *prog);
void mprog_prog_put(struct mprog_net *net, struct mprog_prog *prog);
void mprog_link_put(struct mprog_net *net, struct mprog_link *link);

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

/* mainline.c, rfc2.c */
int mprog_mainline_attach(struct mprog_list *list, const struct mprog_request *req,
			  struct mprog_change *change);
int mprog_mainline_detach(struct mprog_list *list, const struct mprog_request *req, u32 *at);
int mprog_rfc2_attach(struct mprog_list *list, const struct mprog_request *req,
		      struct mprog_change *change);
int mprog_rfc2_detach(struct mprog_list *list, const struct mprog_request *req, u32 *at);

/* link.c */
void mprog_link_release(struct mprog_net *net, struct mprog_link *link);

/* device.c */
u32 mprog_ifindex(const struct mprog_device *device);
struct mprog_device *mprog_peer(const struct mprog_device *device);
bool mprog_ifindex_taken(struct mprog_net *net, u32 space, u32 ifindex);
struct mprog_device *mprog_device_by_name(struct mprog_net *net, u32 space, const char *name);
struct mprog_list *mprog_point_at(struct mprog_net *net, u32 space, u32 ifindex, u32 hook);
void mprog_device_init(struct mprog_net *net, struct mprog_device *device);
void mprog_list_empty(struct mprog_net *net, struct mprog_list *list, bool netkit);
void mprog_tcx_empty(struct mprog_net *net, struct mprog_device *device);

/* command.c */
int mprog_hook_of(u32 attach_type, u32 *hook);
int mprog_flags_of(struct mprog_net *net, u32 bits, u32 *flags);

/* Whether this step is the one that is to fail for want of memory or the like. */
static inline bool mprog_fails_here(struct mprog_net *net)
{
	return unlikely(net->params.fail_at) && ++net->steps == net->params.fail_at;
}

static inline bool mprog_is_rfc2(const struct mprog_net *net)
{
	return net->params.dialect == MPROG_RFC2;
}

/* For the holder of the lock that commands are called under. */
static inline const struct mprog_array *mprog_active(const struct mprog_list *list)
{
	return rcu_dereference_protected(list->active, true);
}

#endif

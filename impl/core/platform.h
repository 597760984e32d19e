/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a platform supplies: programs and links by descriptor and id, counted, and the list of an
 * attach point. All of it is asked for under the lock of the commands.
 *
 * <mprog_platform.h> is the platform's own. It says what struct mprog_net and struct mprog_prog
 * are, and has inline what is asked for often:
 *
 *	enum mprog_dialect mprog_dialect_of(const struct mprog_net *net);
 *	void mprog_synchronize(const struct mprog_net *net);	// until readers have left
 *	bool mprog_fails_here(struct mprog_net *net);		// a step that is made to fail
 *	u32 mprog_prog_type(const struct mprog_prog *prog);
 *	u32 mprog_prog_id(const struct mprog_prog *prog);
 *	int mprog_prog_run(const struct mprog_prog *prog, void *packet);
 */
#ifndef _MPROG_PLATFORM_H
#define _MPROG_PLATFORM_H

#include <mprog_platform.h>

/* With a reference for the caller, or ERR_PTR(-EBADF), (-EINVAL): it is something else; (-ENOENT)
 * of an id that nobody has. */
struct mprog_prog *mprog_prog_by_fd(struct mprog_net *net, u32 fd);
struct mprog_prog *mprog_prog_by_id(struct mprog_net *net, u32 id);
struct mprog_link *mprog_link_by_fd(struct mprog_net *net, u32 fd);
struct mprog_link *mprog_link_by_id(struct mprog_net *net, u32 id);

/* False: the last reference is gone, and with it the object. */
bool mprog_prog_get(struct mprog_net *net, struct mprog_prog *prog);
void mprog_prog_put(struct mprog_net *net, struct mprog_prog *prog);
/* The last one calls mprog_link_release(). */
void mprog_link_put(struct mprog_net *net, struct mprog_link *link);

/*
 * A new link, with a reference for the caller and the caller's to @prog; or an error, and nothing
 * is taken. It has all that its descriptor needs, but nobody can find it before it is settled.
 */
struct mprog_link *mprog_link_prime(struct mprog_net *net, struct mprog_prog *prog);
/* The descriptor, which takes over the caller's reference. Cannot fail. */
u32 mprog_link_settle(struct mprog_net *net, struct mprog_link *link);
/* Instead: all that it holds is let go of. */
void mprog_link_cancel(struct mprog_net *net, struct mprog_link *link);

/*
 * The list of an attach point, for a caller in @space. -ENODEV: no such device there. -ENXIO: no
 * netkit device. -EACCES: not the primary. -EOPNOTSUPP: it has no other side.
 */
struct mprog_list *mprog_point_at(struct mprog_net *net, unsigned long space, u32 ifindex,
				  u32 hook);

/* A filter's memory, zeroed; -ENOMEM. It is at no classifier yet, or not any more. */
struct mprog_filter *mprog_filter_alloc(struct mprog_net *net);
void mprog_filter_free(struct mprog_net *net, struct mprog_filter *filter);

struct mprog_filter_request;
/* Whether a filter may stand there. -ENODEV: no such device. -EINVAL: no qdisc of it has the hook.
 */
int mprog_filter_place(struct mprog_net *net, const struct mprog_filter_request *req);
/*
 * Has tc call mprog_filter_change() for a link's filter. The lock may be let go of meanwhile.
 * -EEXIST: there is a filter.
 */
int mprog_filter_ask(struct mprog_net *net, const struct mprog_filter_request *req,
		     struct mprog_link *link);

/* What a platform calls for a link whose last reference is gone (link.c). */
void mprog_link_release(struct mprog_net *net, struct mprog_link *link);

#endif

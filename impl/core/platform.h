/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a platform supplies: programs and links by descriptor and id, with reference counts, and the
 * list of an attach point. All functions are called with the command lock held.
 *
 * <mprog_platform.h> belongs to the platform. It may define struct mprog_net and struct mprog_prog,
 * and it has inline what is called often:
 *
 *	enum mprog_dialect mprog_dialect_of(const struct mprog_net *net);
 *	void mprog_synchronize(const struct mprog_net *net);	// waits for a grace period
 *	bool mprog_fails_here(struct mprog_net *net);		// whether to make this step fail
 *	u32 mprog_prog_type(const struct mprog_prog *prog);
 *	u32 mprog_prog_id(const struct mprog_prog *prog);
 *	int mprog_prog_run(const struct mprog_prog *prog, void *packet);
 */
#ifndef _MPROG_PLATFORM_H
#define _MPROG_PLATFORM_H

#include <mprog_platform.h>

/*
 * With a reference for the caller. ERR_PTR(-EBADF): no such descriptor. (-EINVAL): it is something
 * else. (-ENOENT): no such id.
 */
struct mprog_prog *mprog_prog_by_fd(struct mprog_net *net, u32 fd);
struct mprog_prog *mprog_prog_by_id(struct mprog_net *net, u32 id);
struct mprog_link *mprog_link_by_fd(struct mprog_net *net, u32 fd);
struct mprog_link *mprog_link_by_id(struct mprog_net *net, u32 id);

/* False: the last reference is gone already. */
bool mprog_prog_get(struct mprog_net *net, struct mprog_prog *prog);
void mprog_prog_put(struct mprog_net *net, struct mprog_prog *prog);
/* The last one calls mprog_link_release(). */
void mprog_link_put(struct mprog_net *net, struct mprog_link *link);

/*
 * A new link with a reference for the caller. It takes over the caller's reference to @prog, unless
 * it fails. Nobody can find the link before mprog_link_settle().
 */
struct mprog_link *mprog_link_prime(struct mprog_net *net, struct mprog_prog *prog);
/* Installs the descriptor, which takes over the caller's reference. Cannot fail. */
u32 mprog_link_settle(struct mprog_net *net, struct mprog_link *link);
/* Instead of settling: drops the link and its program. */
void mprog_link_cancel(struct mprog_net *net, struct mprog_link *link);

/*
 * The list of an attach point, for a caller in @space. -ENODEV: no such device there. -ENXIO: no
 * netkit device. -EACCES: not the primary. -EOPNOTSUPP: it has no peer.
 */
struct mprog_list *mprog_point_at(struct mprog_net *net, unsigned long space, u32 ifindex,
				  u32 hook);

/* Memory for a filter, zeroed; or ERR_PTR(-ENOMEM). */
struct mprog_filter *mprog_filter_alloc(struct mprog_net *net);
void mprog_filter_free(struct mprog_net *net, struct mprog_filter *filter);

struct mprog_filter_request;
/* Whether a filter can be there. -ENODEV: no such device. -EINVAL: no qdisc with the hook. */
int mprog_filter_place(struct mprog_net *net, const struct mprog_filter_request *req);
/*
 * Makes tc call mprog_filter_change() for a link's filter. May release the lock meanwhile.
 * -EEXIST: there is a filter.
 */
int mprog_filter_ask(struct mprog_net *net, const struct mprog_filter_request *req,
		     struct mprog_link *link);

/* The platform calls this for a link whose last reference is gone (link.c). */
void mprog_link_release(struct mprog_net *net, struct mprog_link *link);

#endif

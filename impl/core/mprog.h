/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Multi-program attachment: an ordered list of programs at each attach point of a device.
 *
 *	ret = mprog_prog_attach(net, &attr);    // 0 or a negative errno
 *	verdict = mprog_run(list, packet);      // any number of threads, at any time
 *
 * The caller of a command holds one lock, the command lock (in a kernel: the rtnl). mprog_run()
 * needs none. Programs and links have reference counts. What is removed from a list is put when no
 * reader can see it any more.
 *
 * The core is the same in a process and in a kernel. A platform supplies programs, descriptors and
 * devices, see platform.h.
 */
#ifndef _MPROG_H
#define _MPROG_H

#include <linux/refcount.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The last slot is the end mark of a full list. */
#define MPROG_SLOTS 64
#define MPROG_MAX_CAPACITY (MPROG_SLOTS - 1)

enum mprog_dialect { MPROG_MAINLINE, MPROG_RFC2 };

/* Flags of a request. The dialects have different bits for ID. */
#define MPROG_F_REPLACE (1U << 2)
#define MPROG_F_BEFORE (1U << 3)
#define MPROG_F_AFTER (1U << 4)
#define MPROG_F_ID_MAINLINE (1U << 5)
#define MPROG_F_FIRST (1U << 5)
#define MPROG_F_LAST (1U << 6)
#define MPROG_F_ID (1U << 7)
#define MPROG_F_LINK (1U << 13)

/* Attach types, numbered as those of tcx and netkit. */
#define MPROG_INGRESS 46
#define MPROG_EGRESS 47
#define MPROG_PRIMARY 54
#define MPROG_PEER 55

/*
 * The hooks of a device. The first three have lists of the device itself, the last that of its
 * peer.
 */
enum mprog_hook { MPROG_AT_INGRESS, MPROG_AT_EGRESS, MPROG_AT_PRIMARY, MPROG_AT_PEER };
#define MPROG_LISTS 3
#define MPROG_CLS_HOOKS 2 /* hooks with filters: ingress and egress */

enum mprog_prog_type { MPROG_SCHED_CLS = 3, MPROG_XDP = 6 };

enum mprog_verdict { MPROG_NEXT = -1, MPROG_PASS = 0, MPROG_DROP = 2, MPROG_REDIRECT = 7 };

struct mprog_net;
struct mprog_list;
struct mprog_prog;

struct mprog_link {
	struct mprog_prog *prog;     /* NULL: a link of a foreign type */
	struct mprog_list *list;     /* NULL: detached */
	struct mprog_filter *filter; /* of a link that owns one */
	refcount_t refs;
	u32 id;
	u32 ifindex; /* that it was created on */
	u32 attach_type;
	u16 next_free; /* for a platform that keeps links in a table */
};

struct mprog_cp {
	struct mprog_link *link; /* the owner, or NULL: then the entry itself holds its program */
	u32 flags;
};

/*
 * Readers walk fp only. Commands use cp as well, which is apart, so that the fast path touches one
 * cache line for eight programs.
 */
struct mprog_array {
	struct mprog_prog *fp[MPROG_SLOTS];
	struct mprog_cp cp[MPROG_SLOTS];
};

/* A change is made in the idle half of the pair, which then becomes the active one. */
struct mprog_list {
	struct mprog_array __rcu *active;
	struct mprog_net *net;
	u64 revision, first_revision;
	u32 ifindex; /* of the device it belongs to */
	u32 capacity;
	u32 count;
	u32 count_max; /* the most entries it ever had, for mprog_list_init() */
	struct mprog_array pair[2];
};

/* A filter; see cls.h. */
struct mprog_filter {
	struct mprog_filter __rcu *next; /* by chain, priority and handle */
	struct mprog_prog *prog;
	struct mprog_link *link; /* the owner, or NULL: then the filter itself holds its program */
	struct mprog_classifier *classifier; /* that it is in */
	bool taken;			     /* for a platform that keeps filters in a table */
	u32 hook;
	u32 chain;
	u32 priority;
	u32 handle;
	u32 gen_flags; /* MPROG_CLS_* of the request */
};

/* The filters of a device. */
struct mprog_classifier {
	struct mprog_filter __rcu *filters[MPROG_CLS_HOOKS];
	struct mprog_net *net;
	u32 ifindex;
};

struct mprog_attr {
	unsigned long space; /* network namespace of the caller, as the platform names it */
	u32 ifindex;
	u32 attach_type;
	u32 flags;
	u32 prog_fd;
	u32 old_fd;
	u32 link_fd;
	u32 relative; /* a descriptor, or with ID an id */
	u64 expected_revision;
	bool capable; /* the caller has CAP_NET_ADMIN in the first user namespace */
};

/* NULL: the array is not wanted. ERR_PTR(-EFAULT): it is not mapped. */
struct mprog_query {
	unsigned long space;
	u32 ifindex;
	u32 attach_type;
	u32 query_flags;
	u32 attach_flags;
	u32 room;
	u32 *prog_ids, *link_ids, *prog_flags, *link_flags;
	bool capable;
	u32 count; /* answer */
	u64 revision;
};

struct mprog_link_info {
	u32 id;
	u32 prog_id;
	u32 ifindex; /* 0: the link is on no list */
	u32 attach_type;
};

/* Commands: 0 or a negative errno. mprog_link_create() stores the descriptor through @fd. */
int mprog_prog_attach(struct mprog_net *net, const struct mprog_attr *attr);
int mprog_prog_detach(struct mprog_net *net, const struct mprog_attr *attr);
int mprog_prog_query(struct mprog_net *net, struct mprog_query *query);
int mprog_link_create(struct mprog_net *net, const struct mprog_attr *attr, u32 *fd);
int mprog_link_update(struct mprog_net *net, const struct mprog_attr *attr);
int mprog_link_detach(struct mprog_net *net, u32 link_fd);
int mprog_link_info(struct mprog_net *net, u32 link_fd, struct mprog_link_info *info);

/* Whether the list is empty. The caller holds rcu_read_lock(). */
bool mprog_idle(const struct mprog_list *list);

/* Runs the programs in order until one decides. An undefined verdict counts as MPROG_NEXT. */
int mprog_run(const struct mprog_list *list, void *packet);
/*
 * The same for a list of netkit: the first verdict other than MPROG_NEXT ends the run, even an
 * undefined one. @policy: the verdict of an empty list. The caller holds rcu_read_lock().
 */
int mprog_run_netkit(const struct mprog_list *list, int policy, void *packet);

#ifdef __cplusplus
}
#endif

#endif

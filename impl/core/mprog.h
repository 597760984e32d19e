/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Multi-program attachment: an ordered list of programs at each attach point of a device.
 *
 *	struct mprog_net *net;                  // devices, descriptors and ids; zeroed memory
 *	mprog_net_init(net, &params);
 *	prog = mprog_prog_load(net, type, run, cookie, &fd);
 *	ret = mprog_prog_attach(net, &attr);    // 0 or a negative errno
 *	verdict = mprog_run(list, packet);      // any number of threads, at any time
 *
 * All commands on one environment are called under one lock of the caller's (in a kernel: the
 * rtnl). mprog_run() needs no lock. Programs and links are counted; what leaves a list is let go
 * of only when no reader can be looking at it any more.
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

#define MPROG_MAX_PROGS 96
#define MPROG_MAX_LINKS 256
#define MPROG_MAX_FILES 512
#define MPROG_MAX_DEVICES 4

/* An id is the number of a slot, and above it a serial number that is used once. */
#define MPROG_ID_SLOT_BITS 10
#define MPROG_MAX_SERIAL ((1U << (32 - MPROG_ID_SLOT_BITS)) - 1)

enum mprog_dialect { MPROG_MAINLINE, MPROG_RFC2 };

/* Flags of a request. ID is the one whose bit differs between the dialects. */
#define MPROG_F_REPLACE (1U << 2)
#define MPROG_F_BEFORE (1U << 3)
#define MPROG_F_AFTER (1U << 4)
#define MPROG_F_ID_MAINLINE (1U << 5)
#define MPROG_F_FIRST (1U << 5)
#define MPROG_F_LAST (1U << 6)
#define MPROG_F_ID (1U << 7)
#define MPROG_F_LINK (1U << 13)

/* Attach types, numbered as tcx is. */
#define MPROG_INGRESS 46
#define MPROG_EGRESS 47
#define MPROG_HOOKS 2

enum mprog_prog_type { MPROG_SCHED_CLS = 3, MPROG_XDP = 6 };

enum mprog_verdict { MPROG_NEXT = -1, MPROG_PASS = 0, MPROG_DROP = 2, MPROG_REDIRECT = 7 };

struct mprog_net;
struct mprog_list;
struct mprog_prog;

typedef int (*mprog_func)(const struct mprog_prog *prog, void *packet);

struct mprog_prog {
	mprog_func run;
	refcount_t refs;
	u32 id; /* 0 once it is freed */
	u32 type;
	u32 cookie; /* the loader's own */
	u16 next_free;
};

struct mprog_link {
	struct mprog_prog *prog; /* NULL: a link of a foreign type */
	struct mprog_list *list; /* NULL: detached, or its device is gone */
	refcount_t refs;
	u32 id;
	u32 ifindex; /* where it was made */
	u32 attach_type;
	u16 next_free;
};

struct mprog_cp {
	struct mprog_link *link; /* the owner, or NULL: then the entry itself holds its program */
	u32 flags;
};

/*
 * What readers walk stands apart from what only commands look at, so that the fast path touches
 * one cache line for each eight programs.
 */
struct mprog_array {
	struct mprog_prog *fp[MPROG_SLOTS];
	struct mprog_cp cp[MPROG_SLOTS];
};

/* A change is made in the idle half of the pair, which then becomes the active one. */
struct mprog_list {
	struct mprog_array __rcu *active;
	struct mprog_net *net;
	u64 revision;
	u32 count;
	u32 count_max; /* slots that were ever in use, for mprog_net_init() */
	struct mprog_array pair[2];
};

enum mprog_qdisc { MPROG_NO_QDISC, MPROG_CLSACT, MPROG_INGRESS_QDISC };

struct mprog_device {
	bool present;
	enum mprog_qdisc qdisc; /* beside the lists */
	struct mprog_list lists[MPROG_HOOKS];
};

enum mprog_file_kind { MPROG_FILE_CLOSED, MPROG_FILE_PROG, MPROG_FILE_LINK, MPROG_FILE_OTHER };

struct mprog_file {
	u16 kind;
	u16 next_free;
	void *object;
};

struct mprog_params {
	enum mprog_dialect dialect;
	u32 capacity;
	u32 devices;
	u64 revision; /* of every list at the start */
	u32 fault;    /* enum mprog_fault */
	/* Waits until readers have left what they are in. NULL: commands and packets never overlap.
	 */
	void (*synchronize)(void);
};

struct mprog_net {
	struct mprog_params params;
	u32 held; /* references held on all programs and links together */
	u32 serial;
	u16 free_prog, free_link, free_file;
	u16 used_progs, used_links, used_files;
	struct mprog_device devices[MPROG_MAX_DEVICES];
	struct mprog_prog progs[MPROG_MAX_PROGS];
	struct mprog_link links[MPROG_MAX_LINKS];
	struct mprog_link foreign;
	struct mprog_file files[MPROG_MAX_FILES];
};

/* Descriptors that are open from the start. */
enum { MPROG_FD_NONE, MPROG_FD_OTHER, MPROG_FD_FOREIGN, MPROG_FD_FIRST };

struct mprog_attr {
	u32 ifindex; /* 1 .. devices */
	u32 attach_type;
	u32 flags;
	u32 prog_fd;
	u32 old_fd;
	u32 link_fd;
	u32 relative; /* a descriptor, or with ID an id */
	u64 expected_revision;
	bool capable; /* the caller has CAP_NET_ADMIN in the first user namespace */
};

/* An array that is NULL was not asked for; one that is ERR_PTR(-EFAULT) is not mapped. */
struct mprog_query {
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
	u32 prog_id;
	u32 ifindex; /* 0: the link is on no list */
	u32 attach_type;
};

/* Commands of bpf(2), numbered as there. */
enum mprog_bpf_command {
	MPROG_BPF_PROG_ATTACH = 8,
	MPROG_BPF_PROG_DETACH = 9,
	MPROG_BPF_PROG_QUERY = 16,
	MPROG_BPF_LINK_CREATE = 28,
	MPROG_BPF_LINK_UPDATE = 29,
	MPROG_BPF_LINK_DETACH = 34,
};

/* Zeroed memory the first time; later it costs what the last use of the environment touched. */
void mprog_net_init(struct mprog_net *net, const struct mprog_params *params);
struct mprog_prog *mprog_prog_load(struct mprog_net *net, u32 type, mprog_func run, u32 cookie,
				   u32 *fd);

/* Commands: 0 or a negative errno. mprog_link_create() stores the descriptor through @fd. */
int mprog_prog_attach(struct mprog_net *net, const struct mprog_attr *attr);
int mprog_prog_detach(struct mprog_net *net, const struct mprog_attr *attr);
int mprog_prog_query(struct mprog_net *net, struct mprog_query *query);
int mprog_link_create(struct mprog_net *net, const struct mprog_attr *attr, u32 *fd);
int mprog_link_update(struct mprog_net *net, const struct mprog_attr *attr);
int mprog_link_detach(struct mprog_net *net, u32 link_fd);
int mprog_close(struct mprog_net *net, u32 fd);
int mprog_link_info(struct mprog_net *net, u32 link_fd, struct mprog_link_info *info);
int mprog_device_remove(struct mprog_net *net, u32 ifindex);
void mprog_net_remove(struct mprog_net *net);

/*
 * A qdisc that shares the hooks of the lists. -EEXIST: one of that kind is there, and is not to be
 * replaced. MPROG_NO_QDISC: it goes; -ENOENT where there is none.
 */
int mprog_qdisc_set(struct mprog_net *net, u32 ifindex, enum mprog_qdisc kind, bool replace);

/*
 * A command as bpf(2) takes it: @size bytes laid out as union bpf_attr is (uapi bpf.h). Returns
 * what the command does; of MPROG_BPF_LINK_CREATE the descriptor. -E2BIG, -EINVAL: bytes that no
 * field has.
 */
int mprog_bpf(struct mprog_net *net, u32 command, void *attribute, u32 size, bool capable);

/* The list of an attach point, or NULL where the device is not there. @hook < MPROG_HOOKS. */
struct mprog_list *mprog_point(struct mprog_net *net, u32 ifindex, u32 hook);
int mprog_run(const struct mprog_list *list, void *packet);

/* The objects behind ids, or NULL. */
struct mprog_prog *mprog_prog_of_id(struct mprog_net *net, u32 id);
struct mprog_link *mprog_link_of_id(struct mprog_net *net, u32 id);

#ifdef __cplusplus
}
#endif

#endif

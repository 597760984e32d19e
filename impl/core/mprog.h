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
 * rtnl). mprog_run() needs no lock, nor does mprog_xmit(); for that, and for devices, see netdev.h.
 *Programs and links are counted; what leaves a list is let go of only when no reader can be looking
 *at it any more.
 */
#ifndef _MPROG_H
#define _MPROG_H

#include <linux/atomic.h>
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
#define MPROG_MAX_SPACES 2
#define MPROG_MAX_FILTERS 144

/* Interfaces are numbered alike in all network namespaces, each of which has a loopback device. */
#define MPROG_LOOPBACK 1
#define MPROG_FIRST_IFINDEX 2

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

/* Attach types, numbered as those of tcx and netkit are. */
#define MPROG_INGRESS 46
#define MPROG_EGRESS 47
#define MPROG_PRIMARY 54
#define MPROG_PEER 55

/*
 * What they stand for. The first three are lists of the device itself, the last is that of its
 * other side.
 */
enum mprog_hook { MPROG_AT_INGRESS, MPROG_AT_EGRESS, MPROG_AT_PRIMARY, MPROG_AT_PEER };
#define MPROG_LISTS 3
#define MPROG_CLS_HOOKS 2 /* that filters are at as well: ingress and egress */

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
	struct mprog_prog *prog;     /* NULL: a link of a foreign type */
	struct mprog_list *list;     /* NULL: detached, or its device is gone */
	struct mprog_filter *filter; /* of a link that made one; NULL likewise */
	refcount_t refs;
	u32 id;
	u32 ifindex; /* whose list or classifier it was made on */
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
	u32 ifindex; /* of the device it belongs to */
	u32 count;
	u32 count_max; /* slots that were ever in use, for mprog_net_init() */
	struct mprog_array pair[2];
};

/* A filter; see cls.h. */
struct mprog_filter {
	struct mprog_filter __rcu *next; /* by chain, priority and handle */
	struct mprog_prog *prog;
	struct mprog_link *link; /* the owner, or NULL: then the filter itself holds its program */
	struct mprog_device *device; /* NULL: the slot is free */
	u32 hook;
	u32 chain;
	u32 priority;
	u32 handle;
};

enum mprog_qdisc { MPROG_NO_QDISC, MPROG_CLSACT, MPROG_INGRESS_QDISC };

#define MPROG_NAME 16
#define MPROG_ETH_ALEN 6
#define MPROG_ETH_HLEN 14

/* Values of netkit's attributes, as in uapi if_link.h; its policies are verdicts. */
enum mprog_mode { MPROG_L2, MPROG_L3 };
enum mprog_scrub { MPROG_SCRUB_NONE, MPROG_SCRUB_DEFAULT };
enum mprog_pairing { MPROG_PAIR, MPROG_SINGLE };

enum mprog_kind { MPROG_PLAIN, MPROG_NETKIT };

struct mprog_counters {
	atomic64_t tx_packets, tx_bytes, tx_dropped, rx_packets, rx_bytes;
};

struct mprog_device {
	bool present;
	bool up; /* what packets ask first: all that follows is as it should be where it is set */
	bool carrier;
	bool primary;
	u8 kind;
	u8 mode, policy, scrub, pairing;
	u8 address[MPROG_ETH_ALEN];
	u16 headroom, tailroom;
	u32 space; /* the network namespace it is in */
	u32 mtu;
	char name[MPROG_NAME]; /* padded with 0 */
	struct mprog_device __rcu *peer;
	enum mprog_qdisc qdisc; /* beside the lists */
	struct mprog_filter __rcu *filters[MPROG_CLS_HOOKS];
	struct mprog_counters counters;
	struct mprog_list lists[MPROG_LISTS]; /* that of netkit last */
};

enum mprog_file_kind {
	MPROG_FILE_CLOSED,
	MPROG_FILE_PROG,
	MPROG_FILE_LINK,
	MPROG_FILE_OTHER,
	MPROG_FILE_SPACE,
};

struct mprog_file {
	u16 kind;
	u16 next_free;
	void *object;
};

struct mprog_params {
	enum mprog_dialect dialect;
	u32 capacity;
	u32 devices;  /* plain ones, up, in the first namespace */
	u64 revision; /* of every list at the start */
	u32 fault;    /* enum mprog_fault */
	u32 fail_at;  /* the step that fails, of those that may for want of something; 0: none */
	/* Waits until readers have left what they are in. NULL: commands and packets never overlap.
	 */
	void (*synchronize)(void);
};

struct mprog_net {
	struct mprog_params params;
	u32 held; /* references held on all programs and links together */
	u32 serial;
	u32 addresses; /* made up so far */
	u32 steps;     /* that may have failed; see fail_at */
	u16 free_prog, free_link, free_file;
	u16 used_progs, used_links, used_files, used_filters;
	bool ended[MPROG_MAX_SPACES];
	struct mprog_device devices[MPROG_MAX_DEVICES];
	struct mprog_prog progs[MPROG_MAX_PROGS];
	struct mprog_link links[MPROG_MAX_LINKS];
	struct mprog_link foreign;
	struct mprog_filter filters[MPROG_MAX_FILTERS];
	struct mprog_file files[MPROG_MAX_FILES];
};

/* Descriptors that are open from the start. */
enum {
	MPROG_FD_NONE,
	MPROG_FD_OTHER,
	MPROG_FD_FOREIGN,
	MPROG_FD_SPACES, /* one for each network namespace */
	MPROG_FD_FIRST = MPROG_FD_SPACES + MPROG_MAX_SPACES,
};

struct mprog_attr {
	u32 space; /* of the caller, < MPROG_MAX_SPACES */
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

/* An array that is NULL was not asked for; one that is ERR_PTR(-EFAULT) is not mapped. */
struct mprog_query {
	u32 space;
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

/* Netkit devices go with their other side, wherever that is; a namespace with all it has. */
int mprog_device_remove(struct mprog_net *net, u32 ifindex);
void mprog_space_remove(struct mprog_net *net, u32 space);

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
int mprog_bpf(struct mprog_net *net, u32 space, u32 command, void *attribute, u32 size,
	      bool capable);

/* The device of that number, in whichever namespace, or NULL. */
struct mprog_device *mprog_device_of(struct mprog_net *net, u32 ifindex);

/*
 * The list of an attach point, for a caller in @space. -EINVAL: no such attach type. -ENODEV: no
 * such device there. -ENXIO: no netkit device. -EACCES: not the primary. -EOPNOTSUPP: it has no
 * other side.
 */
struct mprog_list *mprog_point(struct mprog_net *net, u32 space, u32 ifindex, u32 attach_type);

/* Asks the programs in their order. What nobody defined counts as MPROG_NEXT. */
int mprog_run(const struct mprog_list *list, void *packet);

/* The objects behind ids, or NULL. */
struct mprog_prog *mprog_prog_of_id(struct mprog_net *net, u32 id);
struct mprog_link *mprog_link_of_id(struct mprog_net *net, u32 id);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The platform of a process: programs, links, descriptors and devices in tables.
 *
 *	struct mprog_net *net;                  // zeroed memory
 *	mprog_net_init(net, &params);
 *	prog = mprog_prog_load(net, type, run, cookie, &fd);
 *	ret = mprog_prog_attach(net, &attr);
 *	verdict = mprog_run(list, packet);
 *
 * Environments are independent of each other. The caller of a command holds one lock for each.
 * mprog_xmit() needs no lock; for that and for devices see netdev.h.
 */
#ifndef _MPROG_ENVIRONMENT_H
#define _MPROG_ENVIRONMENT_H

#include <linux/atomic.h>

#include "impl/core/mprog.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MPROG_MAX_PROGS 96
#define MPROG_MAX_LINKS 256
#define MPROG_MAX_FILES 512
#define MPROG_MAX_DEVICES 4
#define MPROG_MAX_SPACES 2
#define MPROG_MAX_FILTERS 144

/* The index of a device is the same in each network namespace. Each has a loopback device. */
#define MPROG_LOOPBACK 1
#define MPROG_FIRST_IFINDEX 2

/* An id is the number of a slot, and above it a serial number that is used once. */
#define MPROG_ID_SLOT_BITS 10
#define MPROG_ID_OF_LINK 512
#define MPROG_MAX_SERIAL ((1U << (32 - MPROG_ID_SLOT_BITS)) - 1)

typedef int (*mprog_func)(const struct mprog_prog *prog, void *packet);

struct mprog_prog {
	mprog_func run;
	refcount_t refs;
	u32 id; /* 0 once it is freed */
	u32 type;
	u32 cookie; /* for the loader */
	u16 next_free;
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
	bool up; /* checked first by packets; set when all that follows is */
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
	enum mprog_qdisc qdisc; /* does not affect the lists */
	struct mprog_classifier classifier;
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
	u32 fail_at;  /* which of the steps that may fail does; 0: none */
	/* Waits for a grace period. NULL: commands and packets never run at the same time. */
	void (*synchronize)(void);
};

struct mprog_net {
	struct mprog_params params;
	u32 held; /* references held on all programs and links together */
	u32 serial;
	u32 addresses; /* generated so far */
	u32 steps;     /* that could have failed; see fail_at */
	u16 free_prog, free_link, free_file;
	u16 used_progs, used_links, used_files, used_filters;
	bool ended[MPROG_MAX_SPACES];
	struct mprog_device devices[MPROG_MAX_DEVICES];
	struct mprog_prog progs[MPROG_MAX_PROGS];
	struct mprog_link links[MPROG_MAX_LINKS];
	struct mprog_link foreign;
	struct mprog_filter filters[MPROG_MAX_FILTERS]; /* free ones have no classifier */
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

/* Commands of bpf(2), numbered as there. */
enum mprog_bpf_command {
	MPROG_BPF_PROG_ATTACH = 8,
	MPROG_BPF_PROG_DETACH = 9,
	MPROG_BPF_PROG_QUERY = 16,
	MPROG_BPF_LINK_CREATE = 28,
	MPROG_BPF_LINK_UPDATE = 29,
	MPROG_BPF_LINK_DETACH = 34,
};

/* Starts afresh, from zeroed memory or an environment that was used. Costs as much as was used. */
void mprog_net_init(struct mprog_net *net, const struct mprog_params *params);
struct mprog_prog *mprog_prog_load(struct mprog_net *net, u32 type, mprog_func run, u32 cookie,
				   u32 *fd);
int mprog_close(struct mprog_net *net, u32 fd);

/* Removing a netkit device removes its peer, removing a namespace all its devices. */
int mprog_device_remove(struct mprog_net *net, u32 ifindex);
void mprog_space_remove(struct mprog_net *net, u32 space);

/*
 * Adds a qdisc at the hooks of the lists, or replaces it. -EEXIST: there is one of that kind, and
 * @replace is false. MPROG_NO_QDISC removes it; -ENOENT: there is none.
 */
int mprog_qdisc_set(struct mprog_net *net, u32 ifindex, enum mprog_qdisc kind, bool replace);

/* RTM_NEWTFILTER, RTM_DELTFILTER and RTM_DELCHAIN. */
struct mprog_filter_request;
int mprog_filter_set(struct mprog_net *net, const struct mprog_filter_request *req);
int mprog_filter_del(struct mprog_net *net, const struct mprog_filter_request *req);
int mprog_chain_del(struct mprog_net *net, const struct mprog_filter_request *req);

/*
 * A command as bpf(2) takes it: @size bytes in the layout of union bpf_attr (uapi bpf.h). Returns
 * what the command returns; for MPROG_BPF_LINK_CREATE the descriptor. -E2BIG, -EINVAL: a byte
 * behind the last field is not 0.
 */
int mprog_bpf(struct mprog_net *net, u32 space, u32 command, void *attribute, u32 size,
	      bool capable);

/* The device with that index, in any namespace, or NULL. */
struct mprog_device *mprog_device_of(struct mprog_net *net, u32 ifindex);

/*
 * The list of an attach point, for a caller in @space. -EINVAL: no such attach type. -ENODEV: no
 * such device there. -ENXIO: no netkit device. -EACCES: not the primary. -EOPNOTSUPP: it has no
 * peer.
 */
struct mprog_list *mprog_point(struct mprog_net *net, u32 space, u32 ifindex, u32 attach_type);

/* The object with that id, or NULL. Inline: who reads a list asks for each entry. */
static inline struct mprog_prog *mprog_prog_of_id(struct mprog_net *net, u32 id)
{
	u32 slot = id & ((1U << MPROG_ID_SLOT_BITS) - 1);

	if (!id || slot >= net->used_progs || net->progs[slot].id != id)
		return NULL;
	return &net->progs[slot];
}

static inline struct mprog_link *mprog_link_of_id(struct mprog_net *net, u32 id)
{
	u32 slot = (id & ((1U << MPROG_ID_SLOT_BITS) - 1)) - MPROG_ID_OF_LINK;

	if (id && id == net->foreign.id)
		return &net->foreign;
	if (!id || slot >= net->used_links || net->links[slot].id != id)
		return NULL;
	return &net->links[slot];
}

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a worker asks of the library that is built from the files of a kernel tree: what a process
 * asks of a kernel, and looks that no process has. One thread, one kernel; begin() starts afresh.
 */
#ifndef _MPROGCHECK_TREE_API_H
#define _MPROGCHECK_TREE_API_H

#include <linux/types.h>

/* Counted up with each change here: worker and shim may be of two versions. */
#define TREE_API_VERSION 2
#define TREE_API_SYMBOL "mprogcheck_tree_api"

#define TREE_MOST_ENTRIES 256
#define TREE_FOREIGN 6

/* Descriptors that are open from the start; those of programs and links follow. */
enum tree_fd {
	TREE_FD_ZERO,
	TREE_FD_FILE,
	TREE_FD_MAP,
	TREE_FD_FOREIGN,
};

enum tree_qdisc { TREE_NO_QDISC, TREE_CLSACT, TREE_INGRESS };

/* A list as it is in memory. An entry whose link has no id tells of ~0. */
struct tree_list {
	__u64 revision;
	__u32 count, filled;
	__u32 prog_ids[TREE_MOST_ENTRIES], link_ids[TREE_MOST_ENTRIES];
};

struct tree_caller {
	__u32 space;
	__u8 capable;
};

/* Takes the name of a file that gcov(1) reads, and then its bytes in pieces. */
enum tree_piece { TREE_NAME, TREE_BYTES };
typedef void (*tree_put)(enum tree_piece piece, const void *bytes, __u32 size, void *context);

struct tree_api {
	__u32 version;
	__u32 slots;  /* BPF_MPROG_MAX, one of which ends a list */
	__u32 qdiscs; /* whether there are any */
	/* Devices get interface indices from 2 on. */
	void (*begin)(__u32 devices);
	/* Closes and removes all that is left, and tells on the console of what stays all the same.
	 */
	void (*end)(void);
	/* Each call is a request of its own: behind it, a grace period has ended. */
	int (*load)(__u32 type, __u32 cookie, __u32 *id); /* the descriptor */
	int (*bpf)(struct tree_caller caller, int command, void *attribute, __u32 size);
	int (*close)(__u32 fd);
	int (*fdinfo)(__u32 fd, char *text, __u32 size);
	int (*remove)(__u32 ifindex);
	int (*qdisc)(__u32 ifindex, enum tree_qdisc kind, int replace);
	/* The verdict; a negative error number is one too, so errors go to `error`. */
	int (*packet)(__u32 ifindex, int ingress, int (*answer)(void *context, __u32 cookie),
		      void *context, int *error);
	__u32 (*link_id)(__u32 fd);
	/* Whether there is such a device. */
	int (*look)(__u32 ifindex, int ingress, struct tree_list *list);
	/* References held on all programs and links, the foreign ones left out. */
	__s64 (*references)(void);
	/* Warnings so far. */
	__u32 (*warnings)(void);
	/* What was met so far, of a library that counts it. */
	void (*coverage)(tree_put put, void *context);
};

#endif

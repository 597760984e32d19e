/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of bpf(2), as far as lists need them. */
#ifndef _STANDIN_UAPI_LINUX_BPF_H
#define _STANDIN_UAPI_LINUX_BPF_H

#include <linux/types.h>

enum bpf_cmd {
	BPF_PROG_ATTACH = 8,
	BPF_PROG_DETACH = 9,
	BPF_OBJ_GET_INFO_BY_FD = 15,
	BPF_PROG_QUERY = 16,
	BPF_LINK_CREATE = 28,
	BPF_LINK_UPDATE = 29,
	BPF_LINK_DETACH = 34,
};

enum bpf_prog_type { BPF_PROG_TYPE_UNSPEC, BPF_PROG_TYPE_SCHED_CLS = 3, BPF_PROG_TYPE_XDP = 6 };
enum bpf_attach_type { BPF_TCX_INGRESS = 46, BPF_TCX_EGRESS = 47 };
enum bpf_link_type { BPF_LINK_TYPE_XDP = 6, BPF_LINK_TYPE_TCX = 11 };
enum tcx_action_base { TCX_NEXT = -1, TCX_PASS = 0, TCX_DROP = 2, TCX_REDIRECT = 7 };

#define BPF_F_REPLACE (1u << 2)
#define BPF_F_BEFORE (1u << 3)
#define BPF_F_AFTER (1u << 4)
#define BPF_F_ID (1u << 5)
#define BPF_F_LINK (1u << 13)
#define BPF_F_QUERY_EFFECTIVE 1u

union bpf_attr {
	struct {
		__u32 target_ifindex, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd;
		__u32 relative_fd;
		__u64 expected_revision;
	};
	struct {
		__u32 target_ifindex, attach_type, query_flags, attach_flags;
		__u64 prog_ids;
		__u32 count, unused;
		__u64 prog_attach_flags, link_ids, link_attach_flags, revision;
	} query;
	struct {
		__u32 prog_fd, target_ifindex, attach_type, flags;
		union {
			struct {
				__u32 relative_fd;
				__u64 expected_revision;
			} tcx;
			struct {
				__u32 others[11], pid;
			} uprobe_multi;
		};
	} link_create;
	struct {
		__u32 link_fd, new_prog_fd, flags, old_prog_fd;
	} link_update;
	struct {
		__u32 link_fd;
	} link_detach;
	struct {
		__u32 bpf_fd, info_len;
		__u64 info;
	} info;
	__u8 all[160];
};

struct bpf_link_info {
	__u32 type, id, prog_id, unused;
	struct {
		__u32 ifindex, attach_type;
	} tcx;
};

#endif

// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): links that no list of ours can hold,
// one piece for each type. Each defines NAME_link and set_up_NAME_link().
#pragma once

#include <array>
#include <string_view>

#include "model/words/operation.hpp"

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kXdpLink = R"C(
static int xdp_link;

static void set_up_xdp_link(void)
{
	xdp_link = bpf_link_create(trivial(BPF_PROG_TYPE_XDP, XDP_PASS, 0, 0), LOOPBACK, BPF_XDP, NULL);
	if (xdp_link < 0)
		cannot("making a link of XDP");
}
)C";

inline constexpr std::string_view kCgroupLink = R"C(
#ifndef __NR_fsopen
#define __NR_fsopen 430
#define __NR_fsconfig 431
#define __NR_fsmount 432
#endif
#define CONFIG_CREATE 6 /* FSCONFIG_CMD_CREATE */

static int cgroup_link;

/* At the root of cgroup v2, which nobody but us sees at this place; it lets everything pass. */
static void set_up_cgroup_link(void)
{
	int prog = trivial(BPF_PROG_TYPE_CGROUP_SKB, 1, 0, 0), cgroup;
	long fs = syscall(__NR_fsopen, "cgroup2", 0), mounted;

	if (fs < 0 || syscall(__NR_fsconfig, fs, CONFIG_CREATE, NULL, NULL, 0))
		cannot("opening cgroup v2");
	mounted = syscall(__NR_fsmount, fs, 0, 0);
	cgroup = openat((int)mounted, ".", O_RDONLY | O_DIRECTORY);
	if (cgroup < 0)
		cannot("opening the root of cgroup v2");
	cgroup_link = bpf_link_create(prog, cgroup, BPF_CGROUP_INET_INGRESS, NULL);
	if (cgroup_link < 0)
		cannot("making a link of a cgroup");
}
)C";

inline constexpr std::string_view kRawTracepointLink = R"C(
static int raw_tracepoint_link;

static void set_up_raw_tracepoint_link(void)
{
	raw_tracepoint_link = bpf_raw_tracepoint_open("task_newtask", trivial(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, 0));
	if (raw_tracepoint_link < 0)
		cannot("making a link of a raw tracepoint");
}
)C";

inline constexpr std::string_view kIterHeaders = R"C(#include <bpf/libbpf.h>
)C";

inline constexpr std::string_view kIterLink = R"C(
static int iter_link;

static void set_up_iter_link(void)
{
	int id = libbpf_find_vmlinux_btf_id("task", BPF_TRACE_ITER);

	if (id <= 0)
		cannot("finding the iterator over tasks in the kernel's BTF");
	iter_link = bpf_link_create(trivial(BPF_PROG_TYPE_TRACING, 0, BPF_TRACE_ITER, id), 0, BPF_TRACE_ITER, NULL);
	if (iter_link < 0)
		cannot("making a link of an iterator");
}
)C";

inline constexpr std::string_view kNetfilterHeaders = R"C(#include <linux/netfilter.h>
)C";

inline constexpr std::string_view kNetfilterLink = R"C(
/* Of include/uapi/linux/bpf.h, Linux 6.4 on. */
#define TYPE_NETFILTER 32 /* BPF_PROG_TYPE_NETFILTER */
#define AT_NETFILTER 45 /* BPF_NETFILTER */

static int netfilter_link;

static void set_up_netfilter_link(void)
{
	struct { /* BPF_LINK_CREATE */
		__u32 prog_fd, target_fd, attach_type, flags;
		__u32 pf, hooknum;
		__s32 priority;
		__u32 netfilter_flags;
	} attr = {
		.prog_fd = (__u32)trivial(TYPE_NETFILTER, NF_ACCEPT, AT_NETFILTER, 0),
		.attach_type = AT_NETFILTER,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = 1,
	};

	netfilter_link = call(BPF_LINK_CREATE, &attr, sizeof(attr));
	errno = -netfilter_link;
	if (netfilter_link < 0)
		cannot("making a link of netfilter");
}
)C";

inline constexpr std::string_view kStructOpsHeaders = R"C(#include <bpf/btf.h>
)C";

inline constexpr std::string_view kStructOpsLink = R"C(
#define AT_STRUCT_OPS 44 /* BPF_STRUCT_OPS, Linux 6.4 on */

static int struct_ops_link;

/* The kernel's own description of its structures. */
static struct btf *kernel_btf;

static const struct btf_type *kernel_struct(const char *name, int *id)
{
	*id = btf__find_by_name_kind(kernel_btf, name, BTF_KIND_STRUCT);
	errno = ENOENT;
	if (*id <= 0)
		cannot("finding what a congestion control is in the kernel's BTF");
	return btf__type_by_id(kernel_btf, (__u32)*id);
}

static int member(const struct btf_type *type, const char *name)
{
	for (int i = 0; i < btf_vlen(type); i++) {
		if (strcmp(btf__name_by_offset(kernel_btf, btf_members(type)[i].name_off), name) == 0)
			return i;
	}
	errno = ENOENT;
	cannot("finding a member of a congestion control in the kernel's BTF");
	return -1;
}

/*
 * A congestion control that nobody uses, of the members that it has to have. It is the value of a map:
 * where functions are in the kernel's structure, the descriptors of programs. Its link has no program.
 */
static void set_up_struct_ops_link(void)
{
	static const char *const functions[] = { "ssthresh", "cong_avoid", "undo_cwnd" };
	const struct btf_type *control, *wrapped;
	struct link_of_map { /* BPF_LINK_CREATE */
		__u32 map_fd, target_fd, attach_type, flags;
	} attr = { .attach_type = AT_STRUCT_OPS };
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_LINK);
	struct btf *own_btf = btf__new_empty(); /* such a map has to have one, whatever is in it */
	int control_id, wrapped_id, map;
	const __u32 zero = 0;
	char *value, *data;

	kernel_btf = btf__load_vmlinux_btf();
	if (!kernel_btf)
		cannot("loading the kernel's BTF");
	if (!own_btf || btf__add_int(own_btf, "int", sizeof(int), BTF_INT_SIGNED) < 0 ||
	    btf__load_into_kernel(own_btf))
		cannot("making BTF of our own");
	control = kernel_struct("tcp_congestion_ops", &control_id);
	wrapped = kernel_struct("bpf_struct_ops_tcp_congestion_ops", &wrapped_id);
	value = calloc(1, wrapped->size);
	if (!value)
		cannot("taking memory");
	data = value + btf_member_bit_offset(wrapped, (__u32)member(wrapped, "data")) / 8;
	for (unsigned int i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		const int index = member(control, functions[i]);
		const unsigned long fd = (unsigned long)trivial(BPF_PROG_TYPE_STRUCT_OPS, 2, index, control_id);

		memcpy(data + btf_member_bit_offset(control, (__u32)index) / 8, &fd, sizeof(fd));
	}
	strcpy(data + btf_member_bit_offset(control, (__u32)member(control, "name")) / 8, "repro");
	options.btf_fd = (__u32)btf__fd(own_btf);
	options.btf_vmlinux_value_type_id = (__u32)wrapped_id;
	map = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, "repro", sizeof(zero), wrapped->size, 1, &options);
	if (map < 0 || bpf_map_update_elem(map, &zero, value, BPF_ANY))
		cannot("making a map of a congestion control");
	attr.map_fd = (__u32)map;
	struct_ops_link = call(BPF_LINK_CREATE, &attr, sizeof(attr));
	errno = -struct_ops_link;
	if (struct_ops_link < 0)
		cannot("making a link of struct_ops");
}
)C";

struct ForeignText {
  std::string_view headers, text;
};
// In the order of Foreign.
inline constexpr std::array<ForeignText, kForeigns> kForeignLinks{
    {{"", kXdpLink},
     {"", kCgroupLink},
     {"", kRawTracepointLink},
     {kIterHeaders, kIterLink},
     {kNetfilterHeaders, kNetfilterLink},
     {kStructOpsHeaders, kStructOpsLink}}};

}  // namespace mprogcheck::repro::c_text

// SPDX-License-Identifier: GPL-2.0-only
// Links that no list of ours can hold, one function for each type.

#define BPF_NETFILTER 45
#define BPF_STRUCT_OPS 44
#define BPF_PROG_TYPE_NETFILTER 32

/* A program that returns `verdict` and does nothing. */
static int trivial(int type, int verdict, int attach_type, int btf_id)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach_type,
		    .attach_btf_id = btf_id);
	int prog = bpf_prog_load(type, "repro", "GPL", insns, 2, &options);

	if (prog < 0)
		err(2, "could not run: loading a BPF program that does nothing");
	return prog;
}

static int need_link(int link)
{
	if (link < 0)
		err(2, "could not run: making a link of another type");
	return link;
}

static int make_xdp_link(void)
{
	int prog = trivial(BPF_PROG_TYPE_XDP, XDP_PASS, 0, 0);

	return need_link(bpf_link_create(prog, LOOPBACK, BPF_XDP, NULL));
}

/* At the root of cgroup v2, which nobody but us sees at this place; it lets everything pass. */
static int make_cgroup_link(void)
{
	const int fsopen = 430, fsconfig = 431, fsmount = 432, create = 6;
	int prog = trivial(BPF_PROG_TYPE_CGROUP_SKB, 1, 0, 0), cgroup;
	long fs = syscall(fsopen, "cgroup2", 0), mounted;

	if (fs < 0 || syscall(fsconfig, fs, create, NULL, NULL, 0))
		err(2, "could not run: opening cgroup v2");
	mounted = syscall(fsmount, fs, 0, 0);
	cgroup = openat((int)mounted, ".", O_RDONLY | O_DIRECTORY);
	if (cgroup < 0)
		err(2, "could not run: opening the root of cgroup v2");
	return need_link(bpf_link_create(prog, cgroup, BPF_CGROUP_INET_INGRESS, NULL));
}

static int make_raw_tracepoint_link(void)
{
	int prog = trivial(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, 0);

	return need_link(bpf_raw_tracepoint_open("task_newtask", prog));
}

static int make_iter_link(void)
{
	int type = libbpf_find_vmlinux_btf_id("task", BPF_TRACE_ITER), prog;

	if (type <= 0)
		err(2, "could not run: finding the iterator over tasks in the kernel's BTF");
	prog = trivial(BPF_PROG_TYPE_TRACING, 0, BPF_TRACE_ITER, type);
	return need_link(bpf_link_create(prog, 0, BPF_TRACE_ITER, NULL));
}

static int make_netfilter_link(void)
{
	struct { /* BPF_LINK_CREATE */
		__u32 prog_fd, target_fd, attach_type, flags;
		__u32 pf, hooknum;
		__s32 priority;
		__u32 netfilter_flags;
	} attr = {
		.prog_fd = trivial(BPF_PROG_TYPE_NETFILTER, NF_ACCEPT, BPF_NETFILTER, 0),
		.attach_type = BPF_NETFILTER,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = 1,
	};

	return need_link(sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr)));
}

/* The kernel's own description of its structures. */
static struct btf *kernel_btf;

static const struct btf_type *kernel_struct(const char *name, int *type)
{
	*type = btf__find_by_name_kind(kernel_btf, name, BTF_KIND_STRUCT);
	if (*type <= 0)
		err(2, "could not run: finding a congestion control in the kernel's BTF");
	return btf__type_by_id(kernel_btf, *type);
}

static int member(const struct btf_type *type, const char *name)
{
	const struct btf_member *all = btf_members(type);

	for (int i = 0; i < btf_vlen(type); i++)
		if (strcmp(btf__name_by_offset(kernel_btf, all[i].name_off), name) == 0)
			return i;
	err(2, "could not run: finding a member of a congestion control in the kernel's BTF");
	return -1;
}

/*
 * A congestion control that nobody uses, of the members that it has to have. It is the value of a
 * map: where functions are in the kernel's structure, the descriptors of programs. Its link has no
 * program.
 */
static int make_struct_ops_link(void)
{
	static const char *const functions[] = { "ssthresh", "cong_avoid", "undo_cwnd" };
	const struct btf_type *control, *wrapped;
	struct { /* BPF_LINK_CREATE */
		__u32 map_fd, target_fd, attach_type, flags;
	} attr = { .attach_type = BPF_STRUCT_OPS };
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = 1U << 13 /* BPF_F_LINK */);
	struct btf *own_btf = btf__new_empty(); /* such a map has to have one, whatever is in it */
	int control_id, wrapped_id;
	const __u32 zero = 0;
	char *value, *data;

	kernel_btf = btf__load_vmlinux_btf();
	if (!kernel_btf)
		err(2, "could not run: loading the kernel's BTF");
	if (!own_btf || btf__add_int(own_btf, "int", sizeof(int), BTF_INT_SIGNED) < 0 ||
	    btf__load_into_kernel(own_btf))
		err(2, "could not run: making BTF of our own");
	control = kernel_struct("tcp_congestion_ops", &control_id);
	wrapped = kernel_struct("bpf_struct_ops_tcp_congestion_ops", &wrapped_id);
	value = calloc(1, wrapped->size);
	if (!value)
		err(2, "could not run: taking memory");
	data = value + btf_member_bit_offset(wrapped, member(wrapped, "data")) / 8;
	for (int i = 0; i < 3; i++) {
		const int index = member(control, functions[i]);
		const unsigned long prog = trivial(BPF_PROG_TYPE_STRUCT_OPS, 2, index, control_id);

		memcpy(data + btf_member_bit_offset(control, index) / 8, &prog, sizeof(prog));
	}
	strcpy(data + btf_member_bit_offset(control, member(control, "name")) / 8, "repro");
	options.btf_fd = btf__fd(own_btf);
	options.btf_vmlinux_value_type_id = wrapped_id;
	attr.map_fd = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, "repro", sizeof(zero), wrapped->size,
				     1, &options);
	if ((int)attr.map_fd < 0 || bpf_map_update_elem(attr.map_fd, &zero, value, BPF_ANY))
		err(2, "could not run: making a map of a congestion control");
	return need_link(sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr)));
}

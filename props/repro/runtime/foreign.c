// SPDX-License-Identifier: GPL-2.0-only
// Links that no list of ours can hold, one function for each type.

static int make_xdp_link(void)
{
	int prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "repro", "GPL", return_next, 2, NULL);
	int link = bpf_link_create(prog, LOOPBACK, BPF_XDP, NULL);

	if (link < 0)
		err(2, "could not run: making a link of XDP");
	return link;
}

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

	return need_link(syscall(__NR_bpf, BPF_LINK_CREATE, &attr, sizeof(attr)));
}

/* A congestion control that nobody uses, as the value of a map. Its link has no program. */
static int make_struct_ops_link(void)
{
	struct btf *btf = btf__load_vmlinux_btf(), *own = btf__new_empty();
	int ops = btf__find_by_name(btf, "tcp_congestion_ops"), map, link;
	int whole = btf__find_by_name(btf, "bpf_struct_ops_tcp_congestion_ops");
	const struct btf_type *type = btf__type_by_id(btf, whole);
	const int size = type->size, data = btf_members(type)[1].offset;
	LIBBPF_OPTS(bpf_prog_load_opts, load, .attach_btf_id = ops);
	LIBBPF_OPTS(bpf_map_create_opts, create, .map_flags = BPF_F_LINK,
		    .btf_vmlinux_value_type_id = whole);
	char value[4096] = { 0 };

	type = btf__type_by_id(btf, ops);
	for (int i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, btf_members(type)[i].name_off);
		char *at = value + (data + btf_members(type)[i].offset) / 8;

		load.expected_attach_type = i;
		if (!strcmp(name, "name"))
			strcpy(at, "repro");
		else if (strstr("ssthresh cong_avoid undo_cwnd", name)) /* it has to have these */
			*(long *)at = bpf_prog_load(BPF_PROG_TYPE_STRUCT_OPS, "repro", "GPL",
						    return_next, 2, &load);
	}
	btf__add_int(own, "int", 4, BTF_INT_SIGNED);
	btf__load_into_kernel(own);
	create.btf_fd = btf__fd(own); /* the map has to have BTF of its own, whatever is in it */
	map = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, "repro", 4, size, 1, &create);
	bpf_map_update_elem(map, &(__u32){ 0 }, value, BPF_ANY);
	link = bpf_link_create(map, 0, BPF_STRUCT_OPS, NULL);
	if (link < 0)
		err(2, "could not run: making a link of struct_ops");
	return link;
}

// SPDX-License-Identifier: GPL-2.0-only
// Programs and links, by the names of the trace.

static __u32 id_of_program(int prog)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	bpf_prog_get_info_by_fd(prog, &info, &size);
	return info.id;
}

static const struct bpf_insn return_next[] = { { .code = BPF_ALU64 | BPF_MOV, .imm = -1 },
					       { .code = BPF_JMP | BPF_EXIT } };

static void load(int prog, int type)
{
	fd[prog] = bpf_prog_load(type, "repro", "GPL", return_next, 2, NULL);
	if (fd[prog] < 0)
		err(2, "could not run: loading a program");
#ifdef IDS
	id[prog] = id_of_program(fd[prog]);
#endif
}

#ifdef IDS
/* Returns 0, or an error below 0. */
static int keep_link(int link, int result)
{
	struct bpf_link_info info = { .id = NO_SUCH_ID };

	fd[link] = result;
	bpf_link_get_info_by_fd(result, &info, &(__u32){ sizeof(info) });
	id[link] = info.id;
	return result < 0 ? result : 0;
}
#else
#define keep_link(link, result) ((fd[link] = (result)) < 0 ? fd[link] : 0)
#endif

/* Its id stays known: it may be on a list, or stale. */
static int close_object(int object)
{
	int result = close(fd[object]);

	fd[object] = NOT_OPEN;
	return result ? -errno : 0;
}

/* What a link says of itself: the beginning of struct bpf_link_info. */
struct told {
	__u32 type, link, prog, unused, ifindex, attach_type;
};

static int ask_link(int link, struct told *told)
{
	__u32 size = sizeof(*told);

	memset(told, 0, size);
	return bpf_obj_get_info_by_fd(link, told, &size);
}

static int read_fdinfo(int link, struct told *told)
{
	char name[64], line[256];
	FILE *file;

	memset(told, 0, sizeof(*told));
	sprintf(name, "/proc/self/fdinfo/%d", link);
	file = fopen(name, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		/* Each of them matches one line only. */
		sscanf(line, "prog_id: %u", &told->prog);
		sscanf(line, "ifindex: %u", &told->ifindex);
		sscanf(line, "attach_type: %u", &told->attach_type);
	}
	fclose(file);
	return 0;
}

/* Where the device is gone, or the link detached, the ifindex is 0. */
static void check_told(const struct told *told, int prog, __u32 ifindex, __u32 type)
{
	check_number("\tid of the program", id[prog], told->prog);
	check_number("\tifindex", ifindex, told->ifindex);
	check_number("\tattach type", type, told->attach_type);
}

// SPDX-License-Identifier: GPL-2.0-only
// Programs and links, by the names of the trace.

#ifdef IDS
/* A program, or a link that is asked for. Returns 0, or an error below 0. */
static int keep(int object, int result)
{
	__u32 info[2] = { 0, NO_SUCH_ID }; /* type and id */

	fd[object] = result;
	bpf_obj_get_info_by_fd(result, info, &(__u32){ sizeof(info) });
	id[object] = info[1];
	return result < 0 ? result : 0;
}
#endif

static const struct bpf_insn return_next[] = { { .code = BPF_ALU64 | BPF_MOV, .imm = -1 },
					       { .code = BPF_JMP | BPF_EXIT } };

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

// SPDX-License-Identifier: GPL-2.0-only
// Programs and links, by the names of the trace.

#ifdef CLOSES
/* A program, or a link that is asked for. Returns 0, or an error below 0. */
static int keep(int object, int result)
{
	__u32 info[2] = { 0, NO_SUCH_ID }; /* type and id */

	fd[object] = result;
	if (result >= 0)
		bpf_obj_get_info_by_fd(result, info, &(__u32){ sizeof(info) });
	id[object] = info[1];
	return result < 0 ? result : 0;
}
#else
static __u32 id_of(int object)
{
	__u32 info[2] = { 0, -1 }; /* type and id */

	bpf_obj_get_info_by_fd(fd[object], info, &(__u32){ sizeof(info) });
	return info[1];
}
#endif

/* Its id stays known: it may be on a list, or stale. */
static int close_object(int object)
{
	int result = close(fd[object]);

	fd[object] = NOT_OPEN;
	return result ? -errno : 0;
}

static struct told { /* of a link: the beginning of struct bpf_link_info */
	__u32 type, link, prog, unused, ifindex, attach_type;
} told;

static int read_fdinfo(int link)
{
	char name[64], line[256];
	FILE *file;

	sprintf(name, "/proc/self/fdinfo/%d", link);
	file = fopen(name, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "prog_id: %u", &told.prog);
		sscanf(line, "ifindex: %u", &told.ifindex);
		sscanf(line, "attach_type: %u", &told.attach_type);
	}
	fclose(file);
	return 0;
}

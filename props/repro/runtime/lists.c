// SPDX-License-Identifier: GPL-2.0-only
// Lists of programs.

/* "p0 p1 l1": p0, and p1, which l1 owns. The revision is new, the same, or one `had` before. */
static void check_list(int ifindex, int type, __u64 *had, const char *expected)
{
#ifdef IDS
	__u32 progs[64], links[64];
#else
	__u32 progs[64], links[64], info[2];
#endif
	LIBBPF_OPTS(bpf_prog_query_opts, q, .prog_ids = progs, .link_ids = links, .count = 64);
	char text[1024], *end = text, *revision = "new";

	if (bpf_prog_query_opts(ifindex, type, &q))
		err(2, "could not run: asking for a list (tcx: Linux 6.6, netkit: 6.7)");
	for (__u32 i = 0; i < q.count; i++)
#ifdef IDS
		for (int o = 0; o < OBJECTS; o++)
			if (id[o] == (names[o][0] == 'p' ? progs : links)[i])
				end += sprintf(end, "%s ", names[o]);
#else
		for (int o = 0; o < OBJECTS; o++) {
			info[1] = -1; /* its id, if there is such an object */
			bpf_obj_get_info_by_fd(fd[o], info, &(__u32){ sizeof(info) });
			if (info[1] == (names[o][0] == 'p' ? progs : links)[i])
				end += sprintf(end, "%s ", names[o]);
		}
#endif
	for (; *had; had++)
		if (*had == q.revision)
			revision = had[1] ? "old" : "same";
	*had = *revision == 's' ? 0 : q.revision;
	sprintf(end, "| %s revision", revision);
	printf("\tlist (revision %llu)", (unsigned long long)q.revision);
	check("", expected, text);
}

/* The entries that a query told: '?' is an array that was not written, '-' no link. */
static void check_entries(const __u32 *told, char kind, __u32 count, const char *expected)
{
	char text[256 * 5], *end = text;

	for (__u32 i = 0; i < count; i++) {
		const char *name = kind == 'l' && !told[i] ? "-" : "?";

		for (int o = 0; o < OBJECTS; o++)
			if (names[o][0] == kind && told[i] && id[o] == told[i])
				name = names[o];
		end += sprintf(end, i ? " %s" : "%s", name);
	}
	*end = 0;
	check(kind == 'p' ? "\tprograms" : "\tlinks", expected, text);
}

/* No flag lasts longer than the request; what is not written is still ~0. */
static void check_flags(const __u32 *flags, __u32 count)
{
	for (__u32 i = 0; i < count; i++)
		check_number("\tflags", 0, flags[i]);
}

/* One behind the other. */
static void attach_all(int ifindex, int type, int first, int last)
{
	for (int prog = first; prog <= last; prog++) {
		printf("attach %s", names[prog]);
		check("", "0", NAME(bpf_prog_attach_opts(fd[prog], ifindex, type, NULL)));
	}
}

// SPDX-License-Identifier: GPL-2.0-only
// What is expected and seen at each step.

#define NAME(error) strerrorname_np(-(error))
#define CHECK(expected, call) check(#call, expected, strerrorname_np(-(call)))
#define BPF(command, bytes) ({ int r = syscall(__NR_bpf, command, &raw, bytes); r < 0 ? -errno : r; })
#ifdef IDS
#else
#define keep(object, result) ((fd[object] = (result)) < 0 ? fd[object] : 0)
#endif

static void check(const char *what, const char *expected, const char *seen)
{
	int differs = *expected == '!' ? !strcmp(expected + 1, seen) : !!strcmp(expected, seen);

	printf("%s: expected %s, seen %s%s\n", what, expected, seen, differs ? " | DEVIATION" : "");
	deviations += differs;
}

static void check_number(const char *what, unsigned long long expected, unsigned long long seen)
{
	const char *mark = expected == seen ? "" : " | DEVIATION";

	printf("%s: expected %llu, seen %llu%s\n", what, expected, seen, mark);
	deviations += expected != seen;
}

/* It may be refused or not: behind a refusal nothing can be judged. */
static int left_open(int is_last)
{
	printf("The interface leaves open whether this is refused. It was; %d deviations so far.\n",
	       deviations);
	return deviations ? 1 : is_last ? 0 : 2;
}

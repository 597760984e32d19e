// SPDX-License-Identifier: GPL-2.0-only
// What is expected and seen at each step.

#define NAME(error) strerrorname_np(-(error))
#define CHECK(expected, call) check(#call, expected, strerrorname_np(-(call)))
#define BPF(command, attr, size) (syscall(__NR_bpf, command, attr, size) < 0 ? -errno : 0)
#define BEHIND(attr, size) ((char *)&(attr) + (size)) /* so many bytes are given */
#define WRITTEN(attr, n) memcmp(BEHIND(attr, n), BEHIND(attr, n + 1), sizeof(attr) - 1 - (n))
#ifdef CLOSES
#define id_of(object) id[object]
#else
#define keep(object, result) ((fd[object] = (result)) < 0 ? fd[object] : 0)
#endif

static struct nlmsghdr reply[2048]; /* one message: the last of rtnetlink */

static char fate[256]; /* of the packet that was sent last */

static const struct bpf_insn return_next[] = { { .code = BPF_ALU64 | BPF_MOV, .imm = -1 },
					       { .code = BPF_JMP | BPF_EXIT } };

static void check(const char *what, const char *expected, const char *seen)
{
	int differs = *expected == '!' ? !strcmp(expected + 1, seen) : !!strcmp(expected, seen);

	printf("%s: expected %s, seen %s%s\n", what, expected, seen, differs ? " | DEVIATION" : "");
	deviations += differs;
}

static void check_number(const char *what, unsigned long long expected, unsigned long long seen)
{
	printf("%s: expected %llu, seen %llu%s\n", what, expected, seen,
	       expected == seen ? "" : " | DEVIATION");
	deviations += expected != seen;
}

/* It may be refused or not: behind a refusal nothing can be judged. */
static int left_open(void)
{
	printf("The interface leaves open whether this is refused. It was; %d deviations so far.\n",
	       deviations);
	return deviations ? 1 : 2;
}

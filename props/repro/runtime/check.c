// SPDX-License-Identifier: GPL-2.0-only
// What is expected and seen at each step.

static int deviations;

#define NAME(error) strerrorname_np(-(error))

#define CHECK(expected, call) check(#call, expected, strerrorname_np(-(call)))

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

/* Other errors are permitted as well. */
static void check_or(const char *what, const char *expected, const int *others, int ret)
{
	while (*others && *others != ret)
		others++;
	check(what, *others ? NAME(ret) : expected, NAME(ret));
}

/* Other errors are due as well: with one of them only the order of the checks is not kept. */
static void check_first(const char *what, const char *expected, const int *others, int ret)
{
	check(what, expected, NAME(ret));
	while (*others)
		if (*others++ == ret)
			printf("\tThis error is due as well, but behind the other.\n");
}

/* It may be refused or not: behind a refusal nothing can be judged. */
static int left_open(int is_last)
{
	printf("The interface leaves open whether this is refused. It was; %d deviations so far.\n",
	       deviations);
	return deviations ? 1 : is_last ? 0 : 2;
}

/* Whoever starts this without reading it comes to no harm. */
static void require_crash(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0); /* what is kept back is lost in a crash */
	printf("WARNING: this program may crash the kernel it runs on.\n");
	if (argc == 2 && strcmp(argv[1], "--crash") == 0)
		return;
	printf("Nothing was done. In a virtual machine that may be lost: %s --crash\n", argv[0]);
	exit(2);
}

// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): calls that no ordinary caller makes,
// and the guard in front of all that may harm a kernel.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

// Of the leading comment.
inline constexpr std::string_view kWarning =
    R"C( * WARNING: THIS PROGRAM MAY CRASH THE KERNEL IT RUNS ON.
 * It asks what has crashed kernels, or what only an attacker would ask. It belongs into a virtual machine
 * that may be lost, and does nothing unless it is told --crash.
 *
)C";

inline constexpr std::string_view kGuard = R"C(
/* Whoever starts this without reading it comes to no harm. */
static void require_crash(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0); /* what is kept back is lost in a crash */
	printf("WARNING: this program may crash the kernel it runs on; it belongs into a virtual machine.\n");
	if (argc == 2 && strcmp(argv[1], "--crash") == 0)
		return;
	printf("Nothing was done. To run it all the same: %s --crash\n", argv[0]);
	exit(2);
}
)C";

inline constexpr std::string_view kCallAsHeaders = R"C(#include <signal.h>
#include <sys/wait.h>
)C";

// In the place of kCall.
inline constexpr std::string_view kCallAs = R"C(
/*
 * Who makes the next call: root, a user who may do nothing, or one who may do everything, but only in a
 * user namespace of its own.
 */
static enum { ROOT, NOBODY, USERNS } caller;

#define UID_OF_NOBODY 65534

struct errand {
	int command, result;
	void *attr;
	unsigned int size;
};

static int run_errand(void *argument)
{
	struct errand *errand = argument;
	long result = syscall(__NR_bpf, errand->command, errand->attr, errand->size);

	errand->result = result < 0 ? -errno : (int)result;
	return 0;
}

/* In a process that shares our memory while we wait. The C library would change the user of all threads. */
static int run_errand_of_nobody(void *argument)
{
	const long nobody = UID_OF_NOBODY;

	if (syscall(__NR_setresgid, nobody, nobody, nobody) || syscall(__NR_setresuid, nobody, nobody, nobody))
		return 1;
	return run_errand(argument);
}

/* Returns a descriptor, 0, or an error below 0. */
static int call(int command, void *attr, unsigned int size)
{
	static _Alignas(16) char stack[65536];
	struct errand errand = { .command = command, .attr = attr, .size = size };
	const int shared = CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD;
	int child, status;

	if (caller == ROOT) {
		run_errand(&errand);
		return errand.result;
	}
	child = caller == NOBODY ?
		clone(run_errand_of_nobody, stack + sizeof(stack), shared, &errand) :
		clone(run_errand, stack + sizeof(stack), shared | CLONE_NEWUSER, &errand);
	caller = ROOT;
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		cannot("making a process of another user");
	return errand.result;
}
)C";

inline constexpr std::string_view kCallWith = R"C(
#define AROUND 64 /* bytes that are watched on either side of an attribute */
#define LONGEST 8192
#define UNWRITTEN 0xa5
#define CLEAN -1

/*
 * The call with the first `bytes` of an attribute, or with so many more of 0, and with a 1 at `dirty`,
 * which is in no field. Whatever is written beside these bytes belongs to somebody else.
 */
static int call_with(unsigned int bytes, int dirty, int command, void *attr, unsigned int size)
{
	static _Alignas(8) unsigned char memory[AROUND + LONGEST + AROUND];
	unsigned char *given = memory + AROUND;
	const unsigned int fields = bytes < size ? bytes : size;
	int result, strayed = 0;

	memset(memory, UNWRITTEN, sizeof(memory));
	memset(given, 0, bytes);
	memcpy(given, attr, fields);
	if (dirty != CLEAN && (unsigned int)dirty < bytes)
		given[dirty] = 1;
	result = call(command, given, bytes);
	/* What was not given is not answered. */
	memset(attr, 0, size);
	memcpy(attr, given, fields);
	for (unsigned int i = 0; i < sizeof(memory); i++)
		strayed |= (i < AROUND || i >= AROUND + bytes) && memory[i] != UNWRITTEN;
	if (strayed)
		deviates("bytes written beside the attribute");
	return result;
}
)C";

inline constexpr std::string_view kMap = R"C(
static int some_map;

static void set_up_map(void)
{
	some_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "repro", sizeof(__u32), sizeof(__u32), 1, NULL);
	if (some_map < 0)
		cannot("making a BPF map");
}
)C";

}  // namespace mprogcheck::repro::c_text

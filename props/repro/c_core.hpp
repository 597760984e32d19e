// SPDX-License-Identifier: GPL-2.0-only
// The part of a C reproducer that is the same for every trace, in pieces: a piece is written only
// where the trace uses it, as an unused function would be a warning. Read it as C, in the manner of
// the kernel. Here: headers, names of the interface, and the bookkeeping of a step. What is
// expected of lists is in c_lists.hpp, what there has to be before the first step in c_setup.hpp.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

// Headers, and what they may lack.
inline constexpr std::string_view kHeaders = R"C(
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
)C";

inline constexpr std::string_view kPacketHeaders = R"C(#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <poll.h>
)C";

inline constexpr std::string_view kCore = R"C(
/* The headers of this machine may be older than tcx (Linux 6.6). */
#ifndef BPF_TCX_INGRESS
#define BPF_TCX_INGRESS 46
#endif
#ifndef BPF_TCX_EGRESS
#define BPF_TCX_EGRESS 47
#endif
#ifndef BPF_F_REPLACE
#define BPF_F_REPLACE (1U << 2)
#endif
#ifndef BPF_F_BEFORE
#define BPF_F_BEFORE (1U << 3)
#endif
#ifndef BPF_F_AFTER
#define BPF_F_AFTER (1U << 4)
#endif
#ifndef BPF_F_ID
#define BPF_F_ID (1U << 5)
#endif
#ifndef BPF_F_LINK
#define BPF_F_LINK (1U << 13)
#endif
#ifndef TCX_NEXT
#define TCX_NEXT -1
#define TCX_PASS 0
#define TCX_DROP 2
#define TCX_REDIRECT 7
#endif

/* The members of union bpf_attr that concern lists of programs, for the same reason. */
struct attach_attr { /* BPF_PROG_ATTACH, BPF_PROG_DETACH */
	__u32 target_ifindex, attach_bpf_fd, attach_type, attach_flags, replace_bpf_fd;
	union {
		__u32 relative_fd, relative_id;
	};
	__u64 expected_revision;
};

struct query_attr { /* BPF_PROG_QUERY */
	__u32 target_ifindex, attach_type, query_flags, attach_flags;
	__u64 prog_ids;
	__u32 count, reserved;
	__u64 prog_attach_flags, link_ids, link_attach_flags, revision;
};

#define LOOPBACK 1 /* the ifindex of the loopback device, in every network namespace */
#define NO_DEVICE 0x7ffffff0 /* an ifindex that no device has */
#define NO_SUCH_ID 0x7ffffff0
#define NOT_OPEN 1000000 /* a descriptor that is not open */
#define NO_SUCH_TYPE 0xffff /* an attach type that no kernel knows */
#define MOST 64 /* one more than a list can have entries */
#define ANY_ERROR -1
#define PLAIN -1 /* the entry of a program that no link owns */

static __u32 ifindex[NAMES];
static int prog_fd[PROGS], link_fd[LINKS], some_file;
static __u32 prog_id[PROGS], link_id[LINKS];

struct entry {
	int prog, link;
};

struct listing {
	__u64 revision;
	__u32 count, prog_ids[MOST], link_ids[MOST];
};

/* An attach point, and what is known of its list. */
struct point {
	struct listing last; /* as it was reported last */
	__u64 revisions[STEPS + 2]; /* that it had at first, after one change, ...; [0] is not used */
	unsigned int known;
};

/* What one step was to do, and what it did; one line of output. */
static char expected[16384], observed[16384], deviation[256];
static int steps, deviations, expected_error, observed_error;
static int others_due[16], others_permitted[16], dues, permissions, was_permitted, left_open;

static void cannot(const char *what)
{
	fprintf(stderr, "could not run: %s: %s%s\n", what, strerror(errno),
		errno == EPERM || errno == EACCES ? " (run it as root)" : "");
	exit(2);
}

__attribute__((format(printf, 2, 3))) static void say(char *text, const char *format, ...)
{
	size_t used = strlen(text), room = text == deviation ? sizeof(deviation) : sizeof(expected);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, room - used, format, arguments);
	va_end(arguments);
}

static void deviates(const char *aspect)
{
	say(deviation, "%s%s", *deviation ? ", " : "", aspect);
}

static const char *name_of(int error)
{
	static char number[24];

	switch (error) {
	case 0: return "ok";
	case EPERM: return "EPERM";
	case ENOENT: return "ENOENT";
	case ENXIO: return "ENXIO";
	case E2BIG: return "E2BIG";
	case EBADF: return "EBADF";
	case ENOMEM: return "ENOMEM";
	case EACCES: return "EACCES";
	case EFAULT: return "EFAULT";
	case EBUSY: return "EBUSY";
	case EEXIST: return "EEXIST";
	case ENODEV: return "ENODEV";
	case EINVAL: return "EINVAL";
	case ENOSPC: return "ENOSPC";
	case ERANGE: return "ERANGE";
	case ENOLINK: return "ENOLINK";
	case EOPNOTSUPP: return "EOPNOTSUPP";
	case EMSGSIZE: return "EMSGSIZE";
	case EADDRNOTAVAIL: return "EADDRNOTAVAIL";
	case ENETDOWN: return "ENETDOWN";
	case ENOBUFS: return "ENOBUFS";
	case ENOTCONN: return "ENOTCONN";
	case EBADFD: return "EBADFD";
	case ESTALE: return "ESTALE";
	}
	snprintf(number, sizeof(number), "errno %d", error);
	return number;
}
)C";

inline constexpr std::string_view kCall = R"C(
/* Returns a descriptor, 0, or an error below 0. */
static int call(int command, void *attr, unsigned int size)
{
	long result = syscall(__NR_bpf, command, attr, size);

	return result < 0 ? -errno : (int)result;
}
)C";

inline constexpr std::string_view kSteps = R"C(
static void step(const char *what)
{
	printf("step %d: %s", ++steps, what);
	*expected = *observed = *deviation = 0;
	dues = permissions = was_permitted = 0;
}

static int verdict(void)
{
	if (deviations == 0)
		printf("This kernel conforms%s: %d steps.\n", left_open ? " so far" : "", steps);
	else
		printf("%d of %d steps deviate%s.\n", deviations, steps,
		       deviations > 1 ? "; those behind the first may follow from it" : "");
	return deviations != 0;
}

static void done(void)
{
	printf(" | expected %s | observed %s", expected, observed);
	if (*deviation)
		printf(" | DEVIATION: %s", deviation);
	printf("\n");
	deviations += *deviation != 0;
	if (!left_open || steps == STEPS)
		return;
	printf("The interface leaves open whether this is refused. It was: what follows cannot be judged.\n");
	exit(verdict() ? 1 : 2);
}

static int is_among(int error, const int *others, int count)
{
	while (count--)
		if (others[count] == error || (others[count] == ANY_ERROR && error))
			return 1;
	return 0;
}

/* A trace of packets alone has no use for it. */
__attribute__((unused)) static void expect(int result, int error)
{
	expected_error = error;
	observed_error = result < 0 ? -result : 0;
	was_permitted = is_among(observed_error, others_permitted, permissions);
	say(expected, "%s", name_of(error));
	say(observed, "%s", name_of(observed_error));
	if (observed_error == error || was_permitted)
		return;
	deviates(is_among(observed_error, others_due, dues) ?
		 "error (of precedence only: that one is due as well)" : "error");
}
)C";

}  // namespace mprogcheck::repro::c_text

// SPDX-License-Identifier: GPL-2.0-only
// What a reproducer says of its trace, so that the runtime compiles by itself.
#define STEPS 3
enum { p0, p1, l0, OBJECTS };
static const char *const names[] = { "p0", "p1", "l0" };
static int fd[OBJECTS], deviations;
static __u32 id[OBJECTS] = { [l0] = NO_SUCH_ID };
#define IFLA_NETKIT_PEER_INFO 1
#define IFLA_NETKIT_MODE 5
#define NETKIT_L2 0
static const struct {
	const char *name;
	int type;
} shown[] = { { "mode", IFLA_NETKIT_MODE } };

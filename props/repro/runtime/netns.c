// SPDX-License-Identifier: GPL-2.0-only
// Network namespaces of our own. What is attached in them goes with them.

static void new_netns(void)
{
	if (unshare(CLONE_NEWNET))
		err(2, "could not run: making a network namespace");
}

static int open_packets(void)
{
	int packets = socket(AF_PACKET, SOCK_RAW, htons(0x88b5)); /* for experiments */
#ifdef PAIRS
	int ipv6 = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);
#endif
#ifdef USES_LO
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
#endif

#ifdef USES_LO
	if (packets < 0 || ioctl(packets, SIOCSIFFLAGS, &lo))
		err(2, "could not run: opening a packet socket, and setting lo up");
#endif
#ifdef PAIRS
	if (packets < 0 || (ipv6 >= 0 && (write(ipv6, "1", 1) != 1 || close(ipv6))))
		err(2, "could not run: opening a packet socket, and turning off IPv6, which sends");
#endif
	return packets;
}

#ifdef TWO_SPACES
/* The program is in n0 but for single calls. */
enum { n0, n1, SPACES };
#ifdef SOCKETS
static int netns[SPACES], sockets[SPACES];
#else
static int netns[SPACES];
#endif

static void enter(int space)
{
	if (setns(netns[space], CLONE_NEWNET))
		err(2, "could not run: entering a network namespace");
}

/* Makes a new one, and goes there. */
static void open_space(int space)
{
	netns[space] = unshare(CLONE_NEWNET) ? -1 : open("/proc/thread-self/ns/net", O_RDONLY);
	if (netns[space] < 0)
		err(2, "could not run: making a network namespace");
#ifdef SOCKETS
	sockets[space] = open_packets();
#endif
}
#endif

/*
 * Devices go behind the back of who leaves the last of their namespace. They go together, and a link
 * is asked under the same lock, so one link tells of all: one at the loopback device.
 */
static int make_witness(void)
{
	int prog = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "repro", "GPL", return_next, 2, NULL);
	int witness = bpf_link_create(prog, LOOPBACK, BPF_TCX_INGRESS, NULL);

	if (witness < 0)
		err(2, "could not run: attaching a program to the loopback device");
	close(prog);
	return witness;
}

static void wait_until_orphaned(int witness)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	for (int tries = 0; tries < 30000; tries++) {
		if (bpf_link_get_info_by_fd(witness, &info, &size))
			err(2, "could not run: asking a link for its device");
		if (info.xdp.ifindex == 0) { /* at the same place as tcx.ifindex */
			close(witness);
			return;
		}
		usleep(1000);
	}
	err(2,
	    "could not run: waiting for the end of a network namespace that nobody uses any more");
}

/* Into another one, with nothing in it; the one before goes with all that is in it. */
static int leave_netns(void)
{
	int witness = make_witness();

	new_netns();
	wait_until_orphaned(witness);
	return 0;
}

#ifdef TWO_SPACES
/* In its place there is another one, with nothing in it. */
static int end_space(int space)
{
	int witness;

	enter(space);
	witness = make_witness();
	close(netns[space]);
	open_space(space);
	enter(n0);
	wait_until_orphaned(witness);
	return 0;
}
#endif

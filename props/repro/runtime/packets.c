// SPDX-License-Identifier: GPL-2.0-only
// Packets, and programs that note what they see of them.

#define ETHERTYPE 0x88b5 /* for local experiments */

static int met_map; /* a queue of what programs note */

#ifdef SEVERAL
/* What programs are to return; behind that, from which device the packet comes that is meant. */
static __s32 verdicts[OBJECTS + 1];
static int verdict_map;
#endif

/* Notes that it ran, and what it saw, and returns its verdict. */
#ifdef SEVERAL
static void load_noting(int prog)
#else
static void load_noting(int prog, int verdict)
#endif
{
	const struct bpf_insn insns[] = {
#ifdef SEVERAL
		{ BPF_LD | BPF_DW, 6, BPF_PSEUDO_MAP_VALUE, 0, verdict_map },
		{ 0, 0, 0, 0, 0 }, /* the upper half of the above */
#endif
#ifdef BOTH_HOOKS
		{ BPF_ALU64 | BPF_MOV, 0, 0, 0, TCX_NEXT },
		{ BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct __sk_buff, ingress_ifindex), 0 },
		{ BPF_LDX | BPF_MEM | BPF_W, 3, 6, 4 * OBJECTS, 0 },
		{ BPF_JMP | BPF_JEQ | BPF_X, 2, 3, 1, 0 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
#endif
		{ BPF_ST | BPF_MEM | BPF_W, 10, 0, -16, prog },
#ifdef SENDS
		{ BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct __sk_buff, ifindex), 0 },
		{ BPF_STX | BPF_MEM | BPF_W, 10, 2, -12, 0 },
#ifdef CARRIES
		{ BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct __sk_buff, mark), 0 },
		{ BPF_STX | BPF_MEM | BPF_W, 10, 2, -8, 0 },
		{ BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct __sk_buff, priority), 0 },
		{ BPF_STX | BPF_MEM | BPF_W, 10, 2, -4, 0 },
#endif
#endif
		{ BPF_LD | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0, met_map },
		{ 0, 0, 0, 0, 0 }, /* the upper half of the above */
		{ BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0 },
		{ BPF_ALU64 | BPF_ADD, 2, 0, 0, -16 },
		{ BPF_ALU64 | BPF_MOV, 3, 0, 0, 0 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_push_elem },
#ifdef REDIRECTS
		{ BPF_ALU64 | BPF_MOV, 1, 0, 0, LOOPBACK },
		{ BPF_ALU64 | BPF_MOV, 2, 0, 0, 0 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect }, /* if that is the verdict */
#endif
#ifdef SEVERAL
		{ BPF_LDX | BPF_MEM | BPF_W, 0, 6, 4 * prog, 0 },
#else
		{ BPF_ALU64 | BPF_MOV, 0, 0, 0, verdict },
#endif
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	const int count = sizeof(insns) / sizeof(insns[0]);

	if (keep(prog, bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "repro", "GPL", insns, count, NULL)))
		err(2, "could not run: loading a program");
}

static const char *who_met(void)
{
	static char text[4096];
	char *end = text;
	__u32 met[4]; /* program, ifindex, mark, priority */

	*end = 0;
	while (!bpf_map_lookup_and_delete_elem(met_map, NULL, met))
#ifdef CARRIES
		end += sprintf(end, "%s%s on device %u%s%s", end == text ? "" : ", ", names[met[0]],
			       met[1], met[2] ? " with mark" : "", met[3] ? " with priority" : "");
#else
#ifdef SENDS
		end += sprintf(end, "%s%s on device %u", end == text ? "" : ", ", names[met[0]],
			       met[1]);
#else
		end += sprintf(end, "%s ", names[met[0]]);
#endif
#endif
	return text;
}

#ifdef SEVERAL
/* All say TCX_NEXT, unless told otherwise. */
static void begin_packet(int iif)
{
	who_met();
	memset(verdicts, 0xff, sizeof(verdicts));
	verdicts[OBJECTS] = iif;
}

static void tell_verdicts(void)
{
	if (bpf_map_update_elem(verdict_map, &(__u32){ 0 }, verdicts, BPF_ANY))
		err(2, "could not run: telling programs what to return");
}
#endif

#ifdef TWO_SPACES
static int packet_sockets[SPACES];
#else
static int packet_socket;
#endif

static int open_packets(void)
{
	int packets = socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE));
#ifdef PAIRS
	int ipv6 = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);
#endif
#ifdef USES_LO
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (packets < 0 || ioctl(packets, SIOCSIFFLAGS, &lo))
		err(2, "could not run: opening a packet socket, and setting lo up");
#else

	if (packets < 0)
		err(2, "could not run: opening a packet socket");
#endif
#ifdef PAIRS
	if (ipv6 >= 0 && (write(ipv6, "1", 1) != 1 || close(ipv6))) /* it sends by itself */
		err(2, "could not run: turning IPv6 off");
#endif
	return packets;
}

/* The kernel does all that follows from a link that is on when it is asked for it, or before. */
static void open_pair(int ifindex, int wire)
{
	for (int i = 0; i < 4; i++) {
		req.link = (struct ifinfomsg){ .ifi_index = i % 2 ? wire : ifindex,
					       .ifi_flags = IFF_UP,
					       .ifi_change = IFF_UP };
		if (ask(i < 2 ? RTM_SETLINK : RTM_GETLINK, 0))
			errx(2, "could not run: setting a device up");
	}
}

/* One packet out of a device: did it get past the programs, and come in at the other end? */
static const char *send_packet(int ifindex)
{
	__u8 frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, [12] = 0x88, 0xb5 };
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = ifindex };
#ifdef TWO_SPACES
	const int packet_socket = packet_sockets[n0];
#endif
	struct pollfd arrival = { .fd = packet_socket, .events = POLLIN };

	if (sendto(packet_socket, frame, 60, 0, (void *)&to, sizeof(to)) < 0 && errno != ENOBUFS)
		err(2, "could not run: sending a packet");
	return poll(&arrival, 1, 1000) && recv(packet_socket, frame, 60, 0) ? "passed" : "dropped";
}

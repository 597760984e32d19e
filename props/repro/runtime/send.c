// SPDX-License-Identifier: GPL-2.0-only
// A packet from a netkit device to its peer, and programs that note what they see of it.

#define MARK 1
#define PRIORITY 2

/* A program, the index of the device that the packet was on then, and what it carried. */
struct met {
	__u32 prog, on, mark, priority;
};

/* What programs note, and what they are to return. */
struct trail {
	__u32 count, unused[3];
	struct met met[NOTES];
	__s32 verdicts[OBJECTS];
};

static struct trail *trail;

/*
 * trail->met[trail->count++] = { prog, on, mark, priority };
 * if (trail->verdicts[prog] == TCX_REDIRECT) bpf_redirect(LOOPBACK, 0);
 * return trail->verdicts[prog];
 */
static void load_tracing(int prog)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_LD | BPF_DW | BPF_IMM, 6, BPF_PSEUDO_MAP_VALUE, 0, note_map),
		INSN(0, 0, 0, 0, 0), /* the upper half of the above */
		MOVE(0, TCX_NEXT),
		LOAD(2, 1, offsetof(struct __sk_buff, protocol)),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 19, htons(ETHERTYPE)),
		LOAD(2, 6, offsetof(struct trail, count)),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, 1),
		STORE(6, 2, offsetof(struct trail, count)),
		INSN(BPF_ALU64 | BPF_SUB | BPF_K, 2, 0, 0, 1),
		INSN(BPF_ALU64 | BPF_AND | BPF_K, 2, 0, 0, NOTES - 1),
		INSN(BPF_ALU64 | BPF_LSH | BPF_K, 2, 0, 0, 4),
		INSN(BPF_ALU64 | BPF_ADD | BPF_X, 2, 6, 0, 0),
		INSN(BPF_ST | BPF_MEM | BPF_W, 2, 0, offsetof(struct trail, met), prog),
		LOAD(3, 1, offsetof(struct __sk_buff, ifindex)),
		STORE(2, 3, offsetof(struct trail, met) + offsetof(struct met, on)),
		LOAD(3, 1, offsetof(struct __sk_buff, mark)),
		STORE(2, 3, offsetof(struct trail, met) + offsetof(struct met, mark)),
		LOAD(3, 1, offsetof(struct __sk_buff, priority)),
		STORE(2, 3, offsetof(struct trail, met) + offsetof(struct met, priority)),
		LOAD(0, 6, offsetof(struct trail, verdicts) + 4 * prog),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 0, 0, 3, TCX_REDIRECT),
		MOVE(1, LOOPBACK),
		MOVE(2, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect), /* returns TCX_REDIRECT */
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	load_insns(prog, BPF_PROG_TYPE_SCHED_CLS, insns, sizeof(insns) / sizeof(insns[0]));
}

/* All say TCX_NEXT, unless told otherwise. */
static void clear_trail(void)
{
	trail->count = 0;
	for (int i = 0; i < OBJECTS; i++)
		trail->verdicts[i] = TCX_NEXT;
}

static const char *who_met(void)
{
	static char text[NOTES * 5];
	char *end = text;

	*end = 0;
	for (__u32 i = 0; i < trail->count && i < NOTES; i++)
		end += sprintf(end, "%s ", names[trail->met[i].prog]);
	return text;
}

static void put_met(char *end, const struct met *met, __u32 count)
{
	*end = 0;
	for (__u32 i = 0; i < count && i < NOTES; i++)
		end += sprintf(end, "%s%s on device %u%s%s", i ? ", " : "", names[met[i].prog],
			       met[i].on, met[i].mark ? " with mark" : "",
			       met[i].priority ? " with priority" : "");
}

static void check_met(const struct met *expected, __u32 count)
{
	static char texts[2][NOTES * 48];

	put_met(texts[0], expected, count);
	put_met(texts[1], trail->met, trail->count);
	check("\tprograms", texts[0], texts[1]);
}

/* Sockets where packets arrive: behind tcx ingress, and not those that are sent. */
static int arrivals[SPACES];

/* In the namespace that we are in. IPv6 would send packets of its own. */
static int listen_here(void)
{
	static const char *const files[] = { "/proc/sys/net/ipv6/conf/all/disable_ipv6",
					     "/proc/sys/net/ipv6/conf/default/disable_ipv6" };
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int arrival = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETHERTYPE));

	for (int i = 0; i < 2; i++) {
		int file = open(files[i], O_WRONLY);

		if (file < 0 && errno == ENOENT)
			continue; /* a kernel without */
		if (file < 0 || write(file, "1", 1) != 1)
			err(2, "could not run: turning IPv6 off");
		close(file);
	}
	if (arrival < 0 || ioctl(arrival, SIOCSIFFLAGS, &loopback))
		err(2,
		    "could not run: opening a packet socket, and setting the loopback device up");
	return arrival;
}

/* A link is on, or off, before the kernel does all that follows from it. */
static void wait_until_settled(const char *name)
{
	const int is_up = 6; /* IF_OPER_UP */

	for (int tries = 0; tries < 10000; tries++) {
		const struct link_message *link = get_link(name);

		if ((value_of(link_attr(link, IFLA_OPERSTATE)) == is_up) ==
		    value_of(link_attr(link, IFLA_CARRIER)))
			return;
		usleep(1000);
	}
	err(2, "could not run: waiting for the link of a netkit");
}

static struct rtnl_link_stats64 counters_of(const char *name)
{
	struct rtnl_link_stats64 counters = { 0 };
	const struct rtattr *attr = link_attr(get_link(name), IFLA_STATS64);

	/* There may be more or less than we know of. */
	if (attr)
		memcpy(&counters, RTA_DATA(attr),
		       RTA_PAYLOAD(attr) < sizeof(counters) ? RTA_PAYLOAD(attr) : sizeof(counters));
	return counters;
}

static __u8 sent[100000], got[100000];

/* Every frame is another one, even if it is all head. */
static void write_frame(unsigned int bytes)
{
	static __u32 sequence;
	const struct ethhdr head = {
		.h_dest = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.h_source = { 2, 0, 0, 0, sequence >> 8, sequence }, /* locally administered */
		.h_proto = htons(ETHERTYPE),
	};

	sequence++;
	for (unsigned int i = 0; i < bytes; i++)
		sent[i] = i < sizeof(head) ? ((const __u8 *)&head)[i] : i + sequence;
}

/* Where a frame has arrived: redirected, if on a loopback device. */
static const char *whereabouts(int space, int ifindex, unsigned int bytes)
{
	static const char *const redirected[] = { "redirected in n0", "redirected in n1" };
	const char *where = NULL;

	for (int i = 0; i < SPACES; i++) {
		struct sockaddr_ll from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t length;

		while ((length = recvfrom(arrivals[i], got, sizeof(got), 0, (void *)&from,
					  &size)) >= 0) {
			if (length != (ssize_t)bytes || memcmp(got, sent, bytes))
				where = "changed";
			else if (from.sll_ifindex == LOOPBACK)
				where = redirected[i];
			else
				where = i == space && from.sll_ifindex == ifindex ? "passed"
										  : "astray";
		}
	}
	return where;
}

/* A side of a pair, in its namespace. */
struct side {
	int space, ifindex;
	const char *name;
};

enum { LOST = 200, ARRIVES = 10000 }; /* how long to wait for it, in milliseconds */

static const char *fate;

static char counted[256];

/* From one side to the other; `there.ifindex` is 0 where there is none. */
static int send_frame(struct side here, struct side there, unsigned int bytes, int carries,
		      int patience)
{
	const int mark = carries & MARK ? 7 : 0, priority = carries & PRIORITY ? 3 : 0;
	struct pollfd polled[SPACES] = { { .fd = arrivals[0], .events = POLLIN },
					 { .fd = arrivals[1], .events = POLLIN } };
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETHERTYPE),
				  .sll_ifindex = here.ifindex };
	struct rtnl_link_stats64 tx[2], rx[2] = { { 0 }, { 0 } };
	int ret = 0;

	enter(here.space);
	wait_until_settled(here.name);
	whereabouts(0, 0, 0); /* leftovers */
	write_frame(bytes);
	if (setsockopt(arrivals[here.space], SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) ||
	    setsockopt(arrivals[here.space], SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority)))
		err(2, "could not run: saying what a packet carries");
	for (int after = 0; after < 2; after++) {
		enter(here.space);
		tx[after] = counters_of(here.name);
		enter(there.space);
		if (there.ifindex)
			rx[after] = counters_of(there.name);
		if (after)
			break;
		if (sendto(arrivals[here.space], sent, bytes, 0, (void *)&to, sizeof(to)) < 0)
			ret = -errno;
		poll(polled, SPACES, ret ? LOST : patience);
		fate = whereabouts(there.space, there.ifindex, bytes);
		if (!fate)
			fate = "dropped";
	}
	enter(n0);
	sprintf(counted, "sent %llu of %llu bytes, dropped %llu, received %llu of %llu bytes",
		tx[1].tx_packets - tx[0].tx_packets, tx[1].tx_bytes - tx[0].tx_bytes,
		tx[1].tx_dropped - tx[0].tx_dropped, rx[1].rx_packets - rx[0].rx_packets,
		rx[1].rx_bytes - rx[0].rx_bytes);
	return ret;
}

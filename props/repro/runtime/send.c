// SPDX-License-Identifier: GPL-2.0-only
// A packet from a netkit device to its peer, and programs that note what they see of it.

/* What the packets of a namespace carry from now on. */
static void carry(int arrival, int mark, int priority)
{
	if (setsockopt(arrival, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) ||
	    setsockopt(arrival, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority)))
		err(2, "could not run: saying what a packet carries");
}

/* A program, the index of the device that the packet was on then, and what it carried. */
struct met {
	__u32 prog, on, mark, priority;
};

/* A queue of those, and what programs are to return. */
static int met_map, answer_map;

static __s32 answers[OBJECTS + 1]; /* also where there are no programs */

static void make_maps(void)
{
	met_map = bpf_map_create(BPF_MAP_TYPE_QUEUE, "met", 0, sizeof(struct met), NOTES, NULL);
	answer_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "answers", 4, sizeof(answers), 1, NULL);
	if (met_map < 0 || answer_map < 0)
		err(2, "could not run: making a BPF map");
}

/* push(met_map, { prog, skb->ifindex, skb->mark, skb->priority }); return answers[prog]; */
static void load_tracing(int prog)
{
	const struct bpf_insn insns[] = {
		MOVE(0, TCX_NEXT),
		LOAD(2, 1, offsetof(struct __sk_buff, protocol)),
		INSN(BPF_JMP | BPF_JEQ, 2, 0, 1, htons(ETHERTYPE)),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		INSN(BPF_ST | BPF_MEM | BPF_W, 10, 0, -16, prog),
		LOAD(2, 1, offsetof(struct __sk_buff, ifindex)),
		STORE(10, 2, -12),
		LOAD(2, 1, offsetof(struct __sk_buff, mark)),
		STORE(10, 2, -8),
		LOAD(2, 1, offsetof(struct __sk_buff, priority)),
		STORE(10, 2, -4),
		INSN(BPF_LD | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0, met_map),
		INSN(0, 0, 0, 0, 0), /* the upper half of the above */
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD, 2, 0, 0, -16),
		MOVE(3, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_push_elem),
		INSN(BPF_LD | BPF_DW, 6, BPF_PSEUDO_MAP_VALUE, 0, answer_map),
		INSN(0, 0, 0, 0, 0),
		LOAD(0, 6, 4 * prog),
#ifdef REDIRECTS
		INSN(BPF_JMP | BPF_JNE, 0, 0, 3, TCX_REDIRECT),
		MOVE(1, LOOPBACK),
		MOVE(2, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect), /* returns TCX_REDIRECT */
#endif
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	load_insns(prog, BPF_PROG_TYPE_SCHED_CLS, insns, sizeof(insns) / sizeof(insns[0]));
}

/* All say TCX_NEXT, unless told otherwise. */
static void begin_packet(void)
{
	struct met leftover;

	memset(answers, 0xff, sizeof(answers));
	while (!bpf_map_lookup_and_delete_elem(met_map, NULL, &leftover))
		;
}

static void tell_answers(void)
{
	if (bpf_map_update_elem(answer_map, &(__u32){ 0 }, answers, BPF_ANY))
		err(2, "could not run: telling programs what to return");
}

static const char *who_met(void)
{
	static char text[NOTES * 5];
	struct met met;
	char *end = text;

	*end = 0;
	while (!bpf_map_lookup_and_delete_elem(met_map, NULL, &met))
		end += sprintf(end, "%s ", names[met.prog]);
	return text;
}

static char *met_text(const struct met *met, int count)
{
	char *text = calloc(NOTES, 64), *end = text;

	for (int i = 0; i < count; i++)
		end += sprintf(end, "%s%s on device %u%s%s", i ? ", " : "", names[met[i].prog],
			       met[i].on, met[i].mark ? " with mark" : "",
			       met[i].priority ? " with priority" : "");
	return text;
}

static void check_met(const struct met *expected, int count)
{
	struct met seen[NOTES];
	int n = 0;

	while (n < NOTES && !bpf_map_lookup_and_delete_elem(met_map, NULL, &seen[n]))
		n++;
	check("\tprograms", met_text(expected, count), met_text(seen, n));
}

/* Sockets where packets arrive: behind tcx ingress, and not those that are sent. */
static int arrivals[SPACES];

/* In the namespace that we are in. IPv6 would send packets of its own. */
static int listen_here(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int arrival = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETHERTYPE));
	int ipv6 = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);

	if (ipv6 >= 0 && write(ipv6, "1", 1) != 1)
		err(2, "could not run: turning IPv6 off");
	close(ipv6);
	if (arrival < 0 || ioctl(arrival, SIOCSIFFLAGS, &lo))
		err(2, "could not run: opening a packet socket, and setting lo up");
	return arrival;
}

/* /sys/class/net as each namespace has it. */
static int sys_class_net[SPACES];

static int mount_sys_class_net(void)
{
	if (unshare(CLONE_NEWNS) || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("repro", "/sys", "sysfs", 0, NULL))
		err(2, "could not run: mounting sysfs");
	return open("/sys/class/net", O_RDONLY | O_DIRECTORY);
}

/* A side of a pair: there is none without a name. */
struct side {
	const char *name;
	int ifindex, space;
};

/* What /sys says of it: nothing of the carrier while it is down. */
static const char *shown_of(struct side side, const char *what)
{
	static char text[32];
	char path[64];
	ssize_t size = 0;
	int file;

	sprintf(path, "%s/%s", side.name ? side.name : "none", what);
	file = openat(sys_class_net[side.space], path, O_RDONLY);
	if (file >= 0)
		size = read(file, text, sizeof(text) - 1);
	close(file);
	text[size > 0 ? size - 1 : 0] = 0; /* without the end of the line */
	return text;
}

static void read_counters(struct side here, struct side there, long long *counters)
{
	counters[0] = atoll(shown_of(here, "statistics/tx_packets"));
	counters[1] = atoll(shown_of(here, "statistics/tx_bytes"));
	counters[2] = atoll(shown_of(here, "statistics/tx_dropped"));
	counters[3] = atoll(shown_of(there, "statistics/rx_packets"));
	counters[4] = atoll(shown_of(there, "statistics/rx_bytes"));
}

enum { LOST = 200, ARRIVES = 10000 }; /* how long to wait for it, in milliseconds */

static const char *fate;

static char counted[256];

/* From one side to the other; each frame is another one, even if it is all head. */
static int send_frame(struct side here, struct side there, int bytes, int patience)
{
	static __u8 sent[100000], got[100000], sequence;
	const struct ethhdr head = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
				     { 2, [5] = ++sequence }, /* locally administered */
				     htons(ETHERTYPE) };
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETHERTYPE),
				  .sll_ifindex = here.ifindex };
	struct sockaddr_ll from = { 0 };
	socklen_t size = sizeof(from);
	struct pollfd polled[SPACES];
	long long was[5], is[5];
	int ret = 0, at = n0;

	/* A link is on, or off, before the kernel does all that follows from it. */
	while ((strcmp(shown_of(here, "operstate"), "up") == 0) != atoi(shown_of(here, "carrier")))
		usleep(1000);
	for (int i = 0; i < bytes; i++)
		sent[i] = i + sequence;
	memcpy(sent, &head, sizeof(head));
	for (int i = 0; i < SPACES; i++) {
		polled[i] = (struct pollfd){ .fd = arrivals[i], .events = POLLIN };
		while (recv(arrivals[i], got, sizeof(got), 0) >= 0)
			; /* leftovers */
	}
	read_counters(here, there, was);
	if (sendto(arrivals[here.space], sent, bytes, 0, (void *)&to, sizeof(to)) < 0)
		ret = -errno;
	poll(polled, SPACES, ret ? LOST : patience);
#ifdef TWO_SPACES
	at = polled[n1].revents ? n1 : n0;
#endif
	if (!polled[at].revents)
		fate = "dropped";
	else if (recvfrom(arrivals[at], got, sizeof(got), 0, (void *)&from, &size) != bytes ||
		 memcmp(got, sent, bytes))
		fate = "changed";
	else if (from.sll_ifindex == LOOPBACK)
		fate = at == n0 ? "redirected in n0" : "redirected in n1";
	else
		fate = at == there.space && from.sll_ifindex == there.ifindex ? "passed" : "astray";
	read_counters(here, there, is);
	sprintf(counted, "sent %lld of %lld bytes, dropped %lld, received %lld of %lld bytes",
		is[0] - was[0], is[1] - was[1], is[2] - was[2], is[3] - was[3], is[4] - was[4]);
	return ret;
}

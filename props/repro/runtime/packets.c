// SPDX-License-Identifier: GPL-2.0-only
// Packets, and programs that note that one came by.

#define ETHERTYPE 0x88b5 /* for local experiments */
#define NOTES 256 /* a power of two */
#define INSN(op, dst, src, off, imm) ((struct bpf_insn){ op, dst, src, off, imm })
#define LOAD(dst, src, offset) INSN(BPF_LDX | BPF_MEM | BPF_W, dst, src, offset, 0)
#define STORE(dst, src, offset) INSN(BPF_STX | BPF_MEM | BPF_W, dst, src, offset, 0)
#define MOVE(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)

/* What programs note, and what they are to return. `iif` is that of the hook that is meant. */
struct note {
	__u32 iif, ran;
	__u8 order[NOTES];
	__s32 verdicts[OBJECTS];
};

static struct note *note;

static int note_map;

static void *make_notes(size_t size)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	void *notes;

	note_map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "note", 4, size, 1, &options);
	notes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, note_map, 0);
	if (note_map < 0 || notes == MAP_FAILED)
		err(2, "could not run: making a BPF map");
	return notes;
}

/* note->order[note->ran++] = prog; return note->verdicts[prog]; for a packet at the hook meant. */
static void load_noting(int prog)
{
	const struct bpf_insn insns[17] = {
		INSN(BPF_LD | BPF_DW | BPF_IMM, 6, BPF_PSEUDO_MAP_VALUE, 0, note_map),
		INSN(0, 0, 0, 0, 0), /* the upper half of the above */
		MOVE(0, TCX_NEXT),
		LOAD(2, 1, offsetof(struct __sk_buff, protocol)),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 11, htons(ETHERTYPE)),
		LOAD(2, 1, offsetof(struct __sk_buff, ingress_ifindex)),
		LOAD(3, 6, offsetof(struct note, iif)),
		INSN(BPF_JMP | BPF_JNE | BPF_X, 2, 3, 8, 0),
		LOAD(2, 6, offsetof(struct note, ran)),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, 1),
		STORE(6, 2, offsetof(struct note, ran)),
		INSN(BPF_ALU64 | BPF_SUB | BPF_K, 2, 0, 0, 1),
		INSN(BPF_ALU64 | BPF_AND | BPF_K, 2, 0, 0, NOTES - 1),
		INSN(BPF_ALU64 | BPF_ADD | BPF_X, 2, 6, 0, 0),
		INSN(BPF_ST | BPF_MEM | BPF_B, 2, 0, offsetof(struct note, order), prog),
		LOAD(0, 6, offsetof(struct note, verdicts) + 4 * prog),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	load_insns(prog, BPF_PROG_TYPE_SCHED_CLS, insns, 17);
}

static void clear_note(int iif)
{
	note->iif = iif;
	note->ran = 0;
	memset(note->verdicts, 0xff, sizeof(note->verdicts)); /* TCX_NEXT */
}

static const char *who_ran(void)
{
	static char text[NOTES * 5];
	char *end = text;

	*end = 0;
	for (__u32 i = 0; i < note->ran && i < NOTES; i++)
		end += sprintf(end, "%s ", names[note->order[i]]);
	return text;
}

static int packet_socket;

static void open_packets(void)
{
	packet_socket = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETHERTYPE));
	if (packet_socket < 0)
		err(2, "could not run: opening a packet socket");
}

static void set_up(int ifindex)
{
	struct ifreq r = { .ifr_flags = IFF_UP };

	if (!if_indextoname(ifindex, r.ifr_name) || ioctl(packet_socket, SIOCSIFFLAGS, &r))
		err(2, "could not run: setting a device up");
}

static void open_loopback(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	const struct timeval limit = { .tv_usec = 200000 };

	packet_socket = socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE));
	setsockopt(packet_socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (packet_socket < 0 || ioctl(packet_socket, SIOCSIFFLAGS, &lo))
		err(2, "could not run: setting lo up");
}

/* One packet out of lo, where it comes in again: got past the programs at both hooks? */
static const char *send_packet(void)
{
	char frame[60] = { [12] = (char)(ETHERTYPE >> 8), (char)ETHERTYPE };
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = LOOPBACK };

	if (sendto(packet_socket, frame, 60, 0, (void *)&to, sizeof(to)) < 0 && errno != ENOBUFS)
		err(2, "could not run: sending a packet");
	return recv(packet_socket, frame, sizeof(frame), 0) > 0 ? "passed" : "dropped";
}

/* The shortest frame of Ethernet. */
struct short_frame {
	__u8 destination[6], source[6];
	__u16 ethertype, unused;
	__u32 sequence;
	__u8 padding[40];
};

/* Whether the packet sent last is among those behind ingress, or at the far end. */
static int arrived(int device, int ifindex, __u32 sequence)
{
	_Alignas(struct short_frame) char buffer[2048];
	const struct short_frame *frame = (const void *)buffer;
	int found = 0;

	for (;;) {
		struct sockaddr_ll from = { 0 };
		socklen_t from_size = sizeof(from);
		ssize_t size = ifindex ? recvfrom(packet_socket, buffer, sizeof(buffer), 0,
						  (struct sockaddr *)&from, &from_size)
				       : read(tap[device], buffer, sizeof(buffer));

		if (size <= 0)
			return found;
		if (size < (ssize_t)sizeof(*frame) || frame->ethertype != htons(ETHERTYPE))
			continue;
		found |= frame->sequence == sequence && from.sll_ifindex == ifindex;
	}
}

/* One packet out of a device, or into it from the wire: got past in time? */
static int packet_passes(int device, int ifindex, int out, int milliseconds)
{
	static __u32 sequence;
	struct short_frame frame = {
		.destination = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.source = { 2, 0, 0, 0, 0, 1 }, /* locally administered */
		.ethertype = htons(ETHERTYPE),
		.sequence = ++sequence,
	};
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETHERTYPE),
				  .sll_ifindex = out ? ifindex : wire_of[device] };
	const int is_tap = tap[device] >= 0, there = out ? is_tap ? 0 : wire_of[device] : ifindex;
	struct pollfd far_end = { .fd = there ? packet_socket : tap[device], .events = POLLIN };
	int found;

	arrived(device, there, 0);
	if (out || !is_tap ? sendto(packet_socket, &frame, sizeof(frame), 0, (void *)&to,
				    sizeof(to)) < 0 &&
				     errno != ENOBUFS
			   : write(tap[device], &frame, sizeof(frame)) < 0)
		err(2, "could not run: sending a packet");
	found = arrived(device, there, sequence);
	if (!found && poll(&far_end, 1, milliseconds) > 0)
		found = arrived(device, there, sequence);
	return found;
}

static const char *send_packet_at(int device, int ifindex, int out)
{
	return packet_passes(device, ifindex, out, 200) ? "passed" : "dropped";
}

/* A netkit is up before its queues are open; until then packets are lost on the way. */
static void open_device(int device, int ifindex)
{
	set_up(ifindex);
	if (!wire_of[device])
		return;
	set_up(wire_of[device]);
	for (int out = 0; out < 2; out++)
		for (int tries = 0; !packet_passes(device, ifindex, out, 5); tries++)
			if (tries == 1000)
				err(2,
				    "could not run: getting a packet through a netkit just made");
}

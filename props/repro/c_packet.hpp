// SPDX-License-Identifier: GPL-2.0-only
// The text of C reproducers (see c_core.hpp) that send packets.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kPacket = R"C(
static int packet_socket;

static void set_up_device(__u32 index)
{
	struct ifreq request = { .ifr_flags = IFF_UP };

	if (!if_indextoname(index, request.ifr_name) || ioctl(packet_socket, SIOCSIFFLAGS, &request))
		cannot("setting a device up");
}

/* The shortest frame of Ethernet. */
struct frame {
	__u8 destination[6], source[6];
	__u16 ethertype, unused;
	__u32 sequence;
	__u8 padding[40];
};

/* Whether the packet sent last is among those at the far end. */
static int arrived(int where, __u32 sequence)
{
	_Alignas(struct frame) char buffer[2048];
	int found = 0;

	for (;;) {
		struct sockaddr_ll from = { 0 };
		socklen_t size = sizeof(from);
		const struct frame *frame = (const void *)buffer;
		const int of_tap = where % HOOKS && tap[where / HOOKS] >= 0;
		const __u32 index = where % HOOKS ? peer[where / HOOKS] : ifindex[where / HOOKS];
		ssize_t length = of_tap ?
			read(tap[where / HOOKS], buffer, sizeof(buffer)) :
			recvfrom(packet_socket, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &size);

		if (length <= 0)
			return found;
		if (length < (ssize_t)sizeof(*frame) || frame->ethertype != htons(ETHERTYPE))
			continue;
		if (of_tap || from.sll_ifindex == (int)index)
			found |= frame->sequence == sequence;
	}
}

/* One packet; at ingress it comes from the wire. Whether it got past the attach point in time. */
static int packet_passes(int where, int milliseconds)
{
	static __u32 sequence;
	struct frame frame = {
		.destination = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.source = { 2, 0, 0, 0, 0, 1 }, /* locally administered */
		.ethertype = htons(ETHERTYPE),
		.sequence = ++sequence,
	};
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE),
		.sll_ifindex = (int)(where % HOOKS ? ifindex[where / HOOKS] : peer[where / HOOKS]),
	};
	const int is_tap = tap[where / HOOKS] >= 0;
	struct pollfd far_end = { .fd = where % HOOKS && is_tap ? tap[where / HOOKS] : packet_socket, .events = POLLIN };
	int found;

	arrived(where, 0);
	if (where % HOOKS || !is_tap ?
	    sendto(packet_socket, &frame, sizeof(frame), 0, (void *)&to, sizeof(to)) < 0 && errno != ENOBUFS :
	    write(tap[where / HOOKS], &frame, sizeof(frame)) < 0)
		cannot("sending a packet"); /* ENOBUFS is how the sender learns that it was dropped */
	found = arrived(where, sequence);
	if (!found && poll(&far_end, 1, milliseconds) > 0)
		found = arrived(where, sequence);
	return found;
}

/* A netkit is up before its queues are open; until then packets are lost on the way. */
static void wait_until_open(int where)
{
	for (int tries = 0; !packet_passes(where, 5); tries++)
		if (tries == 1000)
			cannot("getting a packet through a netkit just made");
}

/* A packet socket bound to our ethertype stands behind tcx ingress, and does not see what is sent. */
static void set_up_packets(void)
{
	packet_socket = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETHERTYPE));
	if (packet_socket < 0)
		cannot("opening a packet socket");
	for (int i = 0; i < DEVICES; i++) {
		set_up_device(ifindex[i]);
		if (!peer[i])
			continue;
		set_up_device(peer[i]);
		wait_until_open(HOOKS * i);
		wait_until_open(HOOKS * i + 1);
	}
}

static void send_packet(int where, const struct says *says, unsigned int count)
{
	clear_notes(says, count);
	say(observed, "%s", packet_passes(where, 200) ? "passed" : "dropped");
	read_notes();
}

#define RAN(...) (const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int)
#define NOBODY_RAN NULL, 0

static void expect_packet(const char *fate, const int *progs, unsigned int count)
{
	int same = note.ran == count;

	say(expected, "%s", fate);
	if (strcmp(expected, observed))
		deviates("fate");
	say(expected, ", ran [");
	for (unsigned int i = 0; i < count; i++)
		say(expected, "%sp%d", i ? " " : "", progs[i]);
	say(expected, "]");
	say(observed, ", ran [");
	for (unsigned int i = 0; i < note.ran && i < NOTES; i++) {
		say(observed, "%sp%u", i ? " " : "", note.order[i]);
		if (i < count && note.order[i] != (__u32)progs[i])
			same = 0;
	}
	say(observed, "]");
	if (!same)
		deviates("programs that ran");
}
)C";

}  // namespace mprogcheck::repro::c_text

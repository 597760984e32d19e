// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): a packet out of a netkit device.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kSend = R"C(
#define MOST_BYTES 100000
#define MARK 1
#define PRIORITY 2

/* How long to wait for it, in milliseconds. */
enum { IS_LOST = 200, ARRIVES = 10000 };

static __u8 frame[MOST_BYTES];
static const char *fate;

/* What was counted of the packet, here and at the other side. */
static struct counted {
	__u64 sent, sent_bytes, dropped, received, received_bytes;
} counted;

/* A link is on, or off, before the kernel does all that follows from it. */
static void wait_until_settled(int device)
{
	const int operstate_up = 6; /* IF_OPER_UP */

	for (int tries = 0; tries < 10000; tries++) {
		look(NOBODY_ELSE, NOBODY_ELSE);
		if ((now[device].operstate == operstate_up) == now[device].carrier)
			return;
		usleep(1000);
	}
	cannot("waiting for the link of a netkit");
}

/* Every frame is another one, even if it is all head. */
static void write_frame(unsigned int bytes)
{
	static __u32 sequence;
	struct {
		__u8 destination[6], source[2];
		__u32 sequence; /* in the rest of the source */
		__u16 ethertype;
	} __attribute__((packed)) head = {
		.destination = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.source = { 2 }, /* locally administered */
		.sequence = ++sequence,
		.ethertype = htons(ETHERTYPE),
	};

	for (unsigned int i = 0; i < bytes; i++)
		frame[i] = (__u8)(i + sequence);
	memcpy(frame, &head, bytes < sizeof(head) ? bytes : sizeof(head));
}

/* Where a frame has arrived, if any has. */
static const char *whereabouts(int other, unsigned int bytes)
{
	static const char *const redirected[] = { [n0] = "redirected in n0", [n1] = "redirected in n1" };
	static __u8 got[MOST_BYTES];
	const char *where = NULL;

	for (int space = 0; space < SPACES; space++) {
		struct sockaddr_ll from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t length;

		while ((length = recvfrom(packets_of[space], got, sizeof(got), 0, (void *)&from, &size)) >= 0) {
			if (length != (ssize_t)bytes || memcmp(got, frame, bytes))
				where = "changed";
			else if (from.sll_ifindex == LOOPBACK)
				where = redirected[space];
			else if (other >= 0 && now[other].space == space && now[other].index == from.sll_ifindex)
				where = "passed";
			else
				where = "astray";
		}
	}
	return where;
}

static int send_from(int device, unsigned int bytes, int carries, int patience, const struct says *says,
		     unsigned int count)
{
	const int mark = carries & MARK ? 7 : 0, priority = carries & PRIORITY ? 3 : 0;
	struct pollfd arrivals[SPACES] = {
		{ .fd = packets_of[n0], .events = POLLIN }, { .fd = packets_of[n1], .events = POLLIN }
	};
	struct rtnl_link_stats64 before = { 0 }, there_before = { 0 };
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE) };
	int other, sender, error = 0;

	if (!now[device].there)
		return -ENODEV;
	wait_until_settled(device);
	other = now[device].link;
	before = now[device].counters;
	if (other >= 0)
		there_before = now[other].counters;
	clear_notes(says, count);
	whereabouts(other, 0); /* leftovers */
	write_frame(bytes);
	sender = packets_of[now[device].space];
	to.sll_ifindex = now[device].index;
	if (setsockopt(sender, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) ||
	    setsockopt(sender, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority)))
		cannot("saying what a packet carries");
	if (sendto(sender, frame, bytes, 0, (void *)&to, sizeof(to)) < 0)
		error = errno;
	poll(arrivals, SPACES, error ? IS_LOST : patience);
	fate = whereabouts(other, bytes);
	if (!fate)
		fate = "dropped";
	read_notes();
	look(NOBODY_ELSE, NOBODY_ELSE);
	counted = (struct counted){
		.sent = now[device].counters.tx_packets - before.tx_packets,
		.sent_bytes = now[device].counters.tx_bytes - before.tx_bytes,
		.dropped = now[device].counters.tx_dropped - before.tx_dropped,
	};
	if (other >= 0) {
		counted.received = now[other].counters.rx_packets - there_before.rx_packets;
		counted.received_bytes = now[other].counters.rx_bytes - there_before.rx_bytes;
	}
	return -error;
}
)C";

inline constexpr std::string_view kExpectJourney = R"C(
/* A program, the device that the packet was on then, and what it carried. */
struct met {
	int prog, on, carried;
};

#define MET(...) (const struct met[]){ __VA_ARGS__ }, sizeof((const struct met[]){ __VA_ARGS__ }) / sizeof(struct met)
#define MET_NOBODY NULL, 0

static void say_met(char *text, int i, __u32 prog, int on, int carried)
{
	say(text, "%sp%u on ", i ? ", " : "", prog);
	if (on >= 0)
		say(text, "d%d", on);
	else
		say(text, "another");
	say(text, "%s%s", carried & MARK ? " with mark" : "", carried & PRIORITY ? " with priority" : "");
}

static void say_counted(char *text, const struct counted *these)
{
	say(text, "] sent %llu of %llu bytes, dropped %llu, received %llu of %llu bytes",
	    (unsigned long long)these->sent, (unsigned long long)these->sent_bytes,
	    (unsigned long long)these->dropped, (unsigned long long)these->received,
	    (unsigned long long)these->received_bytes);
}

/* Devices of two namespaces may have one index: then it is taken for the expected one. */
static int noted_device(__u32 index, int must)
{
	if (must >= 0 && ifindex[must] == index)
		return must;
	for (int d = DEVICES; d < NAMES; d++)
		if (now[d].there && ifindex[d] == index)
			return d;
	return STRANGER;
}

static void expect_journey(const char *must_fate, const struct met *met, unsigned int count, struct counted must)
{
	int same_progs = note.ran == count, same_devices = 1, same_load = 1;

	say(expected, " %s [", must_fate);
	say(observed, " %s [", fate);
	if (strcmp(fate, must_fate))
		deviates("fate");
	for (unsigned int i = 0; i < count; i++)
		say_met(expected, (int)i, (__u32)met[i].prog, met[i].on, met[i].carried);
	for (unsigned int i = 0; i < note.ran && i < NOTES; i++) {
		const int on = noted_device(note.on[i], i < count ? met[i].on : STRANGER);
		const int carried = (note.mark[i] ? MARK : 0) | (note.priority[i] ? PRIORITY : 0);

		say_met(observed, (int)i, note.order[i], on, carried);
		if (i >= count)
			continue;
		same_progs &= note.order[i] == (__u32)met[i].prog;
		same_devices &= on == met[i].on;
		same_load &= carried == met[i].carried;
	}
	if (!same_progs)
		deviates("programs that ran");
	if (!same_devices)
		deviates("device that a program saw");
	if (!same_load)
		deviates("mark or priority");
	say_counted(expected, &must);
	say_counted(observed, &counted);
	if (memcmp(&must, &counted, sizeof(must)))
		deviates("counters");
}
)C";

}  // namespace mprogcheck::repro::c_text

// SPDX-License-Identifier: GPL-2.0-only
// The program that is attached: notes that it ran and returns the verdict it was told to. Every
// program of a trace is this one, loaded once for each name with its own `self`, all on one map.
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "note.h"

#define TCX_NEXT -1

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct note);
} notes SEC(".maps");

// Plain "tc", without an expected attach type: one program may sit at ingress and at egress.
SEC("tc")
int note_run(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct note_slot *slot;
	struct note *note;
	__u64 self;
	int verdict;

	if (skb->protocol != bpf_htons(NOTE_ETHERTYPE))
		return TCX_NEXT;
	/* What has been redirected has been through all that is of interest. */
	if (skb->ifindex == NOTE_LOOPBACK)
		return TCX_NEXT;
	note = bpf_map_lookup_elem(&notes, &zero);
	if (!note)
		return TCX_NEXT;
	// The loader writes the program's name over this constant: one more program is one more
	// system call, and nothing else.
	asm volatile("%0 = %1" : "=r"(self) : "i"(NOTE_SELF));
	// One packet is under way at a time, so no atomic operation is needed.
	slot = &note->slots[note->ran & (NOTE_SLOTS - 1)];
	slot->self = self;
	slot->ifindex = skb->ifindex;
	slot->carries = (skb->mark ? NOTE_MARK : 0) | (skb->priority ? NOTE_PRIORITY : 0);
	note->ran++;
	verdict = note->verdicts[self & (NOTE_PROGS - 1)];
	return verdict == NOTE_REDIRECT ? bpf_redirect(NOTE_LOOPBACK, 0) : verdict;
}

// By name: the programs that note.
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, NOTE_PROGS);
	__type(key, __u32);
	__type(value, __u32);
} by_name SEC(".maps");

// Goes on as the program of its name. It takes the kernel half the time to load, and is for
// programs that serve one trace.
SEC("tc")
int stand_in(struct __sk_buff *skb)
{
	__u64 self;

	asm volatile("%0 = %1" : "=r"(self) : "i"(NOTE_SELF));
	// No packet is that long. A jump to what is known to be a constant would be written into
	// the machine code, which costs more than the load.
	bpf_tail_call(skb, &by_name, self + (skb->len >> 31));
	return TCX_NEXT;
}

// A program of a type that does not fit the attach points. It is never run.
SEC("xdp")
int other_type(struct xdp_md *context __attribute__((unused)))
{
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";

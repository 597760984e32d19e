/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF program and its loader share: how a packet of ours is known, what the program says
 * to it, and where it notes that it ran. Read by C for the BPF target and by C++.
 */
#ifndef MPROGCHECK_KERNEL_NOTE_H
#define MPROGCHECK_KERNEL_NOTE_H

/* IEEE 802 local experimental: nothing else on the device uses it, so stray frames (IPv6 router
 * solicitations when a device comes up) neither run into the notes nor are mistaken for ours.
 */
#define NOTE_ETHERTYPE 0x88b5

#define NOTE_SLOTS 256 /* a power of two, more than the lists on a packet's way have entries */
#define NOTE_PROGS 128 /* a power of two, more than a trace has programs */

#define NOTE_SELF 0x5e1f /* stands for the program's name, and for nothing else in the program */

#define NOTE_LOOPBACK 1 /* the ifindex of that device in every namespace: where redirects go */
#define NOTE_REDIRECT 7 /* the verdict of tcx and of netkit that asks for one */

#define NOTE_MARK 1 /* bits of note_slot.carries */
#define NOTE_PRIORITY 2

struct note_slot {
	unsigned int self;    /* the program's name */
	unsigned int ifindex; /* of the device that the packet was on */
	unsigned int carries; /* which of mark and priority were not 0 */
};

/* One of these, shared by all programs that are loaded, and mapped into the loader's memory. */
struct note {
	unsigned int ran; /* programs that ran since the loader last wrote 0 here */
	struct note_slot slots[NOTE_SLOTS]; /* in order, the latest NOTE_SLOTS of them */
	int verdicts[NOTE_PROGS];	    /* what each is to return */
};

#endif

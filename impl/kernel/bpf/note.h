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

#define NOTE_SLOTS 128 /* a power of two, more than a list has entries */
#define NOTE_PROGS 128 /* a power of two, more than a trace has programs */

#define NOTE_SELF 0x5e1f /* stands for the program's name, and for nothing else in the program */

/* One of these, shared by all programs that are loaded, and mapped into the loader's memory. */
struct note {
	unsigned int ran;		/* programs that ran since the loader last wrote 0 here */
	unsigned int slots[NOTE_SLOTS]; /* which ones, in order, the latest NOTE_SLOTS of them */
	int verdicts[NOTE_PROGS];	/* what each is to return */
};

#endif

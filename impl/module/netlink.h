/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by cmake/netlink of mprogcheck.yaml; not to be edited. */
/* clang-format off */

#ifndef _MPROGCHECK_NETLINK_H
#define _MPROGCHECK_NETLINK_H

#define MPROGCHECK_FAMILY_NAME "mprogcheck"
#define MPROGCHECK_FAMILY_VERSION 1

/* Version of the interface that a device speaks, with its own numbers of flags. */
enum mprogcheck_dialect {
	MPROGCHECK_DIALECT_MAINLINE,
	MPROGCHECK_DIALECT_RFC2,
};

/* What a query wants told of each entry. */
enum mprogcheck_array {
	MPROGCHECK_ARRAY_PROG_IDS = 1,
	MPROGCHECK_ARRAY_LINK_IDS = 2,
	MPROGCHECK_ARRAY_PROG_FLAGS = 4,
	MPROGCHECK_ARRAY_LINK_FLAGS = 8,
};

enum {
	MPROGCHECK_A_IFINDEX = 1, /* The device, in the network namespace of the caller. */
	MPROGCHECK_A_ATTACH_TYPE, /* As tcx and netkit number them (46, 47, 54, 55). */
	MPROGCHECK_A_FLAGS, /* BPF_F_REPLACE and so on, as the dialect numbers them. */
	MPROGCHECK_A_PROG_FD, /* The program that goes in or out. Of a detach 0, or left out, names none. */
	MPROGCHECK_A_OLD_FD, /* The program that REPLACE replaces. 0 names none. */
	MPROGCHECK_A_LINK_FD,
	MPROGCHECK_A_RELATIVE, /* A descriptor, or with ID the id, of a program or with LINK of a link. 0 names none. */
	MPROGCHECK_A_EXPECTED_REVISION, /* That of the list, or the request is refused. 0 is any. */
	MPROGCHECK_A_DIALECT, /* What the flags are numbered by; that of the device if it is left out. */
	MPROGCHECK_A_ROOM, /* So many entries are told at most. */
	MPROGCHECK_A_ARRAYS,
	MPROGCHECK_A_COUNT, /* Entries of the list, told or not. */
	MPROGCHECK_A_REVISION,
	MPROGCHECK_A_TRUNCATED, /* There was not room for all entries. */
	MPROGCHECK_A_PROG_IDS, /* One u32 for each entry, as in the three that follow. */
	MPROGCHECK_A_LINK_IDS,
	MPROGCHECK_A_PROG_FLAGS,
	MPROGCHECK_A_LINK_FLAGS,
	MPROGCHECK_A_PROG_ID,
	MPROGCHECK_A_LINK_ID,
	MPROGCHECK_A_PROGS_HELD, /* References to programs that lists, filters and links of all namespaces have. */
	MPROGCHECK_A_LINKS_HELD, /* References to links that descriptors have, and requests under way. */
	MPROGCHECK_A_PRIORITY, /* Of a filter, as in tcm_info. tc chooses where it is 0 or left out. */
	MPROGCHECK_A_HANDLE, /* Tells filters of one priority apart. The lowest that is free where it is 0 or left out. */
	MPROGCHECK_A_GEN_FLAGS, /* TCA_CLS_FLAGS_SKIP_HW and TCA_CLS_FLAGS_SKIP_SW. */
	MPROGCHECK_A_MAX = MPROGCHECK_A_GEN_FLAGS,
};

enum {
	MPROGCHECK_CMD_ATTACH = 1,
	MPROGCHECK_CMD_DETACH,
	MPROGCHECK_CMD_QUERY,
	MPROGCHECK_CMD_LINK_CREATE,
	MPROGCHECK_CMD_LINK_UPDATE,
	MPROGCHECK_CMD_LINK_DETACH,
	MPROGCHECK_CMD_LINK_INFO,
	MPROGCHECK_CMD_FILTER_LINK_CREATE,
	MPROGCHECK_CMD_REFERENCES,
};

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands as bpf(2) takes them: an attribute and its size.
 *
 * Fields behind the end of a short attribute count as 0, bytes behind the last field must be 0, and
 * no answer is written behind the end.
 */
#include <linux/string.h>

#include "tables.h"

#define LONGEST 4096 /* a page */
#define KNOWN 64     /* bytes of the longest command */

static u32 size_of(u32 command)
{
	switch (command) {
	case MPROG_BPF_PROG_ATTACH:
	case MPROG_BPF_PROG_DETACH:
	case MPROG_BPF_LINK_CREATE:
		return 32;
	case MPROG_BPF_PROG_QUERY:
		return 64;
	case MPROG_BPF_LINK_UPDATE:
		return 16;
	default:
		return 4;
	}
}

static u64 number_at(const u8 *bytes, u32 at, u32 width)
{
	u64 number = 0;

	memcpy(&number, bytes + at, width); /* little endian */
	return number;
}

static u32 *address_at(const u8 *bytes, u32 at)
{
	return (u32 *)(unsigned long)number_at(bytes, at, 8);
}

/* Writes an answer into the attribute, if the attribute has room for it. */
static void answer(u8 *bytes, u32 size, u32 at, const void *from, u32 width)
{
	if (at + width <= size)
		memcpy(bytes + at, from, width);
}

static int query(struct mprog_net *net, u32 space, u8 *to, u32 size, const u8 *bytes, bool capable)
{
	struct mprog_query query = {
	    .space = space,
	    .ifindex = number_at(bytes, 0, 4),
	    .attach_type = number_at(bytes, 4, 4),
	    .query_flags = number_at(bytes, 8, 4),
	    .attach_flags = number_at(bytes, 12, 4),
	    .room = number_at(bytes, 24, 4),
	    .prog_ids = address_at(bytes, 16),
	    .prog_flags = address_at(bytes, 32),
	    .link_ids = address_at(bytes, 40),
	    .link_flags = address_at(bytes, 48),
	    .capable = capable,
	};
	int ret = mprog_prog_query(net, &query);

	if (ret && ret != -ENOSPC)
		return ret;
	answer(to, size, 24, &query.count, sizeof(query.count));
	answer(to, size, 56, &query.revision, sizeof(query.revision));
	return ret;
}

static struct mprog_attr attach_attr(u32 space, const u8 *bytes, bool capable)
{
	return (struct mprog_attr){
	    .space = space,
	    .ifindex = number_at(bytes, 0, 4),
	    .prog_fd = number_at(bytes, 4, 4),
	    .attach_type = number_at(bytes, 8, 4),
	    .flags = number_at(bytes, 12, 4),
	    .old_fd = number_at(bytes, 16, 4),
	    .relative = number_at(bytes, 20, 4),
	    .expected_revision = number_at(bytes, 24, 8),
	    .capable = capable,
	};
}

static struct mprog_attr link_create_attr(u32 space, const u8 *bytes, bool capable)
{
	return (struct mprog_attr){
	    .space = space,
	    .prog_fd = number_at(bytes, 0, 4),
	    .ifindex = number_at(bytes, 4, 4),
	    .attach_type = number_at(bytes, 8, 4),
	    .flags = number_at(bytes, 12, 4),
	    .relative = number_at(bytes, 16, 4),
	    .expected_revision = number_at(bytes, 24, 8),
	    .capable = capable,
	};
}

static struct mprog_attr link_update_attr(const u8 *bytes, bool capable)
{
	return (struct mprog_attr){
	    .link_fd = number_at(bytes, 0, 4),
	    .prog_fd = number_at(bytes, 4, 4),
	    .flags = number_at(bytes, 8, 4),
	    .old_fd = number_at(bytes, 12, 4),
	    .capable = capable,
	};
}

int mprog_bpf(struct mprog_net *net, u32 space, u32 command, void *attribute, u32 size,
	      bool capable)
{
	struct mprog_attr attr;
	u8 *given = attribute;
	u8 bytes[KNOWN] = {};
	u32 i, fd;
	int ret;

	if (size > LONGEST)
		return -E2BIG;
	for (i = size_of(command); i < size; i++) {
		if (given[i])
			return i < KNOWN ? -EINVAL : -E2BIG;
	}
	memcpy(bytes, given, size < KNOWN ? size : KNOWN);

	switch (command) {
	case MPROG_BPF_PROG_ATTACH:
		attr = attach_attr(space, bytes, capable);
		return mprog_prog_attach(net, &attr);
	case MPROG_BPF_PROG_DETACH:
		attr = attach_attr(space, bytes, capable);
		return mprog_prog_detach(net, &attr);
	case MPROG_BPF_PROG_QUERY:
		return query(net, space, given, size, bytes, capable);
	case MPROG_BPF_LINK_CREATE:
		attr = link_create_attr(space, bytes, capable);
		ret = mprog_link_create(net, &attr, &fd);
		return ret ? ret : (int)fd;
	case MPROG_BPF_LINK_UPDATE:
		attr = link_update_attr(bytes, capable);
		return mprog_link_update(net, &attr);
	case MPROG_BPF_LINK_DETACH:
		return mprog_link_detach(net, number_at(bytes, 0, 4));
	}
	return -EINVAL;
}

// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): reading a list, and comparing
// it.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kAlsoDue = R"C(
/* An error that is due as well, but not first. */
static void also_due(int error)
{
	others_due[dues++] = error;
}
)C";

inline constexpr std::string_view kAlsoPermitted = R"C(
/* An error that the interface leaves open, or ANY_ERROR. */
static void also_permitted(int error)
{
	others_permitted[permissions++] = error;
}
)C";

// Needed also to set up: the probe is a query.
inline constexpr std::string_view kReadList = R"C(
static int read_list(int where, struct listing *list)
{
	struct query_attr attr = {
		.target_ifindex = ifindex[where / HOOKS],
		.attach_type = where % HOOKS ? BPF_TCX_EGRESS : BPF_TCX_INGRESS,
		.prog_ids = (uintptr_t)list->prog_ids,
		.link_ids = (uintptr_t)list->link_ids,
		.count = MOST,
	};
	int result;

	memset(list, 0, sizeof(*list));
	result = call(BPF_PROG_QUERY, &attr, sizeof(attr));
	list->revision = attr.revision;
	list->count = attr.count < MOST ? attr.count : MOST;
	return result;
}
)C";

inline constexpr std::string_view kBeginList = R"C(
static struct point points[HOOKS * NAMES];

/* What is known of a list before anything is done with it. */
static int begin_list(int where)
{
	struct point *at = &points[where];
	int error = read_list(where, &at->last);

	at->known = 1;
	at->revisions[1] = at->last.revision;
	return error;
}
)C";

// What follows a request that is about a list.
inline constexpr std::string_view kExpectEntries = R"C(
#define ENTRIES(...) (const struct entry[]){ __VA_ARGS__ }, \
		     sizeof((const struct entry[]){ __VA_ARGS__ }) / sizeof(struct entry)
#define NO_ENTRIES NULL, 0

static void say_object(const char *kind, const __u32 *ids, int many, __u32 id)
{
	for (int i = 0; i < many; i++) {
		if (ids[i] == id) {
			say(observed, "%s%d", kind, i);
			return;
		}
	}
	say(observed, "%s-id-%u", kind, id);
}

/* Compares entries by their ids; null for what was not asked for. Returns whether they are as expected. */
static int same_entries(const struct entry *entries, unsigned int count, const __u32 *progs, const __u32 *links,
			unsigned int seen)
{
	int same = count == seen;

	say(expected, " [");
	for (unsigned int i = 0; i < count; i++) {
		say(expected, "%s", i ? " " : "");
		if (progs)
			say(expected, "p%d", entries[i].prog);
		if (links && entries[i].link == PLAIN)
			say(expected, "%s", progs ? "" : "-");
		else if (links)
			say(expected, "/l%d", entries[i].link);
	}
	say(expected, "]");
	say(observed, " [");
	for (unsigned int i = 0; i < seen; i++) {
		say(observed, "%s", i ? " " : "");
		if (progs)
			say_object("p", prog_id, PROGS, progs[i]);
		if (links && links[i] == 0)
			say(observed, "%s", progs ? "" : "-");
		else if (links)
			say_object("/l", link_id, LINKS, links[i]);
		if (i >= count)
			continue;
		if (progs && progs[i] != prog_id[entries[i].prog])
			same = 0;
		if (links && links[i] != (entries[i].link == PLAIN ? 0 : link_id[entries[i].link]))
			same = 0;
	}
	say(observed, "]");
	return same;
}
)C";

inline constexpr std::string_view kExpectList = R"C(
enum { UNCHANGED, CHANGED };

/*
 * The list after a request. What is promised of the revision: a change gives the list one that it has
 * not had before, a refused request leaves it alone. The numbers themselves are the kernel's affair.
 */
static void expect_list(int where, int change, const struct entry *entries, unsigned int count)
{
	struct point *at = &points[where];
	struct listing now;
	int error = read_list(where, &now);

	if (error) {
		say(observed, ", list unknown (query: %s)", name_of(-error));
		deviates("query");
		return;
	}
	if (was_permitted && observed_error && !expected_error) {
		/* Refused, as it may be: then nothing may have changed, but it might have. */
		left_open = 1;
		if (memcmp(&now, &at->last, sizeof(now)))
			deviates("list or revision, of a refused request");
		say(observed, ", rev %llu", (unsigned long long)now.revision);
	} else {
		int same = same_entries(entries, count, now.prog_ids, now.link_ids, now.count);

		if (!same)
			deviates("list");
		if (change)
			say(expected, " a new rev");
		else
			say(expected, " rev %llu", (unsigned long long)at->last.revision);
		say(observed, " rev %llu", (unsigned long long)now.revision);
		if (!change && now.revision != at->last.revision)
			deviates("revision moved");
		for (unsigned int i = 1; change && i <= at->known; i++) {
			if (now.revision == at->revisions[i]) {
				deviates("revision was there before");
				break;
			}
		}
	}
	if (change && at->known < STEPS + 1)
		at->revisions[++at->known] = now.revision;
	at->last = now;
}
)C";

inline constexpr std::string_view kRevision = R"C(
/* The revision that the list had after its `nth - 1`st change. */
static __u64 revision(int where, unsigned int nth)
{
	return points[where].revisions[nth];
}
)C";

inline constexpr std::string_view kAsk = R"C(
#define UNMAPPED 8 /* an address in the first page, which is never mapped */

static __u32 prog_ids[256], link_ids[256], prog_flags[256], link_flags[256];

#define ADDRESS(array) (uintptr_t)(array)

/* What the kernel leaves alone stays at ~0, or at 0 where there is no such array. */
static void clear_arrays(const struct query_attr *attr)
{
	memset(prog_ids, 0xff, sizeof(prog_ids));
	memset(link_ids, 0xff, sizeof(link_ids));
	memset(prog_flags, attr->prog_attach_flags ? 0xff : 0, sizeof(prog_flags));
	memset(link_flags, attr->link_attach_flags ? 0xff : 0, sizeof(link_flags));
}
)C";

inline constexpr std::string_view kExpectCounted = R"C(
/* The answer to a query that has one: `total` entries on the list, of which those given are told. */
static void expect_counted(const struct query_attr *answer, unsigned int total, const struct entry *entries,
			   unsigned int filled, unsigned int room)
{
	__u32 count = answer->count < room ? answer->count : room;
	int arrays = answer->prog_ids || answer->link_ids;

	if (observed_error && observed_error != ENOSPC)
		return;
	say(expected, " count %u", total);
	say(observed, " count %u", answer->count);
	if (answer->count != total)
		deviates("count");
	if (arrays && !same_entries(entries, filled, answer->prog_ids ? prog_ids : NULL,
				    answer->link_ids ? link_ids : NULL, count))
		deviates("entries");
	for (unsigned int i = 0; i < count; i++) {
		/* No flag lasts longer than the request. */
		if (prog_flags[i] || link_flags[i]) {
			deviates("flags of entries");
			break;
		}
	}
}
)C";

inline constexpr std::string_view kExpectAnswer = R"C(
/* The same, with the revision. */
static void expect_answer(int where, const struct query_attr *answer, unsigned int total,
			  const struct entry *entries, unsigned int filled, unsigned int room)
{
	const __u64 revision = points[where].last.revision;

	if (observed_error && observed_error != ENOSPC)
		return;
	expect_counted(answer, total, entries, filled, room);
	say(expected, " rev %llu", (unsigned long long)revision);
	say(observed, " rev %llu", (unsigned long long)answer->revision);
	if (answer->revision != revision)
		deviates("revision");
}
)C";

}  // namespace mprogcheck::repro::c_text

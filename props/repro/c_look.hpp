// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): which netkit devices are there, what
// they are expected to be, and their lists. What stands between @ is put in by c_attributes.cpp.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kLook = R"C(
static const struct device *listed_in(const struct device *list, int count, int space, int index)
{
	for (int i = 0; i < count; i++)
		if (list[i].space == space && list[i].index == index)
			return &list[i];
	return NULL;
}

/* Which of ours has this index there. */
static int name_of_index(int space, int index)
{
	for (int d = DEVICES; d < NAMES; d++)
		if (now[d].there && now[d].space == space && now[d].index == index)
			return d;
	return index ? STRANGER : NOBODY_ELSE;
}

/* Looks at all devices. Of those that have come since, these are the names, or NOBODY_ELSE. */
static void look(int primary, int other)
{
	struct device before[MOST_DEVICES];
	const int count_before = listed_count;

	memcpy(before, listed, sizeof(before));
	memcpy(was, now, sizeof(was));
	listed_count = 0;
	for (int space = 0; space < SPACES; space++)
		list_devices(space);
	for (int d = DEVICES; d < NAMES; d++) {
		const struct device *one = listed_in(listed, listed_count, now[d].space, now[d].index);

		now[d] = one && now[d].there ? *one : (struct device){ 0 };
	}
	for (int i = 0; i < listed_count; i++) {
		const int d = listed[i].primary == 1 ? primary : other;

		if (d != NOBODY_ELSE && !listed_in(before, count_before, listed[i].space, listed[i].index))
			now[d] = listed[i];
	}
	for (int d = DEVICES; d < NAMES; d++) {
		ifindex[d] = now[d].there ? (__u32)now[d].index : NO_DEVICE;
		now[d].link = name_of_index(now[d].link_space, now[d].link_index);
	}
}
)C";

inline constexpr std::string_view kLookForNew = R"C(
/* The lists of a device begin with it. */
static void look_for_new(int primary, int other)
{
	look(primary, other);
	for (int hook = 0; !observed_error && hook < HOOKS; hook++) {
		begin_list(HOOKS * primary + hook);
		if (other != NOBODY_ELSE)
			begin_list(HOOKS * other + hook);
	}
}
)C";

inline constexpr std::string_view kMade = R"C(
/* A side as it is if nothing is said of it. */
static struct device made(int space, const char *name, int link, int primary)
{
	const int single = link == NOBODY_ELSE;
	struct device one = {
		.there = 1, .space = space, .link = link, .mtu = 1500,
		.primary = primary,
@INITIAL@
	};

	snprintf(one.name, sizeof(one.name), "%s", name);
	if (single) {
		one.pairing = NETKIT_DEVICE_SINGLE;
@UNSHOWN@
	}
	return one;
}
)C";

// In the place of kReadList.
inline constexpr std::string_view kReadListOfNetkit = R"C(
/* The own list of a netkit is asked for through the primary. */
static int read_list(int where, struct listing *list)
{
	static const __u32 types[] = { BPF_TCX_INGRESS, BPF_TCX_EGRESS, BPF_NETKIT_PRIMARY };
	const int device = where / HOOKS, hook = where % HOOKS;
	const int of_peer = hook == 2 && !now[device].primary && now[device].link >= 0;
	const int through = of_peer ? now[device].link : device;
	struct query_attr attr = {
		.target_ifindex = ifindex[through],
		.attach_type = of_peer ? BPF_NETKIT_PEER : types[hook],
		.prog_ids = (uintptr_t)list->prog_ids,
		.link_ids = (uintptr_t)list->link_ids,
		.count = MOST,
	};
	int result;

	memset(list, 0, sizeof(*list));
	enter(now[through].space);
	result = call(BPF_PROG_QUERY, &attr, sizeof(attr));
	enter(n0);
	list->revision = attr.revision;
	list->count = attr.count < MOST ? attr.count : MOST;
	return result;
}
)C";

inline constexpr std::string_view kIndexIn = R"C(
/* An index of one namespace may be that of another device in the other. */
static __u32 index_in(int space, int device)
{
	return now[device].there && now[device].space == space ? ifindex[device] : NO_DEVICE;
}
)C";

inline constexpr std::string_view kExpectDevices = R"C(
static const struct field {
	const char *name;
	size_t offset;
	int is_younger; /* than netkit itself: a kernel need not show it */
} fields[] = {
#define FIELD(name, is_younger) { #name, offsetof(struct device, name), is_younger }
	FIELD(space, 0), FIELD(link, 0), FIELD(up, 0), FIELD(carrier, 0), FIELD(arp, 0),
	FIELD(address, 0), FIELD(mtu, 0),
@COMPARED@
};

#define MANY_FIELDS (sizeof(fields) / sizeof(fields[0]))

static int *value_of(struct device *one, const struct field *field)
{
	return (int *)((char *)one + field->offset);
}

static void differs(int d, const char *field, const char *must, const char *is)
{
	char aspect[32];

	say(expected, " d%d %s %s", d, field, must);
	say(observed, " d%d %s %s", d, field, is);
	snprintf(aspect, sizeof(aspect), "%s of d%d", field, d);
	deviates(aspect);
}

static const char *word_of(int value, char number[16])
{
	if (value < 0)
		return value == STRANGER ? "stranger" : "none";
	snprintf(number, 16, "%d", value);
	return number;
}

static void number_differs(int d, const char *field, int must, int is)
{
	char must_be[16], it_is[16];

	differs(d, field, word_of(must, must_be), word_of(is, it_is));
}

/* What differs is told once: from there on it is expected. */
static void expect_device(int d)
{
	if (now[d].there != want[d].there) {
		number_differs(d, "there", want[d].there, now[d].there);
		want[d] = now[d];
	}
	if (!now[d].there)
		return;
	if (strcmp(now[d].name, want[d].name)) {
		differs(d, "name", want[d].name, now[d].name);
		memcpy(want[d].name, now[d].name, sizeof(want[d].name));
	}
	for (unsigned int i = 0; i < MANY_FIELDS; i++) {
		const int *is = value_of(&now[d], &fields[i]);
		int *must = value_of(&want[d], &fields[i]);

		if (*is == *must || (fields[i].is_younger && *is == UNTOLD))
			continue;
		number_differs(d, fields[i].name, *must, *is);
		*must = *is;
	}
}

static void expect_devices(void)
{
	int must = 0, are = 0;

	if (observed_error && complaint())
		say(observed, " (%s)", complaint());
	memset(&answer, 0, sizeof(answer));
	for (int d = DEVICES; d < NAMES; d++) {
		must += want[d].there;
		are += now[d].there;
	}
	say(expected, ", %d netkit", must);
	say(observed, ", %d netkit", are);
	if (was_permitted && observed_error && !expected_error) {
		/* Refused, as it may be: then nothing may have changed, but it might have. */
		left_open = 1;
		memcpy(want, was, sizeof(want));
	}
	for (int d = DEVICES; d < NAMES; d++)
		expect_device(d);
}
)C";

inline constexpr std::string_view kSetUpNetkit = R"C(
/* That this kernel has them at all. */
static void set_up_netkit(void)
{
	struct request r;

	errno = -make_netkit("probe", "probed");
	if (errno)
		cannot("making a netkit device, which Linux has since 6.7");
	begin(&r, RTM_DELLINK, 0);
	put_string(&r, IFLA_IFNAME, "probe");
	errno = -ask_rtnetlink(&r.header);
	if (errno)
		cannot("removing a netkit device");
	look(NOBODY_ELSE, NOBODY_ELSE);
}
)C";

}  // namespace mprogcheck::repro::c_text

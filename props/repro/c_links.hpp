// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): links, what they say of themselves,
// and descriptors.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kLinkCreate = R"C(
struct link_create_attr { /* BPF_LINK_CREATE */
	__u32 prog_fd, target_ifindex, attach_type, flags;
	union {
		__u32 relative_fd, relative_id;
	};
	__u32 reserved;
	__u64 expected_revision;
};

static int keep_link(int link, int result)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	if (result < 0)
		return result;
	link_fd[link] = result;
	if (bpf_obj_get_info_by_fd(result, &info, &size))
		cannot("asking for the id of a link");
	link_id[link] = info.id;
	return 0;
}
)C";

inline constexpr std::string_view kLinkUpdate = R"C(
struct link_update_attr { /* BPF_LINK_UPDATE */
	__u32 link_fd, new_prog_fd, flags, old_prog_fd;
};
)C";

inline constexpr std::string_view kLinkDetach = R"C(
struct link_detach_attr { /* BPF_LINK_DETACH */
	__u32 link_fd;
};
)C";

// What a link says: by whichever way it was asked.
inline constexpr std::string_view kTold = R"C(
/* What a link at tcx says of itself: the beginning of struct bpf_link_info. */
static struct {
	__u32 type, id, prog_id, unused, ifindex, attach_type;
} told;
)C";

inline constexpr std::string_view kInfo = R"C(
static int ask_link(__u32 fd)
{
	struct { /* BPF_OBJ_GET_INFO_BY_FD */
		__u32 bpf_fd, info_len;
		__u64 info;
	} attr = { .bpf_fd = fd, .info_len = sizeof(told), .info = (uintptr_t)&told };

	memset(&told, 0, sizeof(told));
	return call(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}
)C";

inline constexpr std::string_view kFdinfo = R"C(
static int read_fdinfo(int fd)
{
	char name[64], line[256];
	FILE *file;

	memset(&told, 0, sizeof(told));
	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	file = fopen(name, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		/* Each of them matches one line only. */
		sscanf(line, "prog_id: %u", &told.prog_id);
		sscanf(line, "ifindex: %u", &told.ifindex);
		sscanf(line, "attach_type: %u", &told.attach_type);
	}
	fclose(file);
	return 0;
}
)C";

inline constexpr std::string_view kExpectTold = R"C(
/* Of a link whose device is gone, or that is detached, the ifindex is 0. */
static void expect_told(int prog, __u32 index, __u32 attach_type)
{
	if (observed_error)
		return;
	say(expected, " program id %u ifindex %u attach type %u", prog_id[prog], index, attach_type);
	say(observed, " program id %u ifindex %u attach type %u", told.prog_id, told.ifindex, told.attach_type);
	if (told.prog_id != prog_id[prog])
		deviates("program");
	if (told.ifindex != index)
		deviates("device");
	if (told.attach_type != attach_type)
		deviates("attach type");
}
)C";

inline constexpr std::string_view kClose = R"C(
/* Its id stays known: it may be on a list, or stale. */
static int close_for_good(int *fd)
{
	int result = close(*fd);

	*fd = NOT_OPEN;
	return result ? -errno : 0;
}
)C";

}  // namespace mprogcheck::repro::c_text

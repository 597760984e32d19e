// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see repro_c_core.hpp): what there has to be before the
// first step, links, descriptors, devices that go, and packets.
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

static int link_update(struct link_update_attr attr)
{
	return call(BPF_LINK_UPDATE, &attr, sizeof(attr));
}
)C";

inline constexpr std::string_view kLinkDetach = R"C(
static int link_detach(__u32 fd)
{
	return call(BPF_LINK_DETACH, &fd, sizeof(fd));
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

inline constexpr std::string_view kDevices = R"C(
/* Of include/uapi/linux/if_link.h, Linux 6.7 on. */
#define NETKIT_ATTR_PEER 1
#define NETKIT_ATTR_MODE 5
#define NETKIT_MODE_L2 0

/* A request of rtnetlink about one device. */
struct request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	char attributes[256];
};

static void *end_of(struct request *r)
{
	return (char *)r + NLMSG_ALIGN(r->header.nlmsg_len);
}

static struct rtattr *put(struct request *r, int type, const void *value, int length)
{
	struct rtattr *attribute = end_of(r);

	attribute->rta_type = (unsigned short)type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(attribute), value, (size_t)length);
	r->header.nlmsg_len = NLMSG_ALIGN(r->header.nlmsg_len) + (__u32)RTA_SPACE(length);
	return attribute;
}

/* What was put since is inside. */
static void nested(struct request *r, struct rtattr *attribute)
{
	attribute->rta_len = (unsigned short)((char *)end_of(r) - (char *)attribute);
}

/* 0, or the error as a negative number. */
static int ask_rtnetlink(struct request *r)
{
	static int netlink = -1;
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char more[1024];
	} answer;

	if (netlink < 0)
		netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	r->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(netlink, r, r->header.nlmsg_len, 0) < 0 || recv(netlink, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.error.error;
}

/* One end is the device, the other the wire. */
static int make_netkit(const char *name, const char *peer_name)
{
	struct request r = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.link)), .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL },
	};
	const struct ifinfomsg nothing = { 0 };
	const __u32 mode = NETKIT_MODE_L2;
	struct rtattr *info, *data, *of_peer;

	put(&r, IFLA_IFNAME, name, (int)strlen(name) + 1);
	info = put(&r, IFLA_LINKINFO, NULL, 0);
	put(&r, IFLA_INFO_KIND, "netkit", sizeof("netkit"));
	data = put(&r, IFLA_INFO_DATA, NULL, 0);
	put(&r, NETKIT_ATTR_MODE, &mode, sizeof(mode));
	of_peer = put(&r, NETKIT_ATTR_PEER, &nothing, sizeof(nothing));
	put(&r, IFLA_IFNAME, peer_name, (int)strlen(peer_name) + 1);
	nested(&r, of_peer);
	nested(&r, data);
	nested(&r, info);
	return ask_rtnetlink(&r);
}

/* A TAP device, or where the kernel has none, a netkit. */
static void make_device(int i)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	char peer_name[IFNAMSIZ];

	snprintf(request.ifr_name, sizeof(request.ifr_name), "d%d", i);
	tap[i] = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (tap[i] < 0) {
		snprintf(peer_name, sizeof(peer_name), "wire%d", i);
		errno = -make_netkit(request.ifr_name, peer_name);
		if (errno)
			cannot("making a device: there is no /dev/net/tun, and a netkit");
		peer[i] = if_nametoindex(peer_name);
	} else if (ioctl(tap[i], TUNSETIFF, &request)) {
		cannot("making a TAP device with /dev/net/tun");
	}
	ifindex[i] = if_nametoindex(request.ifr_name);
}
)C";

inline constexpr std::string_view kRemove = R"C(
static int remove_device(int device)
{
	struct request r = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.link)), .nlmsg_type = RTM_DELLINK },
		.link = { .ifi_index = (int)ifindex[device] },
	};

	if (peer[device]) {
		peer[device] = 0;
		return ask_rtnetlink(&r);
	}
	if (tap[device] < 0)
		return -ENODEV;
	close(tap[device]);
	tap[device] = -1;
	return 0;
}
)C";

inline constexpr std::string_view kLoad = R"C(
/* The program returns at once: nothing here is about packets. */
static void load(int prog, enum bpf_prog_type type)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0,
		  .imm = type == BPF_PROG_TYPE_XDP ? XDP_PASS : TCX_NEXT },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	prog_fd[prog] = bpf_prog_load(type, "repro", "GPL", insns, sizeof(insns) / sizeof(insns[0]), NULL);
)C";

inline constexpr std::string_view kLoadNoting = R"C(
/*
 * The program, for a packet of ours:
 *	note.order[note.ran % NOTES] = prog;
 *	note.ran++;
 *	return note.verdicts[prog];
 */
static void load(int prog, enum bpf_prog_type type)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1,
		  .off = offsetof(struct __sk_buff, protocol) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TCX_NEXT },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_2, .imm = htons(ETHERTYPE), .off = 18 },
		/* r0 = bpf_map_lookup_elem(note_map, &zero), or return TCX_NEXT */
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_10, .off = -4, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = -4 },
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD,
		  .imm = note_map },
		{ .code = 0 }, /* the upper half of the above */
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_0, .imm = 0, .off = 2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TCX_NEXT },
		{ .code = BPF_JMP | BPF_EXIT },
		/* r3 = &note.order[note.ran % NOTES] */
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0,
		  .off = offsetof(struct note, ran) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1 },
		{ .code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = BPF_REG_1, .imm = NOTES - 1 },
		{ .code = BPF_ALU64 | BPF_LSH | BPF_K, .dst_reg = BPF_REG_1, .imm = 2 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0 },
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .off = offsetof(struct note, order),
		  .imm = prog },
		/* one packet is under way at a time, so this need not be atomic */
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = 1 },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_2,
		  .off = offsetof(struct note, ran) },
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_0,
		  .off = (__s16)(offsetof(struct note, verdicts) + sizeof(__s32) * prog) },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	/* An XDP program is here to be refused and never runs; its context has no protocol. */
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (type == BPF_PROG_TYPE_XDP)
		prog_fd[prog] = bpf_prog_load(type, "repro", "GPL", pass, 2, NULL);
	else
		prog_fd[prog] = bpf_prog_load(type, "repro", "GPL", insns, sizeof(insns) / sizeof(insns[0]), NULL);
)C";

inline constexpr std::string_view kLoadEnd = R"C(	if (prog_fd[prog] < 0)
		cannot("loading a BPF program");
	if (bpf_obj_get_info_by_fd(prog_fd[prog], &info, &size))
		cannot("asking for the id of a BPF program");
	prog_id[prog] = info.id;
}
)C";

inline constexpr std::string_view kSetUp = R"C(
/* A network namespace of our own, with DEVICES devices; whatever is attached goes with it. */
static void set_up(void)
{
	/* 0 means "not given" in the interface: keep it from being one of our descriptors. */
	do {
		some_file = open("/dev/null", O_RDWR);
		if (some_file < 0)
			cannot("opening /dev/null");
	} while (some_file <= 2);
	for (int i = 0; i < PROGS; i++) {
		prog_fd[i] = NOT_OPEN;
		prog_id[i] = NO_SUCH_ID;
	}
	for (int i = 0; i < LINKS; i++) {
		link_fd[i] = NOT_OPEN;
		link_id[i] = NO_SUCH_ID;
	}
	if (unshare(CLONE_NEWNET))
		cannot("making a network namespace");
	for (int i = 0; i < DEVICES; i++)
		make_device(i);
	for (int where = 0; where < 2 * DEVICES; where++) {
		struct point *at = &points[where];
		int error = read_list(where, &at->last);

		errno = -error;
		if (error == -EINVAL)
			cannot("asking for the programs at tcx, which Linux has since 6.6");
		if (error)
			cannot("asking for the programs at tcx");
		at->revisions[++at->known] = at->last.revision;
	}
}
)C";

}  // namespace mprogcheck::repro::c_text

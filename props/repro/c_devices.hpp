// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): devices, what stands at them beside
// the lists, and how they go.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

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

static int netlink = -1;

/* 0, or the error as a negative number. */
static int ask_rtnetlink(struct nlmsghdr *request)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char more[1024];
	} answer;

	if (netlink < 0)
		netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(netlink, request, request->nlmsg_len, 0) < 0 || recv(netlink, &answer, sizeof(answer), 0) < 0)
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
	return ask_rtnetlink(&r.header);
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
		return ask_rtnetlink(&r.header);
	}
	if (tap[device] < 0)
		return -ENODEV;
	close(tap[device]);
	tap[device] = -1;
	return 0;
}
)C";

// In two pieces: a socket that packets went through is closed in between.
inline constexpr std::string_view kRemoveAll = R"C(
/* Devices go behind the back of who leaves the last of their namespace. */
static void wait_until_orphaned(int fd)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	for (int tries = 0; tries < 30000; tries++) {
		if (bpf_obj_get_info_by_fd(fd, &info, &size))
			cannot("asking a link for its device");
		if (info.xdp.ifindex == 0) /* the same place as tcx.ifindex, which headers may lack */
			return;
		usleep(1000);
	}
	cannot("waiting for the end of a network namespace that nobody uses any more");
}

/*
 * Into another new namespace; the one before goes, with all that is in it. Its devices go together, and a
 * link is asked under the same lock, so one link tells of all.
 */
static int remove_namespace(void)
{
	const int loopback = 1; /* in every namespace */
	int prog = trivial(BPF_PROG_TYPE_SCHED_CLS, TCX_NEXT, 0, 0);
	int witness = bpf_link_create(prog, loopback, BPF_TCX_INGRESS, NULL);

	if (witness < 0)
		cannot("attaching a program to the loopback device");
	for (int i = 0; i < DEVICES; i++) {
		if (tap[i] >= 0)
			close(tap[i]);
		tap[i] = -1;
		peer[i] = 0;
	}
	close(netlink);
	netlink = -1;
)C";

inline constexpr std::string_view kClosePacketSocket = R"C(	close(packet_socket);
)C";

inline constexpr std::string_view kRemoveAllEnd = R"C(	if (unshare(CLONE_NEWNET))
		cannot("making another network namespace");
	wait_until_orphaned(witness);
	close(witness);
	close(prog);
	return 0;
}
)C";

inline constexpr std::string_view kQdiscHeaders = R"C(#include <linux/pkt_sched.h>
)C";

inline constexpr std::string_view kQdisc = R"C(
/* RTM_NEWQDISC or RTM_DELQDISC. */
static int change_qdisc(int device, int type, int flags, const char *kind)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg qdisc;
		struct rtattr attribute;
		char kind[8];
	} r = {
		.header = { .nlmsg_len = sizeof(r), .nlmsg_type = (__u16)type, .nlmsg_flags = (__u16)flags },
		/* TC_H_CLSACT is the same place as TC_H_INGRESS. */
		.qdisc = { .tcm_ifindex = (int)ifindex[device], .tcm_parent = TC_H_CLSACT },
		.attribute = { .rta_len = RTA_LENGTH(sizeof(r.kind)), .rta_type = TCA_KIND },
	};
	int result;

	if (kind)
		snprintf(r.kind, sizeof(r.kind), "%s", kind);
	else
		r.header.nlmsg_len = NLMSG_LENGTH(sizeof(r.qdisc));
	result = ask_rtnetlink(&r.header);
	errno = -result;
	if (kind && result == -ENOENT)
		cannot("making a qdisc, which needs CONFIG_NET_SCH_INGRESS (try modprobe sch_ingress)");
	return result;
}
)C";

}  // namespace mprogcheck::repro::c_text

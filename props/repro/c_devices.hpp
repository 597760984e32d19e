// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): devices, what stands at them beside
// the lists, and how they go.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kMakeNetkit = R"C(
/* One end is the device, the other the wire. */
static int make_netkit(const char *name, const char *peer_name)
{
	const __u32 mode = NETKIT_L2;
	struct request r;

	begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	put_string(&r, IFLA_IFNAME, name);
	nest_netkit(&r);
	nest(&r, IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg));
	put_string(&r, IFLA_IFNAME, peer_name);
	unnest(&r);
	put(&r, IFLA_NETKIT_MODE, &mode, sizeof(mode));
	return ask_rtnetlink(&r.header);
}
)C";

inline constexpr std::string_view kMakeDevice = R"C(
static int tap[DEVICES]; /* closing it removes the device; -1: a netkit, or none */
static __u32 peer[DEVICES]; /* of a netkit */

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
	struct request r;

	if (peer[device]) {
		peer[device] = 0;
		begin(&r, RTM_DELLINK, 0);
		r.link.ifi_index = (int)ifindex[device];
		return ask_rtnetlink(&r.header);
	}
	if (tap[device] < 0)
		return -ENODEV;
	close(tap[device]);
	tap[device] = -1;
	return 0;
}
)C";

inline constexpr std::string_view kCloseTaps = R"C(
static void close_taps(void)
{
	for (int i = 0; i < DEVICES; i++) {
		if (tap[i] >= 0)
			close(tap[i]);
		tap[i] = -1;
		peer[i] = 0;
	}
}
)C";

inline constexpr std::string_view kWitness = R"C(
/*
 * Devices go behind the back of who leaves the last of their namespace. They go together, and a link is asked
 * under the same lock, so one link tells of all: one at the loopback device, which is in every namespace.
 */
static int make_witness(void)
{
	int prog = trivial(BPF_PROG_TYPE_SCHED_CLS, TCX_NEXT, 0, 0);
	int witness = bpf_link_create(prog, LOOPBACK, BPF_TCX_INGRESS, NULL);

	if (witness < 0)
		cannot("attaching a program to the loopback device");
	close(prog);
	return witness;
}

static void wait_until_orphaned(int witness)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	for (int tries = 0; tries < 30000; tries++) {
		if (bpf_obj_get_info_by_fd(witness, &info, &size))
			cannot("asking a link for its device");
		if (info.xdp.ifindex == 0) { /* the same place as tcx.ifindex, which headers may lack */
			close(witness);
			return;
		}
		usleep(1000);
	}
	cannot("waiting for the end of a network namespace that nobody uses any more");
}
)C";

// In two pieces: a socket that packets went through is closed in between.
inline constexpr std::string_view kRemoveAll = R"C(
/* Into another new namespace; the one before goes, with all that is in it. */
static int remove_namespace(void)
{
	int witness = make_witness();

	close_taps();
)C";

inline constexpr std::string_view kClosePacketSocket = R"C(	close(packet_socket);
)C";

inline constexpr std::string_view kRemoveAllEnd = R"C(	if (unshare(CLONE_NEWNET))
		cannot("making another network namespace");
	wait_until_orphaned(witness);
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

// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): netkit devices that the trace makes,
// asked for and looked at by rtnetlink. What stands between @ is put in by c_attributes.cpp.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kNetkitHooks = R"C(
/* Of include/uapi/linux/bpf.h, Linux 6.7 on. */
#define BPF_NETKIT_PRIMARY 54
#define BPF_NETKIT_PEER 55
)C";

// In the place of kNetkitNames.
inline constexpr std::string_view kAllNetkitNames = R"C(
/* Of include/uapi/linux/if_link.h, Linux 6.7 on, some of them younger. */
@DEFINES@
)C";

inline constexpr std::string_view kDevice = R"C(
/* Addresses, and what a device without one or with one of its own making has. */
enum { ZERO, ADDRESS_A, ADDRESS_B, MULTICAST, OWN, STRANGE };

static const __u8 addresses[][10] = { /* of 6 bytes; so that more can be sent */
	[ADDRESS_A] = { 2, 0, 0, 0, 0, 0xa },
	[ADDRESS_B] = { 2, 0, 0, 0, 0, 0xb },
	[MULTICAST] = { 1, 0, 0x5e, 0, 0, 1 },
};

#define NOBODY_ELSE -1 /* of a single device: the other side */
#define UNTOLD -1 /* an attribute that the kernel does not show */
#define STRANGER -2

struct device {
	int there, space, link, up, carrier, arp, address, mtu;
	int @MEMBERS@;
	char name[IFNAMSIZ];
	/* What follows is not compared. `link` as the kernel tells it, among others. */
	int index, link_index, link_space, operstate;
	struct rtnl_link_stats64 counters;
};

/* What is to be, what is, and what was before the last request. */
static struct device want[NAMES], now[NAMES], was[NAMES];
)C";

inline constexpr std::string_view kAskIn = R"C(
/* Attributes of a number, which is as wide as the kernel wants it. */
#define put_u8(r, type, value) put(r, type, &(__u8){ value }, sizeof(__u8))
#define put_u16(r, type, value) put(r, type, &(__u16){ value }, sizeof(__u16))
#define put_u32(r, type, value) put(r, type, &(__u32){ value }, sizeof(__u32))

static int ask_in(int space, struct request *r)
{
	int result;

	enter(space);
	result = ask_rtnetlink(&r->header);
	enter(n0);
	return result;
}
)C";

inline constexpr std::string_view kAskDevice = R"C(
static int ask_device(int device, struct request *r)
{
	if (!now[device].there)
		return -ENODEV;
	r->link.ifi_index = now[device].index;
	return ask_in(now[device].space, r);
}
)C";

inline constexpr std::string_view kComplaint = R"C(
/* What the kernel says beside the error of the last request. */
static const char *complaint(void)
{
	const struct rtattr *said = (const void *)answer.more;
	unsigned int left = answer.header.nlmsg_len - NLMSG_LENGTH(sizeof(answer.error));

	if (!(answer.header.nlmsg_flags & NLM_F_ACK_TLVS) || !(answer.header.nlmsg_flags & NLM_F_CAPPED))
		return NULL;
	for (; left < sizeof(answer.more) && RTA_OK(said, left); said = RTA_NEXT(said, left))
		if ((said->rta_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			return RTA_DATA(said);
	return NULL;
}
)C";

inline constexpr std::string_view kDump = R"C(
#define MOST_DEVICES 32

static struct device listed[MOST_DEVICES];
static int listed_count;

static const struct rtattr *find(const void *attributes, size_t length, int type)
{
	const struct rtattr *attribute = attributes;
	unsigned int left = (unsigned int)length;

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if ((attribute->rta_type & NLA_TYPE_MASK) == type)
			return attribute;
	return NULL;
}

static const struct rtattr *find_in(const struct rtattr *nest, int type)
{
	return nest ? find(RTA_DATA(nest), RTA_PAYLOAD(nest), type) : NULL;
}

static int number(const struct rtattr *attribute)
{
	__u8 byte;
	__u16 word;
	int value;

	if (!attribute)
		return UNTOLD;
	switch (RTA_PAYLOAD(attribute)) {
	case sizeof(byte):
		memcpy(&byte, RTA_DATA(attribute), sizeof(byte));
		return byte;
	case sizeof(word):
		memcpy(&word, RTA_DATA(attribute), sizeof(word));
		return word;
	}
	memcpy(&value, RTA_DATA(attribute), sizeof(value));
	return value;
}

static int address_of(const struct rtattr *attribute)
{
	const __u8 *bytes;

	if (!attribute || RTA_PAYLOAD(attribute) != 6)
		return STRANGE;
	bytes = RTA_DATA(attribute);
	for (int i = ZERO; i <= MULTICAST; i++)
		if (memcmp(bytes, addresses[i], 6) == 0)
			return i;
	return (bytes[0] & 3) == 2 ? OWN : STRANGE; /* locally administered, and not multicast */
}

static void add_device(int space, const struct nlmsghdr *message)
{
	const struct ifinfomsg *link = NLMSG_DATA(message);
	const char *attributes = (const char *)link + NLMSG_ALIGN(sizeof(*link));
	const size_t length = message->nlmsg_len - NLMSG_LENGTH(sizeof(*link));
	const struct rtattr *info = find(attributes, length, IFLA_LINKINFO);
	const struct rtattr *kind = find_in(info, IFLA_INFO_KIND), *data = find_in(info, IFLA_INFO_DATA);
	const struct rtattr *counters = find(attributes, length, IFLA_STATS64);
	const struct rtattr *elsewhere = find(attributes, length, IFLA_LINK_NETNSID);
	struct device *one = &listed[listed_count];

	if (!kind || strcmp(RTA_DATA(kind), "netkit") || listed_count == MOST_DEVICES)
		return;
	*one = (struct device){
		.there = 1,
		.space = space,
		.index = link->ifi_index,
		.up = !!(link->ifi_flags & IFF_UP),
		.arp = !(link->ifi_flags & IFF_NOARP),
		.carrier = number(find(attributes, length, IFLA_CARRIER)),
		.address = address_of(find(attributes, length, IFLA_ADDRESS)),
		.mtu = number(find(attributes, length, IFLA_MTU)),
		.operstate = number(find(attributes, length, IFLA_OPERSTATE)),
		.link_index = number(find(attributes, length, IFLA_LINK)),
		.link_space = elsewhere ? SPACES - 1 - space : space,
@READ@
	};
	snprintf(one->name, sizeof(one->name), "%s",
		 (const char *)RTA_DATA(find(attributes, length, IFLA_IFNAME)));
	if (counters) /* there may be more or less than we know of */
		memcpy(&one->counters, RTA_DATA(counters),
		       RTA_PAYLOAD(counters) < sizeof(one->counters) ? RTA_PAYLOAD(counters) : sizeof(one->counters));
	listed_count++;
}

static void list_devices(int space)
{
	static _Alignas(struct nlmsghdr) char messages[32768];
	struct request r;
	int netlink;

	enter(space);
	netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	enter(n0);
	begin(&r, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP);
	if (send(netlink, &r, r.header.nlmsg_len, 0) < 0)
		cannot("asking rtnetlink for all devices");
	for (;;) {
		const struct nlmsghdr *message = (const void *)messages;
		ssize_t length = recv(netlink, messages, sizeof(messages), 0);
		unsigned int left = (unsigned int)length;

		if (length < 0)
			cannot("reading what rtnetlink says of devices");
		for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_type == NLMSG_DONE) {
				close(netlink);
				return;
			}
			if (message->nlmsg_type == RTM_NEWLINK)
				add_device(space, message);
		}
	}
}
)C";

}  // namespace mprogcheck::repro::c_text

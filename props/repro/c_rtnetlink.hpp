// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): requests of rtnetlink.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

// In the place of an enum of the kernel's, which headers may lack.
inline constexpr std::string_view kNetkitNames = R"C(
/* Of include/uapi/linux/if_link.h, Linux 6.7 on. */
#define IFLA_NETKIT_PEER_INFO 1
#define IFLA_NETKIT_MODE 5
#define NETKIT_L2 0
)C";

inline constexpr std::string_view kRequest = R"C(
/* A request of rtnetlink about one device. */
struct request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	char attributes[512];
	/* What follows is not sent: attributes that others are put into. */
	struct rtattr *open[5];
	int depth;
};

static void begin(struct request *r, int type, int flags)
{
	memset(r, 0, sizeof(*r));
	r->header.nlmsg_len = NLMSG_LENGTH(sizeof(r->link));
	r->header.nlmsg_type = (__u16)type;
	r->header.nlmsg_flags = (__u16)flags;
}

static struct rtattr *put(struct request *r, int type, const void *value, size_t length)
{
	struct rtattr *attribute = (void *)((char *)r + r->header.nlmsg_len);

	attribute->rta_type = (unsigned short)type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(attribute), value, length);
	r->header.nlmsg_len += (__u32)RTA_SPACE(length);
	for (int i = 0; i < r->depth; i++)
		r->open[i]->rta_len = (unsigned short)((char *)attribute + RTA_SPACE(length) - (char *)r->open[i]);
	return attribute;
}

static void put_string(struct request *r, int type, const char *text)
{
	put(r, type, text, strlen(text) + 1);
}

/* What is put from now on is inside. */
static void nest(struct request *r, int type, const void *head, size_t length)
{
	struct rtattr *attribute = put(r, type, head, length);

	r->open[r->depth++] = attribute;
}

static void unnest(struct request *r)
{
	r->depth--;
}

/* What is put from now on is for netkit to read. */
static void nest_netkit(struct request *r)
{
	nest(r, IFLA_LINKINFO, NULL, 0);
	put_string(r, IFLA_INFO_KIND, "netkit");
	nest(r, IFLA_INFO_DATA, NULL, 0);
}
)C";

inline constexpr std::string_view kAskRtnetlink = R"C(
static struct {
	struct nlmsghdr header;
	struct nlmsgerr error;
	char more[1024];
} answer;

/* In the network namespace that we are in. 0, or the error as a negative number. */
static int ask_rtnetlink(struct nlmsghdr *request)
{
	const int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), yes = 1;
	int failed;

	/* With a message beside an error, and without the request. Kernels that cannot do that do without. */
	setsockopt(netlink, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof(yes));
	setsockopt(netlink, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof(yes));
	memset(&answer, 0, sizeof(answer));
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	failed = send(netlink, request, request->nlmsg_len, 0) < 0 || recv(netlink, &answer, sizeof(answer), 0) < 0;
	if (failed)
		cannot("asking rtnetlink");
	close(netlink);
	return answer.error.error;
}
)C";

}  // namespace mprogcheck::repro::c_text

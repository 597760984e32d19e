// SPDX-License-Identifier: GPL-2.0-only
// Requests of rtnetlink, and devices.

/* A request about one device. */
struct request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	char attributes[512];
#ifdef NESTS
	/* Not sent: attributes that others are put into. */
	struct rtattr *open[5];
	int depth;
#endif
};

static __u64 answer[4096]; /* of rtnetlink, the last one */

/* 0, or an error below 0. */
static int ask(void *request)
{
	struct nlmsghdr *header = request, *reply = (void *)answer;
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	header->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(netlink, request, header->nlmsg_len, 0) < 0 ||
	    recv(netlink, answer, sizeof(answer), 0) < 0)
		err(2, "could not run: asking rtnetlink");
	close(netlink);
	return reply->nlmsg_type == NLMSG_ERROR ? ((struct nlmsgerr *)NLMSG_DATA(reply))->error : 0;
}

static void begin(struct request *r, int type, int flags)
{
	*r = (struct request){ .header = { NLMSG_LENGTH(sizeof(r->link)), type, flags, 0, 0 } };
}

static void put(struct request *r, int type, const void *value, size_t size)
{
	struct rtattr *attr = (void *)((char *)r + r->header.nlmsg_len);

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attr), value, size);
	r->header.nlmsg_len += RTA_SPACE(size);
#ifdef NESTS
	for (int i = 0; i < r->depth; i++)
		r->open[i]->rta_len = (char *)attr + RTA_SPACE(size) - (char *)r->open[i];
#endif
}

#define put_string(r, type, text) put(r, type, text, strlen(text) + 1)
#define put_u8(r, type, value) put(r, type, &(__u8){ value }, sizeof(__u8))
#define put_u16(r, type, value) put(r, type, &(__u16){ value }, sizeof(__u16))
#define put_u32(r, type, value) put(r, type, &(__u32){ value }, sizeof(__u32))

#ifdef NESTS
/* What is put from now on is inside. */
static void nest(struct request *r, int type, const void *head, size_t size)
{
	r->open[r->depth] = (void *)((char *)r + r->header.nlmsg_len);
	put(r, type, head, size);
	r->depth++;
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
#endif

static int need_netkit(int ret)
{
	if (ret == -EOPNOTSUPP)
		errx(2, "could not run: making a netkit device (Linux 6.7, CONFIG_NETKIT)");
	return ret;
}

/* A pair of netkit devices. */
static void make_pair(const char *name, const char *peer_name, __u32 mode)
{
	struct message {
		struct nlmsghdr header;
		struct ifinfomsg link;
		struct rtattr ifname;
		char name[IFNAMSIZ];
		struct rtattr info, kind;
		char netkit[8];
		struct rtattr data, mode_attr;
		__u32 mode;
		struct rtattr peer;
		struct ifinfomsg peer_link;
		struct rtattr peer_ifname;
		char peer_name[IFNAMSIZ];
	} r = {
		.header = { sizeof(r), RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0 },
		.ifname = { RTA_LENGTH(IFNAMSIZ), IFLA_IFNAME },
		.info = { sizeof(r) - offsetof(struct message, info), IFLA_LINKINFO },
		.kind = { RTA_LENGTH(8), IFLA_INFO_KIND },
		.netkit = "netkit",
		.data = { sizeof(r) - offsetof(struct message, data), IFLA_INFO_DATA },
		.mode_attr = { RTA_LENGTH(4), IFLA_NETKIT_MODE },
		.mode = mode,
		.peer = { sizeof(r) - offsetof(struct message, peer), IFLA_NETKIT_PEER_INFO },
		.peer_ifname = { RTA_LENGTH(IFNAMSIZ), IFLA_IFNAME },
	};

	strcpy(r.name, name);
	strcpy(r.peer_name, peer_name);
	need_netkit(ask(&r));
}

/* Closing a TAP removes the device; -1: a netkit, or none. A netkit has a peer. */
static int tap[DEVICES], wire_of[DEVICES];

/* A TAP device, or where the kernel has none, a netkit. */
static int make_device(int i)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	char wire[IFNAMSIZ];

	sprintf(r.ifr_name, "d%d", i);
	sprintf(wire, "wire%d", i);
	tap[i] = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (tap[i] < 0) {
		make_pair(r.ifr_name, wire, NETKIT_L2);
		wire_of[i] = if_nametoindex(wire);
	} else if (ioctl(tap[i], TUNSETIFF, &r)) {
		err(2, "could not run: making a TAP device");
	}
	return if_nametoindex(r.ifr_name);
}

static int remove_device(int i)
{
	struct request r;

	if (wire_of[i]) {
		begin(&r, RTM_DELLINK, 0);
		r.link.ifi_index = wire_of[i];
		wire_of[i] = 0;
		return ask(&r);
	}
	if (tap[i] < 0)
		return -ENODEV;
	close(tap[i]);
	tap[i] = -1;
	return 0;
}

/* Their descriptors would keep a namespace. */
static void close_taps(void)
{
	for (int i = 0; i < DEVICES; i++) {
		if (tap[i] >= 0)
			close(tap[i]);
		tap[i] = -1;
		wire_of[i] = 0;
	}
}

/* RTM_NEWQDISC or RTM_DELQDISC. */
static int change_qdisc(int ifindex, int type, int flags, const char *kind)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg qdisc;
		struct rtattr attr;
		char kind[8];
	} r = {
		.header = { .nlmsg_len = sizeof(r), .nlmsg_type = type, .nlmsg_flags = flags },
		/* At the same place as TC_H_INGRESS. */
		.qdisc = { .tcm_ifindex = ifindex, .tcm_parent = TC_H_CLSACT },
		.attr = { .rta_len = RTA_LENGTH(sizeof(r.kind)), .rta_type = TCA_KIND },
	};
	int result;

	if (kind)
		strcpy(r.kind, kind);
	else
		r.header.nlmsg_len = NLMSG_LENGTH(sizeof(r.qdisc));
	result = ask(&r);
	errno = -result;
	if (kind && result == -ENOENT)
		err(2, "could not run: making a qdisc, which needs CONFIG_NET_SCH_INGRESS "
		       "(modprobe sch_ingress)");
	return result;
}

// SPDX-License-Identifier: GPL-2.0-only
// Requests of rtnetlink, and devices.

/* A request about one device, which has attributes of that size. */
static struct {
	struct nlmsghdr header;
	struct ifinfomsg link;
	char attributes[512];
	int size;
} req;

/* Sends the request, and begins another one. 0, or an error below 0. */
static int ask(int type, int flags)
{
	int nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	req.header = (struct nlmsghdr){ NLMSG_LENGTH(sizeof(req.link)) + req.size, type,
					NLM_F_REQUEST | NLM_F_ACK | flags, 0, 0 };
	if (send(nl, &req, req.header.nlmsg_len, 0) < 0 || recv(nl, reply, sizeof(reply), 0) < 0)
		err(2, "could not run: asking rtnetlink");
	close(nl);
	memset(&req, 0, sizeof(req));
	return reply->nlmsg_type == NLMSG_ERROR ? ((struct nlmsgerr *)NLMSG_DATA(reply))->error : 0;
}

static struct rtattr *put(int type, const void *value, int size)
{
	struct rtattr *attr = (void *)(req.attributes + req.size);

	*attr = (struct rtattr){ .rta_len = RTA_LENGTH(size), .rta_type = type };
	memcpy(RTA_DATA(attr), value, size);
	req.size += RTA_SPACE(size);
	return attr;
}

#define put_string(type, text) put(type, text, strlen(text) + 1)
#define put_u8(type, value) put(type, &(__u8){ value }, sizeof(__u8))
#define put_u16(type, value) put(type, &(__u16){ value }, sizeof(__u16))
#define put_u32(type, value) put(type, &(__u32){ value }, sizeof(__u32))
#define end_nest(nest) ((nest)->rta_len = req.attributes + req.size - (char *)(nest))

/* Two devices, each the peer of the other. What tells of the peer has one number in all kinds. */
static int make_pair(const char *kind, const char *name, const char *peer_name)
{
	struct rtattr *info, *data, *peer;

	put_string(IFLA_IFNAME, name);
	info = put(IFLA_LINKINFO, "", 0);
	put_string(IFLA_INFO_KIND, kind);
	data = put(IFLA_INFO_DATA, "", 0);
	peer = put(IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg));
	put_string(IFLA_IFNAME, peer_name);
	end_nest(peer);
	end_nest(data);
	end_nest(info);
	return ask(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
}

/* A device of veth, or where the kernel has none, of netkit. */
static int make_device(const char *name, const char *peer_name)
{
	if (make_pair("veth", name, peer_name) && make_pair("netkit", name, peer_name))
		errx(2, "could not run: making a pair of veth devices");
	return if_nametoindex(name);
}

/* RTM_NEWQDISC or RTM_DELQDISC. At the place of ifinfomsg is tcmsg, which is longer. */
static int change_qdisc(int ifindex, int type, int flags, const char *kind)
{
	/* At the same place as TC_H_INGRESS. */
	struct tcmsg qdisc = { .tcm_ifindex = ifindex, .tcm_parent = TC_H_CLSACT };
	int result;

	memcpy((char *)&req + sizeof(req.header), &qdisc, sizeof(qdisc));
	req.size = sizeof(qdisc) - sizeof(req.link);
	if (kind)
		put_string(TCA_KIND, kind);
	result = ask(type, flags);
	if (kind && result == -ENOENT)
		errx(2, "could not run: making a qdisc, which needs CONFIG_NET_SCH_INGRESS "
			"(modprobe sch_ingress)");
	return result;
}

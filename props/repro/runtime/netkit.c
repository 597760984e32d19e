// SPDX-License-Identifier: GPL-2.0-only
// Devices as rtnetlink shows them. Which attributes of netkit are shown is generated.

/* An attribute of the device that was asked for last, or one in a nest of it. */
static const struct rtattr *find(const struct rtattr *nest, int type)
{
	const struct nlmsghdr *header = (const void *)answer;
	const struct rtattr *attr = nest ? RTA_DATA(nest) : IFLA_RTA(NLMSG_DATA(header));
	unsigned int size = nest ? RTA_PAYLOAD(nest) : IFLA_PAYLOAD(header);

	while (RTA_OK(attr, size) && (attr->rta_type & NLA_TYPE_MASK) != type)
		attr = RTA_NEXT(attr, size);
	return RTA_OK(attr, size) ? attr : NULL;
}

static int value_of(const struct rtattr *attr)
{
	const int size = attr ? RTA_PAYLOAD(attr) : 0;

	return size == 1 ? *(const __u8 *)RTA_DATA(attr) :
	       size == 2 ? *(const __u16 *)RTA_DATA(attr) :
	       size	 ? *(const int *)RTA_DATA(attr) :
			   0;
}

#ifdef DRAWN
static const char *address_of(const struct rtattr *attr)
{
	const __u8 *bytes = attr ? RTA_DATA(attr) : NULL;

	/* The kernel draws bytes that are local and not multicast: what we set has zeros there. */
	if (bytes && (bytes[0] & 3) == 2 && memcmp(bytes + 1, "\0\0\0\0", 4))
		return "random";
	return bytes ? ether_ntoa((const void *)bytes) : "none";
}
#else
#define address_of(attr) ether_ntoa(RTA_DATA(attr))
#endif

static const char *show(const char *name)
{
	static char text[512];
	const struct ifinfomsg *link = NLMSG_DATA(answer);
	char *end = text, peer[IFNAMSIZ] = "none";
	const struct rtattr *data, *attr;
	int index;

	put_string(IFLA_IFNAME, name);
	if (ask(RTM_GETLINK, 0))
		return "none";
	index = value_of(find(NULL, IFLA_LINK));
#ifdef TWO_SPACES
	if (index && find(NULL, IFLA_LINK_NETNSID))
		strcpy(peer, "elsewhere");
	else if (index && !if_indextoname(index, peer))
		strcpy(peer, "strange");
#else
	if (index && !if_indextoname(index, peer))
		strcpy(peer, "strange");
#endif
	end += sprintf(end, "%s%s%s address=%s mtu=%d link=%s",
		       link->ifi_flags & IFF_UP ? "up" : "down",
		       value_of(find(NULL, IFLA_CARRIER)) ? " carrier" : "",
		       link->ifi_flags & IFF_NOARP ? "" : " arp",
		       address_of(find(NULL, IFLA_ADDRESS)), value_of(find(NULL, IFLA_MTU)), peer);
	data = find(find(NULL, IFLA_LINKINFO), IFLA_INFO_DATA);
	for (int type = 0; type < (int)(sizeof(shown) / sizeof(*shown)); type++) {
		attr = shown[type] ? find(data, type) : NULL;
		if (attr)
			end += sprintf(end, " %s=%d", shown[type], value_of(attr));
	}
	return text;
}

/* A kernel may be too old for the last attributes: the `young` ones, from some one on. */
static void check_device(const char *name, const char *expected, const char *young)
{
	const char *seen = show(name);
	const size_t length = strlen(seen);
	char all[512];

	sprintf(all, "%s%s", expected, young);
	if (length >= strlen(expected) && !strncmp(all, seen, length) && strchr(" ", all[length]))
		all[length] = 0;
	check(name, all, seen);
}

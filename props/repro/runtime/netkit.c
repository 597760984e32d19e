// SPDX-License-Identifier: GPL-2.0-only
// Devices as rtnetlink shows them. Which attributes of netkit are shown is generated.

/* An attribute of the device that was asked for last, or one in a nest of it. */
static const struct rtattr *find(const struct rtattr *nest, int type)
{
	const struct rtattr *attr = nest ? RTA_DATA(nest) : IFLA_RTA(NLMSG_DATA(reply));
	unsigned int size = nest ? RTA_PAYLOAD(nest) : IFLA_PAYLOAD(reply);

	while (RTA_OK(attr, size) && (attr->rta_type & NLA_TYPE_MASK) != type)
		attr = RTA_NEXT(attr, size);
	return RTA_OK(attr, size) ? attr : NULL;
}

static int value_of(const struct rtattr *attr)
{
	static const int none;
	const void *at = attr ? RTA_DATA(attr) : &none;
	const int size = attr ? RTA_PAYLOAD(attr) : sizeof(none);

	return size == 1 ? *(const __u8 *)at : size == 2 ? *(const __u16 *)at : *(const int *)at;
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

/* A kernel may be too old for the last attributes, those with '~': from some one on. */
static void check_device(const char *name, const char *expected)
{
	const struct ifinfomsg *link = NLMSG_DATA(reply);
	char seen[512] = "none", *end = seen, peer[IFNAMSIZ] = "none";
	const struct rtattr *data, *attr;
	int index;

	put_string(IFLA_IFNAME, name);
	if (ask(RTM_GETLINK, 0)) {
		check(name, expected, seen);
		return;
	}
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
	for (size_t type = 2; type < sizeof(shown) / sizeof(*shown); type++) {
		attr = find(data, type);
		if (attr)
			end += sprintf(end, " %s=%d", shown[type], value_of(attr));
	}
	if (end - seen >= (long)strcspn(expected, "~") - 1 && strchr(" ", expected[end - seen]) &&
	    !strncmp(seen, expected, end - seen))
		expected = seen;
	check(name, expected, seen);
}

// SPDX-License-Identifier: GPL-2.0-only
// Devices as rtnetlink shows them. Which attributes of netkit are shown is generated.

/* Of 6 bytes, so that more can be sent. */
static const __u8 addresses[][10] = {
	{ 0 },
	{ 2, 0, 0, 0, 0, 0xa },
	{ 2, 0, 0, 0, 0, 0xb },
	{ 1, 0, 0x5e, 0, 0, 1 },
};

static const struct rtattr *find(const void *attrs, unsigned int size, int type)
{
	const struct rtattr *attr = attrs;

	for (; RTA_OK(attr, size); attr = RTA_NEXT(attr, size))
		if ((attr->rta_type & NLA_TYPE_MASK) == type)
			return attr;
	return NULL;
}

static const struct rtattr *find_in(const struct rtattr *nest, int type)
{
	return nest ? find(RTA_DATA(nest), RTA_PAYLOAD(nest), type) : NULL;
}

static int value_of(const struct rtattr *attr)
{
	const void *value = attr ? RTA_DATA(attr) : NULL;

	if (!attr)
		return 0;
	if (RTA_PAYLOAD(attr) == 1)
		return *(const __u8 *)value;
	return RTA_PAYLOAD(attr) == 2 ? *(const __u16 *)value : *(const int *)value;
}

/* Whether there is such a device in the namespace that we are in. */
static int get_link(const char *name)
{
	put_string(IFLA_IFNAME, name);
	return ask(RTM_GETLINK, 0) == 0;
}

/* Of the device that was got last. */
static const struct rtattr *link_attr(int type)
{
	const struct nlmsghdr *header = (const void *)answer;

	return find(IFLA_RTA(NLMSG_DATA(header)), IFLA_PAYLOAD(header), type);
}

static const char *address_name(const struct rtattr *attr)
{
	static const char *const known[] = { "zero", "a", "b", "multicast" };
	const __u8 *bytes = attr ? RTA_DATA(attr) : NULL;

	if (!bytes || RTA_PAYLOAD(attr) != 6)
		return "strange";
	for (int i = 0; i < 4; i++)
		if (memcmp(bytes, addresses[i], 6) == 0)
			return known[i];
	return (bytes[0] & 3) == 2 ? "random" : "strange"; /* local, and not multicast */
}

static const char *peer_of_link(void)
{
	static char name[IFNAMSIZ];
	int index = value_of(link_attr(IFLA_LINK));

	if (!index || link_attr(IFLA_LINK_NETNSID))
		return index ? "elsewhere" : "none";
	return if_indextoname(index, name) ? name : "strange";
}

static const char *show(const char *name)
{
	static char text[512];
	const struct ifinfomsg *link = NLMSG_DATA(answer);
	const struct rtattr *data;
	char *end = text;

	if (!get_link(name))
		return "none";
	data = find_in(link_attr(IFLA_LINKINFO), IFLA_INFO_DATA);
	end += sprintf(
		end, "%s%s%s address=%s mtu=%d link=%s", link->ifi_flags & IFF_UP ? "up" : "down",
		value_of(link_attr(IFLA_CARRIER)) ? " carrier" : "",
		link->ifi_flags & IFF_NOARP ? "" : " arp", address_name(link_attr(IFLA_ADDRESS)),
		value_of(link_attr(IFLA_MTU)), peer_of_link());
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct rtattr *attr = find_in(data, shown[i].type);

		end += sprintf(end, attr ? " %s=%d" : " %s=?", shown[i].name, value_of(attr));
	}
	return text;
}

/* An attribute that the kernel does not show may be too young for it, if it is marked so: '~'. */
static void check_device(const char *name, const char *expected)
{
	const char *seen = show(name), *s = seen, *e = expected;

	while (*s && *e) {
		if (*e == '~')
			e++;
		if (*s == '?' && e > expected && e[-1] == '~')
			e += strcspn(e, " "), s++;
		else if (*s++ != *e++)
			break;
	}
	check(name, *s || *e ? expected : seen, seen);
}

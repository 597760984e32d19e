// SPDX-License-Identifier: GPL-2.0-only
// A packet from a netkit device to its peer.

/* What the packets of a namespace carry from now on. */
static void carry(int packets, int mark, int priority)
{
	if (setsockopt(packets, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) ||
	    setsockopt(packets, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority)))
		err(2, "could not run: saying what a packet carries");
}

/* By then the kernel has done all that follows from a link that is on, or off. */
#ifdef TWO_SPACES
static struct rtnl_link_stats64 counters_of(int space, int ifindex)
#else
static struct rtnl_link_stats64 counters_of(int ifindex)
#endif
{
	const struct rtattr *attr = IFLA_RTA(NLMSG_DATA(reply));

#ifdef TWO_SPACES
	enter(space);
#endif
	req.link.ifi_index = ifindex;
	ask(RTM_GETLINK, 0);
#ifdef TWO_SPACES
	enter(n0);
#endif
	while (attr->rta_type != IFLA_STATS64)
		attr = (const void *)attr + RTA_ALIGN(attr->rta_len);
	return *(const struct rtnl_link_stats64 *)RTA_DATA(attr);
}

/* From one side to the other, where it is waited for so many milliseconds. */
#ifdef TWO_SPACES
static int send_frame(int space, int from, int space_there, int to, int bytes, int patience)
#else
static int send_frame(int from, int to, int bytes, int patience)
#endif
{
	static __u8 sent[100000] = { [0 ... 5] = 0xff, 2, [12] = 0x88, 0xb5 }, got[200000];
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_ifindex = from };
	socklen_t size = sizeof(at);
#ifdef TWO_SPACES
	struct rtnl_link_stats64 was = counters_of(space, from), is;
	struct rtnl_link_stats64 was_there = counters_of(space_there, to), is_there;
	struct pollfd arrivals[] = { { sockets[n0], POLLIN, 0 }, { sockets[n1], POLLIN, 0 } };
	const char *what;
	int ret, where;
#else
	struct rtnl_link_stats64 was = counters_of(from), was_there = counters_of(to), is, is_there;
	const char *what;
	int ret;
#endif

	for (int i = 14; i < bytes; i++)
		sent[i] = i;
#ifdef SEVERAL
	sent[11]++; /* each is another one, even if it is all head */
#ifdef TWO_SPACES
	for (int i = 0; i < SPACES; i++)
		while (recv(sockets[i], got, sizeof(got), MSG_DONTWAIT) >= 0)
			; /* leftovers */
#else
	while (recv(packet_socket, got, sizeof(got), MSG_DONTWAIT) >= 0)
		; /* leftovers */
#endif
#endif
#ifdef TWO_SPACES
	ret = sendto(sockets[space], sent, bytes, 0, (void *)&at, size) < 0 ? -errno : 0;
	poll(arrivals, SPACES, ret ? 200 : patience);
	where = arrivals[n1].revents ? n1 : n0;
	if (!arrivals[where].revents)
		what = "dropped";
	else if (recvfrom(sockets[where], got, sizeof(got), 0, (void *)&at, &size) != bytes ||
		 memcmp(got, sent, bytes))
		what = "changed";
#ifdef REDIRECTS
	else if (at.sll_ifindex == LOOPBACK)
		what = where == n0 ? "redirected in n0" : "redirected in n1";
#endif
	else
		what = where == space_there && at.sll_ifindex == to ? "passed" : "astray";
	is = counters_of(space, from);
	is_there = counters_of(space_there, to);
#else
	ret = sendto(packet_socket, sent, bytes, 0, (void *)&at, size) < 0 ? -errno : 0;
	if (!poll(&(struct pollfd){ packet_socket, POLLIN, 0 }, 1, ret ? 200 : patience))
		what = "dropped";
	else if (recvfrom(packet_socket, got, sizeof(got), 0, (void *)&at, &size) != bytes ||
		 memcmp(got, sent, bytes))
		what = "changed";
#ifdef REDIRECTS
	else if (at.sll_ifindex == LOOPBACK)
		what = "redirected in n0";
#endif
	else
		what = at.sll_ifindex == to ? "passed" : "astray";
	is = counters_of(from);
	is_there = counters_of(to);
#endif
	sprintf(fate, "%s, sent %lld of %lld bytes, dropped %lld, received %lld of %lld bytes",
		what, is.tx_packets - was.tx_packets, is.tx_bytes - was.tx_bytes,
		is.tx_dropped - was.tx_dropped, is_there.rx_packets - was_there.rx_packets,
		is_there.rx_bytes - was_there.rx_bytes);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-only
// More of the text that C reproducers share (see c_core.hpp): two network namespaces, of which the
// program is in n0 unless it says otherwise.
#pragma once

#include <string_view>

namespace mprogcheck::repro::c_text {

inline constexpr std::string_view kSpaces = R"C(
/* Network namespaces. We are in n0 but for single calls. */
enum { n0, n1, SPACES };

static int space_fd[SPACES];

static void enter(int space)
{
	if (setns(space_fd[space], CLONE_NEWNET))
		cannot("entering a network namespace");
}
)C";

// Where packets are counted.
inline constexpr std::string_view kSilence = R"C(
/* IPv6 would send packets of its own. */
static void silence(void)
{
	static const char *const files[] = {
		"/proc/sys/net/ipv6/conf/all/disable_ipv6", "/proc/sys/net/ipv6/conf/default/disable_ipv6"
	};

	for (int i = 0; i < 2; i++) {
		int fd = open(files[i], O_WRONLY);

		if (fd < 0 && errno == ENOENT)
			continue; /* a kernel without */
		if (fd < 0 || write(fd, "1", 1) != 1)
			cannot("turning IPv6 off in a network namespace of our own");
		close(fd);
	}
}

static int packets_of[SPACES]; /* sockets where those of ours arrive */

/* They stand behind tcx ingress, and do not see what is sent. */
static void listen_in(int space)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	packets_of[space] = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETHERTYPE));
	if (packets_of[space] < 0)
		cannot("opening a packet socket");
	if (ioctl(packets_of[space], SIOCSIFFLAGS, &loopback))
		cannot("setting the loopback device up");
}
)C";

inline constexpr std::string_view kOpenSpace = R"C(
/* Makes a new one, and goes there. */
static void open_space(int space)
{
	if (unshare(CLONE_NEWNET))
		cannot("making a network namespace");
	space_fd[space] = open("/proc/thread-self/ns/net", O_RDONLY);
	if (space_fd[space] < 0)
		cannot("opening a network namespace");
)C";

inline constexpr std::string_view kOpenSpaceToListen = R"C(	silence();
	listen_in(space);
)C";

inline constexpr std::string_view kOpenSpaceEnd = R"C(}
)C";

inline constexpr std::string_view kEndSpace = R"C(
/* It goes with all that is in it. In its place there is another one, with nothing in it. */
static int end_space(int space)
{
	int witness;

	enter(space);
	witness = make_witness();
)C";

inline constexpr std::string_view kEndTaps = R"C(	if (space == n0)
		close_taps();
)C";

inline constexpr std::string_view kEndPackets = R"C(	if (space == n0)
		close(packet_socket);
)C";

inline constexpr std::string_view kEndListening = R"C(	close(packets_of[space]);
)C";

inline constexpr std::string_view kEndSpaceEnd = R"C(	close(space_fd[space]);
	open_space(space);
	enter(n0);
	wait_until_orphaned(witness);
	return 0;
}
)C";

}  // namespace mprogcheck::repro::c_text

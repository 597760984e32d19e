// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/netns.hpp"

#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr std::int32_t kLoopback = 1;  // in every namespace

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

Descriptor here() {
  Descriptor file(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) cannot("open /proc/thread-self/ns/net");
  return file;
}

// What stands in /proc/sys/net is of the namespace that the calling thread is in.
void do_without_ipv6() {
  const Descriptor all(::open("/proc/sys/net/ipv6/conf/all/disable_ipv6", O_WRONLY | O_CLOEXEC));
  const bool done = all.is_open() && ::write(all.number(), "1", 1) == 1;
  (void)done;  // a kernel without IPv6, or a /proc that is not to be written: then so be it
}

}  // namespace

Netns::Netns() : file(here()) {
  do_without_ipv6();
  Message up(RTM_SETLINK);
  up.about(kLoopback, true);
  const Errno error = netlink.request(up);
  errno = static_cast<int>(error);
  if (error != Errno::ok) cannot("set the loopback device of a namespace up");
}

ScopedNetns::ScopedNetns(const Netns& home) : home_(home) {
  if (::unshare(CLONE_NEWNET) != 0) cannot("make a network namespace");
}

ScopedNetns::ScopedNetns(const Netns& home, const Netns& to) : home_(home) {
  if (::setns(to.file.number(), CLONE_NEWNET) != 0) cannot("enter a network namespace");
}

ScopedNetns::~ScopedNetns() {
  ::setns(home_.file.number(), CLONE_NEWNET);
}

std::unique_ptr<Netns> make_netns(const Netns& home) {
  const ScopedNetns scope(home);
  return std::make_unique<Netns>();
}

}  // namespace mprogcheck::kernel

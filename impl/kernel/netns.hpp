// SPDX-License-Identifier: GPL-2.0-only
// A network namespace of ours, and what is opened in it once for all that is done there.
#pragma once

#include <memory>
#include <optional>

#include "impl/descriptor.hpp"
#include "impl/kernel/netlink.hpp"
#include "impl/kernel/packet.hpp"

namespace mprogcheck::kernel {

// Its loopback device is up. It has no IPv6, as far as that can be told it, since that sends
// packets of its own, which would be counted.
struct Netns {
  Netns();  // the one that the calling thread is in, which has to be ours. Throws CannotRun

  Descriptor file;
  Netlink netlink;
  Packets packets;

  // For generic families; opened when it is first used, by a thread that is there.
  Netlink& generic() {
    if (!generic_) generic_.emplace(Netlink::Protocol::generic);
    return *generic_;
  }

 private:
  std::optional<Netlink> generic_;
};

// The calling thread, which is at home, is elsewhere until this goes.
class ScopedNetns {
 public:
  explicit ScopedNetns(const Netns& home);          // in a new namespace. Throws CannotRun
  ScopedNetns(const Netns& home, const Netns& to);  // throws CannotRun
  ~ScopedNetns();
  ScopedNetns(const ScopedNetns&) = delete;
  ScopedNetns& operator=(const ScopedNetns&) = delete;

 private:
  const Netns& home_;
};

// A new namespace; the thread stays at home. Throws CannotRun.
std::unique_ptr<Netns> make_netns(const Netns& home);

}  // namespace mprogcheck::kernel

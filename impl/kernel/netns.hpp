// SPDX-License-Identifier: GPL-2.0-only
// A network namespace of ours, and the sockets that are opened in it once.
#pragma once

#include <memory>
#include <optional>

#include "impl/descriptor.hpp"
#include "impl/kernel/netlink.hpp"
#include "impl/kernel/packet.hpp"

namespace mprogcheck::kernel {

// The loopback device is up. IPv6 is switched off as far as possible, because it sends packets of
// its own, which would be counted.
struct Netns {
  Netns();  // that of the calling thread, which must be ours. Throws CannotRun

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

// Moves the calling thread from its home to another network namespace for the life of this object.
class ScopedNetns {
 public:
  explicit ScopedNetns(const Netns& home);          // a new one. Throws CannotRun
  ScopedNetns(const Netns& home, const Netns& to);  // throws CannotRun
  ~ScopedNetns();
  ScopedNetns(const ScopedNetns&) = delete;
  ScopedNetns& operator=(const ScopedNetns&) = delete;

 private:
  const Netns& home_;
};

// Creates a network namespace; the thread stays in `home`. Throws CannotRun.
std::unique_ptr<Netns> make_netns(const Netns& home);

}  // namespace mprogcheck::kernel

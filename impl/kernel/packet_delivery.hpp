// SPDX-License-Identifier: GPL-2.0-only
// Sends one packet out of a netkit device and observes its delivery: a packet socket in the network
// namespace of the other side receives it, or one at the loopback device if it was redirected; the
// programs note that they ran on it; the devices count it.
#pragma once

#include <cstdint>
#include <vector>

#include "impl/kernel/netns.hpp"
#include "impl/kernel/programs.hpp"
#include "model/words/observation.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

// A device by its name in the trace and by its place at the moment.
struct Endpoint {
  Netns* netns = nullptr;  // null: there is none
  std::uint32_t ifindex = 0;
  std::uint8_t device = kNoDevice;
};

class PacketDelivery {
 public:
  // Sends the packet of `op` and waits for it, unless it is seen to be dropped. `other` may be
  // none. Throws CannotRun.
  void send(const Operation& op, const Endpoint& from, const Endpoint& other, Programs& programs,
            Observation& seen);

 private:
  std::vector<std::uint8_t> frame_;
  std::uint64_t sequence_ = 0;
};

}  // namespace mprogcheck::kernel

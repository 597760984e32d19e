// SPDX-License-Identifier: GPL-2.0-only
// One packet out of a netkit device, and what becomes of it: a packet socket in the namespace of
// the other side sees it arrive, or one at the loopback device where it was redirected; programs
// note that they met it; the devices count it.
#pragma once

#include <cstdint>
#include <vector>

#include "impl/kernel/netns.hpp"
#include "impl/kernel/programs.hpp"
#include "model/words/observation.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

// One end of the way: a device by its name in the trace and by what it is called now.
struct Endpoint {
  Netns* netns = nullptr;  // null: there is none
  std::uint32_t ifindex = 0;
  std::uint8_t device = kNoDevice;
};

class PacketDelivery {
 public:
  // Sends what `op` says from end to end, and waits for it as long as nothing tells that it was
  // dropped. `other` may be none. Throws CannotRun.
  void send(const Operation& op, const Endpoint& from, const Endpoint& other, Programs& programs,
            Observation& seen);

 private:
  std::vector<std::uint8_t> frame_;
  std::uint64_t sequence_ = 0;
};

}  // namespace mprogcheck::kernel

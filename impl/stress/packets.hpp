// SPDX-License-Identifier: GPL-2.0-only
// The packets of a stress cross a pair of devices, and the programs they meet are logged.
#pragma once

#include <cstdint>
#include <vector>

#include "impl/kernel/programs.hpp"
#include "impl/stress/worker.hpp"

namespace mprogcheck::kernel {

class StressPackets {
 public:
  // Only this process may use the notes of the programs.
  StressPackets(Worker& worker, Programs& programs) : worker_(worker), programs_(programs) {}

  // Sends a packet on the device and returns whether it arrives on the other side. An emulated
  // machine may stand still meanwhile, so the limit is a number of looks and not a time.
  bool crosses(std::uint8_t from, int looks = 4000);
  // Sends a packet that need not arrive.
  void send(std::uint8_t from);
  // Notes whom the packet met that has throughput from there between these moments: where these are
  // others than were noted last of that list, or in any case.
  void note(std::uint8_t from, Stamp stamp, bool in_any_case);

 private:
  struct Met {
    Point point;
    std::vector<std::uint32_t> progs;
  };
  void note(Met& last, std::vector<std::uint32_t> progs, Stamp stamp, bool in_any_case);

  Worker& worker_;
  Programs& programs_;
  std::uint64_t sequence_ = 0;
  Met egress_{{0, Hook::egress}, {}}, primary_{{0, Hook::primary}, {}},
      ingress_{{0, Hook::ingress}, {}};
};

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
// Measures how fast packets cross a pair of devices with so many programs, in turn over the
// kernel's own netkit and over the pair of our module. For benchmarks only.
#pragma once

#include <cstdint>

namespace mprogcheck::kernel {

struct PairThroughput {
  double netkit = 0, module = 0;  // seconds, each for all packets
};

// Runs in the network namespace of the calling thread, which must be ours; the module must be
// loaded. Packets are the shortest frames of ethernet; each program returns TCX_NEXT, and the
// policy is pass. All packets must arrive. Throws CannotRun.
PairThroughput measure_pair_throughput(std::uint32_t programs, std::uint32_t packets);

}  // namespace mprogcheck::kernel

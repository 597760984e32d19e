// SPDX-License-Identifier: GPL-2.0-only
// How soon packets cross a pair of devices with so many programs on the way: over the kernel's own
// netkit and over our module's pair, by turns. For benchmarks only.
#pragma once

#include <cstdint>

namespace mprogcheck::kernel {

struct PairThroughput {
  double netkit = 0, module = 0;  // seconds, each for all packets
};

// In the namespace that the calling thread is in, which has to be ours and where the module is.
// Packets are the shortest frames of ethernet; each program says next, and the policy is pass. All
// that are sent have to arrive. Throws CannotRun.
PairThroughput measure_pair_throughput(std::uint32_t programs, std::uint32_t packets);

}  // namespace mprogcheck::kernel

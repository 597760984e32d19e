// SPDX-License-Identifier: GPL-2.0-only
// The system calls of a trace and nothing else: no bookkeeping, no snapshots. What the target
// `kernel` costs beside the kernel itself is measured against this. For benchmarks only.
#pragma once

#include <cstdint>

#include "model/trace.hpp"

namespace mprogcheck::kernel {

struct BareResult {
  std::uint64_t calls = 0;  // of bpf(2) and close(2)
  double seconds = 0;       // in these calls and the loop around them
};

// Runs the trace so many times, each from a fresh start, in a namespace of its own. Throws
// CannotRun, also for a trace that removes devices or sends packets.
BareResult run_bare(const Trace& trace, std::uint32_t rounds);

}  // namespace mprogcheck::kernel

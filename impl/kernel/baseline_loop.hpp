// SPDX-License-Identifier: GPL-2.0-only
// The system calls of a trace and nothing else: no bookkeeping, no snapshots. What the target
// `kernel` costs beside the kernel itself is measured against this. For benchmarks only.
#pragma once

#include <cstdint>
#include <optional>

#include "impl/kernel/fixture.hpp"
#include "impl/kernel/netns_thread.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck::kernel {

struct BaselineResult {
  std::uint64_t calls = 0;  // of bpf(2) and close(2)
  double seconds = 0;       // in these calls and the loop around them
  // In what each round needs before and after: lists as new, and the programs that it closes.
  double around = 0;
};

// In a namespace of its own, with programs and devices as the target has them.
class BaselineLoop {
 public:
  explicit BaselineLoop(bool reuse = false);  // of devices. Throws CannotRun
  ~BaselineLoop();

  // Runs the trace so many times, each from a fresh start. Throws CannotRun, also for a trace that
  // removes devices or sends packets.
  BaselineResult run(const Trace& trace, std::uint32_t rounds);

 private:
  NetnsThread thread_;
  std::optional<SharedResources> shared_;
};

}  // namespace mprogcheck::kernel

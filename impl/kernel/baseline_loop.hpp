// SPDX-License-Identifier: GPL-2.0-only
// The system calls of a trace and nothing else: no bookkeeping, no snapshots. Benchmarks compare
// the target `kernel` with it, to see what the target costs beside the kernel itself.
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
  double around = 0;        // in the set-up and clean-up of each round: new lists and programs
};

// Runs in a network namespace of its own, with the same programs and devices as the target.
class BaselineLoop {
 public:
  explicit BaselineLoop(bool reuse = false);  // of devices. Throws CannotRun
  ~BaselineLoop();

  // Whether the operation is one plain call of bpf(2) or close(2).
  static bool can_run(const Operation& op);

  // Runs the trace so many times, each from a fresh start. Throws CannotRun, also where it cannot
  // run one of the operations.
  BaselineResult run(const Trace& trace, std::uint32_t rounds);

 private:
  NetnsThread thread_;
  std::optional<SharedResources> shared_;
};

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
// The core and all that a trace can name in it. There are two builds of it: one of impl/core as it
// is, which the target `impl` runs, and one of the copy in which slips are planted (impl/faults),
// which `impl:FAULT` runs.
#pragma once

#include <cstdint>
#include <memory>

#include "impl/target.hpp"

namespace mprogcheck {

class CoreEnvironment {
 public:
  virtual ~CoreEnvironment() = default;
  // Starts afresh.
  virtual void begin(const Header& header) = 0;
  virtual void apply(const Operation& op, Observation& observation) = 0;
  // Runs the operation and looks at nothing but its error.
  virtual Errno apply_unobserved(const Operation& op) = 0;
  // Whether updates wait for a grace period, from the next begin() on.
  virtual void wait_for_readers(bool wait) = 0;
};

namespace inprocess {
std::unique_ptr<CoreEnvironment> make_environment();
}

// Compiled from the same files; see CMakeLists.txt.
namespace inprocess_planted {
std::unique_ptr<CoreEnvironment> make_environment();
}

}  // namespace mprogcheck

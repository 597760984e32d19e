// SPDX-License-Identifier: GPL-2.0-only
// For tests: what a target that conforms answers.
#pragma once

#include <vector>

#include "model/words/trace.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {

// An observation for each operation of the trace, as the model predicts it.
inline std::vector<Observation> predicted(const Trace& trace) {
  World world;
  world.reset(trace.header);
  std::vector<Observation> seen;
  Prediction p;
  for (const Operation& op : trace.operations) {
    world.step(op, p);
    seen.push_back(p.observation);
  }
  return seen;
}

}  // namespace mprogcheck

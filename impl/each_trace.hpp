// SPDX-License-Identifier: GPL-2.0-only
// Runs traces so that one that cannot be run does not stop the others.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "impl/target.hpp"

namespace mprogcheck {

class EachTrace {
 public:
  explicit EachTrace(Target& target) : target_(target) {}

  // As Target::run, but where the target fails, each trace is run again by itself. The result says
  // of each why it could not be run, or nothing where it was; seen[i] is empty of the former.
  // Throws CannotRun if three traces one after the other, run by themselves, could not be run: then
  // it is the target.
  std::vector<std::string> run(std::span<const Trace> traces,
                               std::vector<std::vector<Observation>>& seen);

 private:
  std::string run_alone(const Trace& trace, std::vector<Observation>& seen);

  static constexpr unsigned kMostInARow = 3;
  Target& target_;
  unsigned failed_in_a_row_ = 0;
};

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Rounds of a stress: what each is like, and what is to be said of what came of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/stress/limits.hpp"
#include "impl/target.hpp"
#include "props/stress/linearize.hpp"

namespace mprogcheck {

// A round as varied as the target allows; processes and calls are the caller's to say. A kernel of
// its own is treated gently where it is known to let revisions return, which every round would find
// once more.
StressOptions draw_round(std::uint64_t seed, Dialect dialect, const Capabilities& can,
                         bool revisions_return = true);

struct JudgedRound {
  History history;  // as far as it is needed to see what is refused, if anything is
  Linearization linearization;
  // Each a finding: an answer that no order explains, references that are left, packets lost.
  std::vector<std::string> findings;
};

// `file` is what lines are said to be of. Throws ParseError where the history is none.
JudgedRound judge(const StressRound& round, const std::string& file);

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// What is already known of a target: deviations kept as traces, each with its reason.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "impl/target.hpp"

namespace mprogcheck {

struct Known {
  std::map<std::string, std::string> reasons;  // by bucket
  std::vector<Trace> gone;                     // those the target shows no longer
};

// Runs the traces, which must be ones the target can run.
Known known_of(Target& target, const std::vector<Trace>& traces);

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// What is already known of a target: deviations kept as traces, each with its reason.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/target.hpp"
#include "model/judge/check.hpp"

namespace mprogcheck {

// Whether a known deviation is one of that target.
bool is_of(const Trace& known, std::string_view target);

struct Known {
  std::map<std::string, std::string> reasons;                // by bucket
  std::map<std::string, std::pair<Deviation, Trace>> shown;  // by bucket, as the target shows it
  std::vector<Trace> gone;                                   // those the target shows no longer
};

// Runs the traces, which must be ones the target can run.
Known known_of(Target& target, const std::vector<Trace>& traces);

}  // namespace mprogcheck

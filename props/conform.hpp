// SPDX-License-Identifier: GPL-2.0-only
// The directed suite on a target: what became of every clause.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "impl/target.hpp"
#include "model/check.hpp"

namespace mprogcheck {

// One clause of one command, over all traces in which it decided.
struct ClauseResult {
  std::uint64_t decided = 0, precedence = 0, promise = 0;
};

// The first trace of the suite in which a target deviates so, cut off behind the deviation.
struct Example {
  Deviation deviation;
  Trace trace;
  std::uint64_t times = 0;  // traces that show it
};

struct Conformance {
  std::string target;
  std::uint64_t traces = 0, operations = 0;
  std::map<std::string, std::uint64_t> not_run;  // traces, by the reason
  double seconds = 0;
  // By dialect, command and clause, as in "mainline attach insert.full".
  std::map<std::string, ClauseResult> clauses;
  std::map<std::string, Example> deviations;  // by bucket
  bool conforms() const { return deviations.empty(); }
};

// Runs all of `suite` that the target can run. `unsupported` says why not, or nothing.
Conformance conform(
    Target& target, const std::vector<Trace>& suite,
    const std::function<std::string(const Trace&, const Capabilities&)>& unsupported,
    const std::function<void(const std::string&)>& progress);

}  // namespace mprogcheck

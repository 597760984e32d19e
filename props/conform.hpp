// SPDX-License-Identifier: GPL-2.0-only
// The directed suite on a target: what became of every clause.
#pragma once

#include <functional>
#include <map>
#include <optional>
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
  std::string known;        // the reason, if it is known already
};

struct Conformance {
  std::string target;
  std::uint64_t traces = 0, operations = 0;
  std::map<std::string, std::uint64_t> not_run;  // traces, by the reason
  double seconds = 0;
  // By dialect, command and clause, as in "mainline attach insert.full".
  std::map<std::string, ClauseResult> clauses;
  std::map<std::string, Example> deviations;  // by bucket
  std::vector<Trace> gone;                    // known deviations that it shows no longer
  bool conforms() const;                      // nothing but known deviations, and all of those
};

// What is to be seen of the lists a trace leaves behind: queries with room for all, one and none
// too few; and the end of the device. Nothing is added where the last operation changed nothing.
Trace looked_at(const Trace& trace);
// The same on egress for ingress, and the other way round.
Trace other_direction(const Trace& trace);
// Instead of looking, packets through the list it leaves; nothing where no two programs stand
// there.
std::optional<Trace> run_through(const Trace& trace);

// Runs all of `suite` that the target can run. `unsupported` says why not, or nothing; `known` are
// deviations of this target that are known already.
Conformance conform(
    Target& target, const std::vector<Trace>& suite, const std::vector<Trace>& known,
    const std::function<std::string(const Trace&, const Capabilities&)>& unsupported,
    const std::function<void(const std::string&)>& progress);

}  // namespace mprogcheck

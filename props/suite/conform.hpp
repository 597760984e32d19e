// SPDX-License-Identifier: GPL-2.0-only
// The directed suite on a target: what became of every clause.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "impl/target.hpp"
#include "model/judge/check.hpp"
#include "props/search/known.hpp"

namespace mprogcheck {

// One clause of one command, over all traces in which it decided.
struct ClauseResult {
  std::uint64_t decided = 0, precedence = 0, promise = 0, code = 0;  // as Breach has them
};

// The first trace of the suite in which a target deviates so, cut off behind the deviation.
struct Example {
  Deviation deviation;
  Trace trace;
  std::uint64_t times = 0;                          // traces that show it
  std::string known;                                // the reason, if it is known already
  bool elsewhere = false;                           // on other releases alone
  std::optional<std::pair<Deviation, Trace>> kept;  // then, as the file of known ones shows it
  // By what was seen, or as the reason has it.
  bool security = false;
  std::string console;  // what the kernel said then
};

// A clause that decides in traces the target could not run.
struct NotAsked {
  std::uint64_t traces = 0;
  std::string why;  // of the first of them
};

struct Conformance {
  std::string target;
  Capabilities can;
  Binding binding{};
  // Why the target failed before the end, if it did. What was seen until then stands.
  std::string broke_off;
  std::uint64_t traces = 0, operations = 0;
  std::map<std::string, std::uint64_t> not_run;  // traces, by the reason
  double seconds = 0;
  // By dialect, command and clause, as in "mainline attach insert.full".
  std::map<std::string, ClauseResult> clauses;
  std::map<std::string, NotAsked> not_asked;  // by the same name
  std::map<std::string, Example> deviations;  // by bucket
  Known known;                                // those it shows, and those it shows no longer
  Tally tally() const;                        // of the deviations
  bool strict = false;                        // what differs from code alone counts as well
  bool deviates() const;                      // in a way that is not known
  // Nothing but known deviations, all that are known of it by its name, and nothing left undone.
  bool conforms() const;
};

// "mainline attach insert.full"
std::string clause_name(Dialect dialect, Verb verb, std::string_view clause);

// What is to be seen of the lists a trace leaves behind: queries with room for all, one and none
// too few; and the end of the device. Nothing is added where the last operation changed nothing.
Trace looked_at(const Trace& trace);
// The same on egress for ingress, and the other way round.
Trace other_direction(const Trace& trace);
// Instead of looking, packets through the list it leaves; nothing where no two programs stand
// there.
std::optional<Trace> run_through(const Trace& trace);

// The clauses that decide in a trace that the target can run, as in "attach/insert.full": those
// that it could be asked about.
std::set<std::string> askable(const std::vector<Trace>& suite, Dialect dialect,
                              const Capabilities& can);

// Runs all that the target can run of the traces of known deviations, of whatever targets, and of
// `suite`; where the target fails on the way, that is in the result.
Conformance conform(Target& target, const std::vector<Trace>& suite,
                    const std::vector<Trace>& known,
                    const std::function<void(const std::string&)>& progress);

}  // namespace mprogcheck

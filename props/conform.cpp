// SPDX-License-Identifier: GPL-2.0-only
#include "props/conform.hpp"

#include <algorithm>
#include <chrono>

#include "model/text.hpp"

namespace mprogcheck {
namespace {

std::string name_of(Dialect dialect, Verb verb, std::string_view clause) {
  return std::string(word(dialect)) + " " + std::string(word(verb)) + " " + std::string(clause);
}

void judge(const Trace& trace, std::span<const Observation> seen, Conformance& out) {
  const Verdict verdict = check(trace, seen);
  World world;
  world.reset(trace.header);
  Prediction p;
  for (std::size_t i = 0; i < verdict.judged; ++i) {
    const Operation& op = trace.operations[i];
    world.step(op, p);
    const Clause& decided = clauses_of(trace.header.dialect, op.verb)[p.decision.rule];
    ++out.clauses[name_of(trace.header.dialect, op.verb, decided.id)].decided;
  }
  for (const Deviation& d : verdict.deviations) {
    ClauseResult& clause = out.clauses[name_of(trace.header.dialect, d.verb, d.clause)];
    ++(d.breach == Breach::promise ? clause.promise : clause.precedence);
    Example& example = out.deviations[bucket(d, trace.header.dialect)];
    if (++example.times > 1) continue;
    example.deviation = d;
    example.trace = trace;
    example.trace.operations.resize(d.step + 1);
    if (!example.trace.expected.empty()) example.trace.expected.resize(d.step + 1);
    if (!example.trace.comments.empty()) example.trace.comments.resize(d.step + 1);
  }
}

}  // namespace

Conformance conform(
    Target& target, const std::vector<Trace>& suite,
    const std::function<std::string(const Trace&, const Capabilities&)>& unsupported,
    const std::function<void(const std::string&)>& progress) {
  const auto start = std::chrono::steady_clock::now();
  Conformance out;
  out.target = target.name();
  const Capabilities can = target.capabilities();
  std::vector<std::vector<Observation>> seen;
  for (const Trace& trace : suite) {
    if (const std::string why = unsupported(trace, can); !why.empty()) {
      ++out.not_run[why];
      continue;
    }
    target.run(std::span(&trace, 1), seen);
    ++out.traces;
    out.operations += trace.operations.size();
    judge(trace, seen[0], out);
    if (progress && out.traces % 64 == 0)
      progress(out.target + ": " + std::to_string(out.traces) + " of " +
               std::to_string(suite.size()) + " traces");
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace mprogcheck

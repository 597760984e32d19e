// SPDX-License-Identifier: GPL-2.0-only
#include "props/report/transcript.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck::report {

std::string describe(const Operation& op, const Observation* seen) {
  return seen ? mprogcheck::describe(op, *seen) : "not reached";
}

std::string transcript(const Trace& trace, Observations seen, const Verdict& verdict,
                       std::string_view deviation) {
  std::size_t width = 0;
  for (const Operation& op : trace.operations) width = std::max(width, print(op).size());
  std::string out;
  auto next = verdict.deviations.begin();
  for (std::size_t i = 0; i < trace.operations.size(); ++i) {
    const Operation& op = trace.operations[i];
    out += fmt::format("  {:{}}   {}\n", print(op), width, describe(op, seen.at(i)));
    for (; next != verdict.deviations.end() && next->step == i; ++next)
      out += fmt::format("    {}: the model says {} ({}); this {}\n      source: {}\n",
                         next->breach == Breach::code ? "differs" : deviation, next->expected,
                         next->clause, does_what(*next), grounds(*next));
  }
  if (verdict.judged < trace.operations.size())
    out += fmt::format(
        "    not judged from step {} on: no state of the model explains what the target showed\n",
        verdict.judged + 1);
  return out;
}

std::vector<Refusal> permitted_refusals(const Trace& trace, Observations seen,
                                        const Verdict& verdict) {
  std::vector<Refusal> out;
  const auto wrong = misprints(trace);
  for (std::size_t i = 0; i < trace.expected.size() && i < verdict.judged; ++i) {
    const Observation* const o = seen.at(i);
    if (!o || !trace.expected[i] || trace.expected[i]->error == o->error) continue;
    const auto here = [&](const auto& x) { return x.step == i; };
    if (std::ranges::any_of(verdict.deviations, here) || std::ranges::any_of(wrong, here)) continue;
    out.push_back({i, to_string(trace.expected[i]->error), to_string(o->error)});
  }
  return out;
}

std::string outcome(const Trace& trace, Observations seen) {
  std::string out;
  for (std::size_t i = 0; i < trace.operations.size(); ++i) {
    const Observation* const o = seen.at(i);
    if (!o) return out + (out.empty() ? "" : ", ") + "not reached";
    if (o->harm != Harm::none)
      return out + (out.empty() ? "" : ", ") + mprogcheck::describe(o->harm);
    if (o->fate != Fate::none)
      out += fmt::format(", {} {}", trace.operations[i].bytes, words::name(words::kFates, o->fate));
    else if (i == 0 || o->error != Errno::ok)
      out += (i == 0 ? "" : ", ") + to_string(o->error);
  }
  return out;
}

}  // namespace mprogcheck::report

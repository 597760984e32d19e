// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/text.hpp"

namespace mprogcheck::cli {
namespace {

std::string indented(const std::string& text, std::string_view by) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) out += by;
    out += text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string times(std::uint64_t n, std::string_view thing) {
  return fmt::format("{} {}{}", grouped(n), thing, n == 1 ? "" : "s");
}

}  // namespace

std::string summary(const CampaignResult& r) {
  const Coverage& c = r.coverage;
  const auto clauses = c.clauses();
  const double rate = r.seconds > 0 ? static_cast<double>(c.operations()) / r.seconds : 0;
  std::string out = fmt::format(
      "{} {}: {} in {} ({} per second); {} of {} clauses and {} pairs of clauses met\n", r.target,
      word(r.dialect), times(c.operations(), "operation"), times(r.traces, "trace"),
      grouped(static_cast<std::uint64_t>(rate)), clauses.met, clauses.all, c.pairs());
  if (!c.clauses_missed().empty() && c.operations() >= kLongEnough)
    out += fmt::format("  not met: {}\n", fmt::join(c.clauses_missed(), " "));
  for (const auto name : r.missed)
    out += fmt::format("  FAILED: the campaign never met {}\n", name);
  for (const Trace& t : r.gone)
    out += fmt::format(
        "  FAILED: a known deviation has gone away ({}); take it out of the file of known "
        "ones:\n{}",
        t.reason, indented(print(t), "    "));
  std::size_t news = 0;
  for (const auto& [name, f] : r.findings) {
    if (!f.known.empty()) {
      out += fmt::format("  known, in {}: {} ({})\n", times(f.times, "trace"), name, f.known);
      continue;
    }
    ++news;
    out += fmt::format("\n  DEVIATION {} (in {}{})\n{}\n{}\n", name, times(f.times, "trace"),
                       f.minimal ? "" : "; perhaps not minimal, 'minimize' goes on",
                       indented(print(f.trace), "    "),
                       indented(explain(f.deviation, f.trace), "    "));
  }
  out += fmt::format(
      "  {}\n", r.conforms() ? r.findings.empty() ? "conforms" : "conforms but for what is known"
                             : fmt::format("does not conform: {}", times(news, "new deviation")));
  return out;
}

nlohmann::ordered_json json_of(const Deviation& d, const Trace& trace) {
  return {{"bucket", bucket(d, trace.header.dialect)},
          {"breaks", word(d.breach)},
          {"aspect", word(d.aspect)},
          {"clause", d.clause},
          {"step", d.step + 1},
          {"operation", print(trace.operations[d.step])},
          {"expected", d.expected},
          {"observed", d.observed},
          {"also_met", d.permitted},
          {"trace", print(trace)}};
}

nlohmann::ordered_json json_of(const CampaignResult& r) {
  nlohmann::ordered_json out{{"target", r.target},
                             {"dialect", word(r.dialect)},
                             {"seed", r.seed},
                             {"traces", r.traces},
                             {"operations", r.coverage.operations()},
                             {"seconds", r.seconds},
                             {"conforms", r.conforms()}};
  auto& clauses = out["clauses"] = nlohmann::ordered_json::array();
  for (const auto& row : r.coverage.rows())
    clauses.push_back({{"command", word(row.verb)},
                       {"clause", row.clause},
                       {"decided", row.decided},
                       {"met", row.met}});
  out["pairs_met"] = r.coverage.pairs();
  auto& sometimes = out["sometimes"] = nlohmann::ordered_json::object();
  for (const auto& s : r.coverage.sometimes()) sometimes[std::string(s.name)] = s.times;
  out["missed"] = r.missed;
  auto& findings = out["findings"] = nlohmann::ordered_json::array();
  for (const auto& [name, f] : r.findings) {
    auto one = json_of(f.deviation, f.trace);
    one["bucket"] = name;
    one["traces"] = f.times;
    one["minimal"] = f.minimal;
    one["known"] = f.known.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(f.known);
    findings.push_back(std::move(one));
  }
  auto& gone = out["gone"] = nlohmann::ordered_json::array();
  for (const Trace& t : r.gone) gone.push_back(print(t));
  return out;
}

}  // namespace mprogcheck::cli

// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"

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

// Of a longer list or trace a report shows so much at each end.
constexpr std::size_t kMost = 12, kEnd = kMost / 2;

std::string shortened(std::string_view list, char separator) {
  std::vector<std::string_view> items;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(separator, begin), list.size());
    items.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  if (items.size() <= kMost) return std::string(list);
  const std::string between(1, separator);
  return fmt::format(
      "{}{}...{} more...{}{}", fmt::join(items.begin(), items.begin() + kEnd, between), between,
      items.size() - kMost, between, fmt::join(items.end() - kEnd, items.end(), between));
}

// Shortens the lists in a text: "[p0 p1]", "progs=p0,p1".
std::string with_short_lists(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const char opens = text[i++];
    out += opens;
    if (opens != '[' && opens != '=') continue;
    const std::size_t end =
        std::min(text.find_first_of(opens == '[' ? "]" : " \n", i), text.size());
    out += shortened(std::string_view(text).substr(i, end - i), opens == '[' ? ' ' : ',');
    i = end;
  }
  return out;
}

// A trace up to the step in question, without its middle.
std::string excerpt(Trace trace, std::size_t step) {
  trace.comments.clear();
  const std::string text = print(trace);
  const std::size_t begin = text.find("\n\n") + 2;
  std::istringstream header(text.substr(0, begin)), operations(text.substr(begin));
  std::string out, line;
  while (std::getline(header, line)) out += shortened(line, ' ') + "\n";
  if (trace.operations.size() <= kMost) return out + with_short_lists(text.substr(begin));
  std::size_t left_out = 0;
  for (std::size_t i = 0; i <= trace.operations.size(); ++i) {
    std::getline(operations, line);
    const bool shown = i < kEnd || (i <= step && i + kEnd > step);
    if (!shown && i < trace.operations.size()) {
      ++left_out;
      continue;
    }
    if (left_out) out += fmt::format("# ... {} more\n", times(left_out, "operation"));
    left_out = 0;
    if (shown) out += with_short_lists(line) + "\n";
  }
  return out;
}

std::string verdict(FILE* out, const CampaignResult& r, std::size_t news) {
  if (r.deviates()) {
    const std::string no = bad(out, "does not conform");
    return news ? fmt::format("{}: {}", no, times(news, "new deviation")) : no;
  }
  if (r.traces == 0) return unsure(out, "no trace was run") + ": this says nothing";
  if (!r.broke_off.empty())
    return unsure(out, "the target failed before the end") + ": nothing new was found so far";
  if (r.stopped) return unsure(out, "interrupted") + ": nothing new was found so far";
  return good(out, r.findings.empty() ? "conforms" : "conforms except for known deviations");
}

}  // namespace

Json tell_misprints(const std::filesystem::path& file, const Trace& trace, const Spots& spots) {
  auto all = Json::array();
  for (const auto& m : misprints(trace)) {
    const Spot at = spots.expected[m.step];
    tell(stderr, "{}: misprint: the file expects '{}', but the model says '{}'\n", where(file, at),
         m.written, m.model);
    all.push_back({{"step", m.step + 1},
                   {"line", at.line},
                   {"column", at.column},
                   {"written", m.written},
                   {"model", m.model}});
  }
  return all;
}

std::string times(std::uint64_t n, std::string_view thing) {
  return fmt::format("{} {}{}", grouped(n), thing, n == 1 ? "" : "s");
}

std::string summary(FILE* stream, const CampaignResult& r, const WrittenFindings& written) {
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
    out += fmt::format("  {}: the campaign never met {}\n", bad(stream, "FAILED"), name);
  for (const Trace& t : r.gone)
    out += fmt::format(
        "  {}: a known deviation has gone away ({}); remove it from the file of known "
        "deviations:\n{}",
        bad(stream, "FAILED"), t.reason, indented(excerpt(t, t.operations.size() - 1), "    "));
  std::size_t news = 0;
  for (const auto& [name, f] : r.findings) {
    if (!f.known.empty()) {
      out += fmt::format("  known, in {}: {} ({})\n", times(f.times, "trace"), name, f.known);
      continue;
    }
    ++news;
    const auto file = written.find(name);
    const bool kept = file != written.end();
    const std::string trace = kept ? excerpt(f.trace, f.deviation.step) : print(f.trace);
    const std::string what = explain(f.deviation, f.trace);
    out += fmt::format("\n  {} {} (in {}{})\n", bad(stream, "DEVIATION"), name,
                       times(f.times, "trace"),
                       f.minimal  ? ""
                       : !f.again ? "; not seen again when its trace was run alone"
                                  : "; perhaps not minimal, continue with 'minimize'");
    if (!f.last_words.title.empty()) out += fmt::format("  {}\n", f.last_words.title);
    if (f.deviation.aspect == Aspect::harm && is_kernel(r.target))
      out += fmt::format("  {}\n", kSecurityRelevant);
    if (kept)
      out += fmt::format("  {}{}\n", file->second.trace,
                         file->second.program.empty() ? "" : ", and as a C program beside it");
    out += fmt::format("{}\n{}", indented(trace, "    "),
                       indented(kept ? with_short_lists(what) : what, "    "));
  }
  return out + fmt::format("{}  {}\n", news ? "\n" : "", verdict(stream, r, news));
}

Json json_of(const Deviation& d, const Trace& trace) {
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

Json json_of(const CampaignResult& r, const WrittenFindings& written) {
  Json out{{"target", r.target},
           {"dialect", word(r.dialect)},
           {"seed", r.seed},
           {"traces", r.traces},
           {"operations", r.coverage.operations()},
           {"seconds", r.seconds},
           {"interrupted", r.stopped},
           {"conforms", r.conforms()}};
  auto& clauses = out["clauses"] = Json::array();
  for (const auto& row : r.coverage.rows())
    clauses.push_back({{"command", word(row.verb)},
                       {"clause", row.clause},
                       {"decided", row.decided},
                       {"met", row.met}});
  out["pairs_met"] = r.coverage.pairs();
  auto& sometimes = out["sometimes"] = Json::object();
  for (const auto& s : r.coverage.sometimes()) sometimes[std::string(s.name)] = s.times;
  out["missed"] = r.missed;
  auto& findings = out["findings"] = Json::array();
  for (const auto& [name, f] : r.findings) {
    auto one = json_of(f.deviation, f.trace);
    one["bucket"] = name;
    one["traces"] = f.times;
    one["minimal"] = f.minimal;
    one["again"] = f.again;
    if (f.deviation.aspect == Aspect::harm) {
      if (is_kernel(r.target)) one["security"] = true;
      one["console"] = f.last_words.console;
    }
    one["known"] = f.known.empty() ? Json() : Json(f.known);
    if (const auto file = written.find(name); file != written.end()) {
      one["file"] = file->second.trace;
      if (!file->second.program.empty()) one["program"] = file->second.program;
    }
    findings.push_back(std::move(one));
  }
  auto& gone = out["gone"] = Json::array();
  for (const Trace& t : r.gone) gone.push_back(print(t));
  return out;
}

}  // namespace mprogcheck::cli

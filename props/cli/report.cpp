// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"

namespace mprogcheck::cli {
namespace fs = std::filesystem;
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

// Where the words of two texts part, without the brackets around them.
std::pair<std::string, std::string> first_apart(std::string_view expected,
                                                std::string_view observed) {
  const auto words = [](std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; (at = text.find_first_not_of(" []", at)) != text.npos;) {
      const std::size_t end = std::min(text.find_first_of(" []", at), text.size());
      out.push_back(text.substr(at, end - at));
      at = end;
    }
    return out;
  };
  const auto one = words(expected), other = words(observed);
  std::size_t i = 0;
  while (i < one.size() && i < other.size() && one[i] == other[i]) ++i;
  const auto at = [&](const auto& all) {
    return i < all.size() ? std::string(all[i]) : std::string("nothing more");
  };
  return {at(one), at(other)};
}

std::string why_incomplete(const CampaignResult& r) {
  if (r.traces == 0) return "no trace was run: this says nothing";
  if (!r.broke_off.empty()) return "the target failed before the end: nothing new was found so far";
  if (r.stopped) return "interrupted: nothing new was found so far";
  return {};
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

std::vector<Trace> traces_in(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory, error))
    if (entry.path().extension() == ".trace") files.push_back(entry.path());
  if (error || files.empty())
    throw BadInput(
        fmt::format("{}: no traces here; 'mprogcheck conform --generate DIR' writes a suite",
                    directory.string()));
  std::sort(files.begin(), files.end());
  std::vector<Trace> suite;
  std::size_t wrong = 0;
  for (const auto& file : files) {
    std::vector<Spots> spots;
    auto traces = read_traces(file, &spots);
    for (std::size_t i = 0; i < traces.size(); ++i) {
      wrong += tell_misprints(file, traces[i], spots[i]).size();
      suite.push_back(std::move(traces[i]));
    }
  }
  if (wrong)
    throw BadInput(fmt::format("{}: {} in the suite; correct what stands behind '=>'",
                               directory.string(), times(wrong, "misprint")));
  return suite;
}

std::string times(std::uint64_t n, std::string_view thing) {
  return fmt::format("{} {}{}", grouped(n), thing, n == 1 ? "" : "s");
}

std::string verdict(FILE* out, const Ending& e) {
  const bool counts = is_kernel(e.target) || e.tally.all() != 0;
  const std::string numbers = counts ? ": " + e.tally.text() : "";
  if (e.deviates) return bad(out, "does not conform") + numbers;
  if (!e.incomplete.empty()) return unsure(out, e.incomplete) + numbers;
  const bool known = e.tally.known || e.tally.elsewhere;
  return good(out, known ? "conforms except for known deviations" : "conforms") + numbers;
}

std::string known_line(std::string_view bucket, std::string_view reason, bool elsewhere,
                       std::uint64_t traces) {
  return fmt::format("  known{}, in {}: {} ({})\n", elsewhere ? " on other releases" : "",
                     traces ? times(traces, "trace") : "its own trace alone", bucket, reason);
}

std::string lines_of_missing(FILE* out, const Known& known) {
  std::string text;
  for (const Trace& t : known.fixed)
    text += fmt::format("  fixed here though listed: {} ({})\n", t.bucket, t.reason);
  for (const Trace& t : known.gone)
    text += fmt::format(
        "  {}: a known deviation has gone away ({}); remove it from the file of known "
        "deviations:\n{}",
        bad(out, "FAILED"), t.reason, indented(excerpt(t, t.operations.size() - 1), "    "));
  return text;
}

std::string title(FILE* out, const Deviation& d) {
  return d.breach == Breach::code ? unsure(out, "differs from code") : bad(out, "DEVIATION");
}

std::string what_differs(const Deviation& d) {
  const auto [expected, observed] = first_apart(d.expected, d.observed);
  const std::string what =
      std::string(word(d.aspect)) + (d.aspect == Aspect::error ? "" : d.detail);
  return expected == observed ? what : fmt::format("{}: {}, not {}", what, observed, expected);
}

std::string summary(FILE* stream, const CampaignResult& r, const WrittenFindings& written,
                    const Askable& askable) {
  const Coverage& c = r.coverage;
  const auto clauses = c.clauses();
  const double rate = r.seconds > 0 ? static_cast<double>(c.operations()) / r.seconds : 0;
  std::string out = fmt::format(
      "{} {}: {} in {} ({} per second); {} of {} clauses and {} pairs of clauses met\n", r.target,
      word(r.dialect), times(c.operations(), "operation"), times(r.traces, "trace"),
      grouped(static_cast<std::uint64_t>(rate)), clauses.met, clauses.all, c.pairs());
  if (c.operations() >= kLongEnough) {
    std::vector<std::string> missed = c.clauses_missed();
    const std::size_t all = missed.size();
    std::erase_if(missed, [&](const std::string& clause) { return !askable.contains(clause); });
    const std::size_t rest = all - missed.size();
    if (!missed.empty()) out += fmt::format("  not met: {}\n", fmt::join(missed, " "));
    if (rest) out += fmt::format("  {} cannot be asked of this target\n", times(rest, "clause"));
  }
  for (const auto name : r.missed)
    out += fmt::format("  {}: the campaign never met {}\n", bad(stream, "FAILED"), name);
  out += lines_of_missing(stream, r.known);
  for (const auto& [bucket, excuse] : r.known.shown)
    if (!r.findings.contains(bucket))
      out += known_line(bucket, excuse.reason, excuse.elsewhere(), 0);
  std::size_t news = 0;
  for (const auto& [name, f] : r.findings) {
    if (!f.known.empty()) {
      out += known_line(name, f.known, f.elsewhere, f.times);
      continue;
    }
    ++news;
    const auto file = written.find(name);
    const bool kept = file != written.end();
    const std::string trace = kept ? excerpt(f.trace, f.deviation.step) : print(f.trace);
    out += fmt::format("\n  {} {}: {} (in {}{})\n", title(stream, f.deviation), name,
                       what_differs(f.deviation), times(f.times, "trace"),
                       f.minimal  ? ""
                       : !f.again ? "; not seen again when its trace was run alone"
                                  : "; not minimal yet");
    if (!f.last_words.title.empty()) out += fmt::format("  {}\n", f.last_words.title);
    if (f.security) out += fmt::format("  {}\n", kSecurityRelevant);
    if (kept)
      out += fmt::format("  {}{}\n", file->second.trace,
                         file->second.program.empty() ? "" : ", and as a C program beside it");
    out += fmt::format("{}\n{}", indented(trace, "    "),
                       indented(explain(f.deviation, f.trace), "    "));
  }
  return out + fmt::format("{}  {}\n", news ? "\n" : "",
                           verdict(stream, {r.target, r.tally(), r.deviates(), why_incomplete(r)}));
}

Json json_of(const Deviation& d, const Trace& trace) {
  return {{"bucket", bucket(d, trace.header.dialect)},
          {"breaks", word(d.breach)},
          {"broken", d.broken ? Json(d.broken->id) : Json()},
          {"basis", d.broken ? Json(word(d.broken->source.basis)) : Json()},
          {"source", d.broken ? Json(text(d.broken->source)) : Json()},
          {"aspect", word(d.aspect)},
          {"clause", d.clause},
          {"step", d.step + 1},
          {"operation", print(trace.operations[d.step])},
          {"expected", d.expected},
          {"observed", d.observed},
          {"also_met", d.permitted},
          {"trace", print(trace)}};
}

void add_tally(Json& to, const Tally& tally) {
  to["known"] = tally.known;
  to["known_elsewhere"] = tally.elsewhere;
  to["new"] = tally.news;
  to["differ_from_code"] = tally.differ;
}

void add_known(Json& to, const Known& known, const Tally& tally) {
  add_tally(to, tally);
  for (const auto& [name, traces] : {std::pair{"gone", &known.gone}, {"fixed", &known.fixed}}) {
    Json& all = to[name] = Json::array();
    for (const Trace& t : *traces) all.push_back(print(t));
  }
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
    if (f.security) one["security"] = true;
    if (f.deviation.aspect == Aspect::harm) one["console"] = f.last_words.console;
    one["elsewhere"] = f.elsewhere;
    one["known"] = f.known.empty() ? Json() : Json(f.known);
    if (const auto file = written.find(name); file != written.end()) {
      one["file"] = file->second.trace;
      if (!file->second.program.empty()) one["program"] = file->second.program;
    }
    findings.push_back(std::move(one));
  }
  add_known(out, r.known, r.tally());
  return out;
}

}  // namespace mprogcheck::cli

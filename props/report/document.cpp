// SPDX-License-Identifier: GPL-2.0-only
// The report as one document.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "model/rules/spec.hpp"
#include "model/words/text.hpp"
#include "props/report/matrix.hpp"
#include "props/report/mustache.hpp"
#include "props/report/report.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;

Json nothing_if_empty(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json list() {
  return Json::array();
}

Json json_of(const Answers& answers) {
  Json out = Json::object();
  for (const auto& [answer, rows] : answers) out[std::string(word(answer))] = rows;
  return out;
}

Json json_of(const std::vector<Trace>& traces) {
  Json out = list();
  for (const Trace& t : traces)
    out.push_back({{"reason", t.reason}, {"bucket", t.bucket}, {"trace", print(t)}});
  return out;
}

Json json_of(const Column& column, const std::vector<Row>& rows, std::size_t number) {
  const Conformance& seen = column.seen;
  Json out{{"name", seen.target},
           {"description", column.description},
           {"verdict", verdict(seen)},
           {"tally", seen.tally().text()},
           {"known", seen.tally().known},
           {"known_elsewhere", seen.tally().elsewhere},
           {"new", seen.tally().news},
           {"differ_from_code", seen.tally().differ},
           {"could_not_run", nothing_if_empty(seen.broke_off)},
           {"traces", seen.traces},
           {"operations", seen.operations},
           {"not_run", list()},
           {"clauses", json_of(answers(rows, number))},
           {"gone", json_of(seen.known.gone)},
           {"fixed", json_of(seen.known.fixed)}};
  for (const auto& [why, traces] : seen.not_run)
    out["not_run"].push_back({{"why", why}, {"traces", traces}});
  return out;
}

// "since vm:7.1: promise broken; since vm:7.3: holds"
std::string sentence(const std::vector<Since>& all) {
  std::string out;
  for (const Since& s : all)
    out += (out.empty() ? "since " : "; since ") + s.target + ": " + std::string(word(s.answer)) +
           (s.otherwise ? " in another way" : "");
  return out;
}

using Numbers = std::map<std::string, std::size_t>;  // by bucket

Json json_of(const Row& row, const std::vector<Column>& columns,
             const std::vector<Numbers>& numbers) {
  Json out{{"dialect", word(row.dialect)},
           {"command", row.command},
           {"clause", row.clause.id},
           {"outcome", outcome(row.clause)},
           {"sentence", row.clause.sentence},
           {"basis", word(row.clause.source.basis)},
           {"source", text(row.clause.source)},
           {"differs", row.differs()},
           {"since", list()},
           {"since_when", nothing_if_empty(sentence(row.since))},
           {"cells", list()}};
  for (const Since& s : row.since)
    out["since"].push_back(
        {{"target", s.target}, {"answer", word(s.answer)}, {"otherwise", s.otherwise}});
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Cell& cell = row.cells[i];
    Json one{{"target", columns[i].seen.target},  {"answer", word(cell.answer)},
             {"why", nothing_if_empty(cell.why)}, {"known", cell.known},
             {"elsewhere", cell.elsewhere},       {"deviations", list()}};
    for (const std::string& bucket : cell.buckets)
      one["deviations"].push_back(numbers[i].at(bucket));
    out["cells"].push_back(std::move(one));
  }
  return out;
}

// What the deciding clause permits. Other clauses that are met are listed beside it.
std::string permitted(const Deviation& d, Dialect dialect) {
  for (const Clause& clause : clauses_of(dialect, d.verb))
    if (clause.id == d.clause && clause.any_error && d.aspect == Aspect::error)
      return d.expected + ", or any other error";
  return d.expected;
}

Json json_of(const Evidence& evidence, const Column& column, const std::string& folder) {
  const Deviation& d = evidence.example.deviation;
  const Trace& trace = evidence.example.trace;
  const std::string file = folder + "/" + std::to_string(evidence.number);
  Json out{{"number", evidence.number},
           {"target", column.seen.target},
           {"bucket", evidence.bucket},
           {"dialect", word(trace.header.dialect)},
           {"command", word(d.verb)},
           {"clause", d.clause},
           {"breaks", word(d.breach)},
           {"says", does_what(d)},
           {"basis", d.broken ? word(d.broken->source.basis) : ""},
           {"grounds", grounds(d)},
           {"aspect", word(d.aspect)},
           {"step", d.step + 1},
           {"operation", print(trace.operations[d.step])},
           {"observed", d.observed},
           {"permitted", permitted(d, trace.header.dialect)},
           {"also_met", list()},
           {"traces", evidence.example.times},
           {"minimal", evidence.minimal},
           {"known", nothing_if_empty(evidence.example.known)},
           {"elsewhere", evidence.example.elsewhere},
           {"grade", grade(!evidence.example.known.empty(), evidence.example.elsewhere,
                           d.breach == Breach::code)},
           {"security", evidence.example.security},
           {"console", nothing_if_empty(evidence.example.console)},
           {"trace", trace_file(evidence, column.seen.target)},
           {"trace_file", file + ".trace"},
           {"program", nothing_if_empty(evidence.program)},
           {"program_file", evidence.program.empty() ? Json() : Json(file + ".c")},
           {"confirmation", word(evidence.confirmation)},
           {"said", nothing_if_empty(evidence.said)}};
  for (const Clause& clause : clauses_of(trace.header.dialect, d.verb))
    if (std::find(d.permitted.begin(), d.permitted.end(), clause.id) != d.permitted.end())
      out["also_met"].push_back({{"clause", clause.id}, {"outcome", outcome(clause)}});
  return out;
}

Json json_of(const Noted& n) {
  return {{"bucket", n.bucket}, {"grade", n.grade}, {"observed", n.observed}};
}

Json json_of(const std::vector<Noted>& all) {
  Json out = list();
  for (const Noted& n : all) out.push_back(json_of(n));
  return out;
}

Json json_of(const Difference& difference, bool strict) {
  const Baseline& before = difference.before;
  Json out{{"file", before.file},
           {"version", before.version},
           {"date", nothing_if_empty(before.date)},
           {"note", nothing_if_empty(difference.note)},
           {"deviates", difference.deviates(strict)},
           {"targets", list()}};
  for (const TargetDifference& d : difference.targets) {
    Json one{{"target", d.target},     {"against", d.against},   {"text", text(d)},
             {"complete", d.complete}, {"new", json_of(d.news)}, {"gone", json_of(d.gone)},
             {"changed", list()},      {"same", d.same}};
    for (const Changed& c : d.changed)
      one["changed"].push_back(
          {{"bucket", c.now.bucket}, {"before", json_of(c.before)}, {"now", json_of(c.now)}});
    out["targets"].push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string verdict(const Conformance& seen) {
  if (seen.deviates()) return "deviates";
  if (!seen.broke_off.empty()) return "could not run";
  if (!seen.known.gone.empty()) return "a known deviation has gone away";
  const Tally tally = seen.tally();
  return tally.known || tally.elsewhere ? "conforms except for known deviations" : "conforms";
}

// File systems and uploaders refuse some characters, a dot at the end, and long names; some take
// "A" and "a" for the same.
std::vector<std::string> folders(const Report& report) {
  constexpr std::size_t kLongest = 100;
  std::vector<std::string> out;
  std::set<std::string> taken;
  const auto small = [](std::string name) {
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return name;
  };
  for (const Column& column : report.columns) {
    std::string name;
    for (const char c : column.seen.target.substr(0, kLongest)) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      const bool inside = !name.empty() && (c == '.' || c == '-' || c == ':');
      name += plain || inside || c == '_' ? (c == ':' ? '-' : c) : '_';
    }
    if (name.ends_with('.')) name.back() = '_';
    const std::string stem = name;
    for (int n = 2; !taken.insert(small(name)).second; ++n) name = stem + "-" + std::to_string(n);
    out.push_back(name);
  }
  return out;
}

Json document(const Report& report) {
  std::vector<Conformance> seen;
  std::vector<Numbers> numbers;
  for (const Column& column : report.columns) {
    seen.push_back(column.seen);
    for (numbers.emplace_back(); const Evidence& evidence : column.deviations)
      numbers.back()[evidence.bucket] = evidence.number;
  }
  const std::vector<Row> rows = matrix(seen);
  const std::vector<std::string> folder = folders(report);
  const bool strict = std::any_of(report.columns.begin(), report.columns.end(),
                                  [](const Column& c) { return c.seen.strict; });
  Json out{
      {"schema", 1},
      {"tool", "mprogcheck"},
      {"version", report.version},
      {"command", report.command},
      {"date", nothing_if_empty(report.date)},
      {"seed", report.seed ? Json(*report.seed) : Json()},
      {"suite", {{"folders", report.suites}, {"known", report.known}, {"traces", report.traces}}},
      {"strict", strict},
      {"baseline", report.against ? json_of(*report.against, strict) : Json()},
      {"targets", list()},
      {"clauses", list()},
      {"deviations", list()}};
  for (std::size_t i = 0; i < report.columns.size(); ++i) {
    out["targets"].push_back(json_of(report.columns[i], rows, i));
    for (const Evidence& evidence : report.columns[i].deviations)
      out["deviations"].push_back(json_of(evidence, report.columns[i], folder[i]));
  }
  for (const Row& row : rows) out["clauses"].push_back(json_of(row, report.columns, numbers));
  return in_plain_text(std::move(out));
}

std::map<std::string, std::string> forms(const Report& report) {
  const Json whole = document(report);
  return {{"report.json", whole.dump(2) + "\n"},
          {"report.md", markdown(whole)},
          {"report.xml", junit(whole)},
          {"report.html", page(whole)}};
}

}  // namespace mprogcheck::report

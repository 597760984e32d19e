// SPDX-License-Identifier: GPL-2.0-only
#include "props/report/matrix.hpp"

#include <algorithm>

#include "model/rules/spec.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::report {
namespace {

bool among(const std::string& name, std::span<const std::string> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool broken(const Cell& cell) {
  return cell.answer == Answer::promise || cell.answer == Answer::precedence ||
         cell.answer == Answer::code;
}

// The names of a clause that is in no table, one for each command.
std::vector<std::string> with_each_command(Dialect dialect, std::string_view clause,
                                           const std::vector<ClauseRow>& clauses) {
  std::vector<std::string> names;
  for (const auto& [verb, of] : clauses) {
    std::string name = clause_name(dialect, verb, clause);
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
  }
  return names;
}

// Those invariants that a bucket names. The others show as the clause that decides the request.
constexpr Judged kNamed[] = {Judged::revision_unmoved, Judged::revision_never_returns,
                             Judged::revision_emptied, Judged::revision_told,
                             Judged::revision_never_0, Judged::attribute_within,
                             Judged::send_whole};

// The clauses at which a target was asked for it.
std::vector<std::string> asked_by(Dialect dialect, const Invariant& invariant,
                                  const std::vector<ClauseRow>& clauses) {
  if (invariant.what == Judged::attribute_within)
    return with_each_command(dialect, invariant.clause.id, clauses);
  std::vector<std::string> names;
  for (const auto& [verb, of] : clauses)
    if (of.force == Force::effect &&
        (invariant.what == Judged::send_whole ? verb == Verb::send : of.change != Change::none))
      names.push_back(clause_name(dialect, verb, of.id));
  return names;
}

void add_rows_of_no_table(std::span<const Conformance> seen, Dialect dialect,
                          const std::vector<ClauseRow>& clauses, std::vector<Row>& rows) {
  for (const Judged what : kNamed) {
    const Invariant& invariant = all_invariants()[static_cast<std::size_t>(what)];
    const auto names = with_each_command(dialect, invariant.clause.id, clauses);
    const auto asked = asked_by(dialect, invariant, clauses);
    Row row{dialect, std::string(invariant.command), invariant.clause, {}, {}};
    for (const Conformance& s : seen) row.cells.push_back(cell_of(s, dialect, names, asked));
    rows.push_back(std::move(row));
  }
}

}  // namespace

std::string_view word(Answer answer) {
  switch (answer) {
    case Answer::holds:
      return "holds";
    case Answer::precedence:
      return "precedence differs";
    case Answer::promise:
      return "promise broken";
    case Answer::code:
      return "differs from code";
    case Answer::unsupported:
      return "unsupported";
    case Answer::not_judged:
      return "not judged";
    case Answer::not_met:
      return "not met";
    case Answer::could_not_run:
      return "could not run";
  }
  return "?";
}

bool definite(Answer answer) {
  return answer != Answer::not_met && answer != Answer::could_not_run &&
         answer != Answer::not_judged;
}

Cell cell_of(const Conformance& seen, Dialect dialect, std::span<const std::string> names,
             std::span<const std::string> asked_by) {
  Cell cell;
  std::uint64_t promise = 0, precedence = 0, code = 0, asked = 0;
  for (const auto& [name, result] : seen.clauses) {
    if (among(name, names)) {
      promise += result.promise, precedence += result.precedence;
      code += result.code;
    }
    if (among(name, asked_by)) asked += result.decided;
  }
  if (promise || precedence || code) {
    // A deviation stays one, whatever happened after it.
    cell.answer = promise ? Answer::promise : precedence ? Answer::precedence : Answer::code;
    cell.known = true;
    for (const auto& [bucket, example] : seen.deviations) {
      const Deviation& d = example.deviation;
      if (!among(clause_name(example.trace.header.dialect, d.verb, d.clause), names)) continue;
      cell.buckets.push_back(bucket);
      cell.known &= !example.known.empty();
      cell.elsewhere |= example.elsewhere;
    }
    return cell;
  }
  if (!seen.broke_off.empty()) {
    cell.answer = Answer::could_not_run;
    cell.why = seen.broke_off;
    return cell;
  }
  if (asked) {
    cell.answer = Answer::holds;
    return cell;
  }
  if (!seen.can.speaks(dialect)) {
    cell.answer = Answer::unsupported;
    cell.why = speaks_not(dialect);
    return cell;
  }
  for (const std::string& name : asked_by)
    if (const auto missed = seen.not_asked.find(name); missed != seen.not_asked.end()) {
      cell.answer = Answer::unsupported;
      cell.why = missed->second.why;
    }
  return cell;
}

std::vector<Since> since(std::span<const Cell> cells, std::span<const std::string> targets) {
  std::vector<Since> out;
  const Cell* last = nullptr;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& now = cells[i];
    if (!definite(now.answer)) continue;
    if (last && (last->answer != now.answer || last->buckets != now.buckets))
      out.push_back({targets[i], now.answer, last->answer == now.answer});
    last = &now;
  }
  return out;
}

bool Row::differs() const {
  return !since.empty() || std::any_of(cells.begin(), cells.end(), broken);
}

std::vector<Row> matrix(std::span<const Conformance> seen) {
  std::vector<std::string> targets;
  for (const Conformance& s : seen) targets.push_back(s.target);
  std::vector<Row> rows;
  for (const Dialect dialect : kDialects) {
    const std::vector<ClauseRow> clauses = all_clauses(dialect);
    for (const auto& [verb, clause] : clauses) {
      if (clause.force == Force::may) continue;
      Row row{dialect, std::string(word(verb)), clause, {}, {}};
      const std::vector name{clause_name(dialect, verb, clause.id)};
      for (const Conformance& s : seen) row.cells.push_back(cell_of(s, dialect, name, name));
      rows.push_back(std::move(row));
    }
    add_rows_of_no_table(seen, dialect, clauses, rows);
  }
  for (Row& row : rows) {
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (row.clause.source.basis == Basis::house && seen[i].binding == Binding::promises)
        row.cells[i] = {.answer = Answer::not_judged,
                        .why = "a rule of our own judges no kernel",
                        .buckets = {}};
    row.since = since(row.cells, targets);
  }
  return rows;
}

Answers answers(std::span<const Row> rows, std::size_t column) {
  Answers out;
  for (const Answer a :
       {Answer::holds, Answer::precedence, Answer::promise, Answer::code, Answer::unsupported,
        Answer::not_judged, Answer::not_met, Answer::could_not_run})
    out[a] = static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const Row& row) { return row.cells[column].answer == a; }));
  return out;
}

}  // namespace mprogcheck::report

// SPDX-License-Identifier: GPL-2.0-only
// Clauses by targets: the result of every clause on every target, and since which release. Pure
// functions.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/invariants.hpp"
#include "props/suite/conform.hpp"

namespace mprogcheck::report {

// The result of a clause on a target. Only the first four are answers of the target.
enum class Answer : std::uint8_t {
  holds,
  precedence,     // another error than the one that is promised to win
  promise,        // an answer that no clause permits
  code,           // the same, where only an implementation says so
  unsupported,    // no trace in which the clause decides can run there
  not_judged,     // a rule of our own, and the target is a kernel
  not_met,        // traces of the clause ran there, but it decided in none of them
  could_not_run,  // the target was not available, or failed before the end
};
std::string_view word(Answer answer);
// Whether it can be compared from release to release.
bool definite(Answer answer);

struct Cell {
  Answer answer = Answer::not_met;
  std::string why;                   // of `unsupported` and `could_not_run`
  std::vector<std::string> buckets;  // of the deviations that break it
  bool known = false;                // each of them is
  bool elsewhere = false;            // on other releases alone
};

// From this target on, the answer is another than that of the targets before.
struct Since {
  std::string target;
  Answer answer{};
  bool otherwise = false;  // the same word, for other deviations
  bool operator==(const Since&) const = default;
};

struct Row {
  Dialect dialect{};
  std::string command;  // as in `spec`
  Clause clause;
  std::vector<Cell> cells;  // one for each target
  std::vector<Since> since;
  // Whether a target breaks it, or the targets answer differently.
  bool differs() const;
};

// The result of one clause, from what was seen of the target. `names` are the clause under each
// command it concerns (clause_name()); it counts as met where one of `asked_by` decides.
Cell cell_of(const Conformance& seen, Dialect dialect, std::span<const std::string> names,
             std::span<const std::string> asked_by);

// Takes `targets`, one for each cell, as releases in their order. Cells that say nothing of the
// clause are skipped.
std::vector<Since> since(std::span<const Cell> cells, std::span<const std::string> targets);

// A row for every clause that can decide, in the order of `spec`; behind those of each dialect, the
// clauses about every change. Clauses that only permit have no row: they never decide.
std::vector<Row> matrix(std::span<const Conformance> seen);

// How many rows have which answer in a column. Each answer is there.
using Answers = std::map<Answer, std::size_t>;
Answers answers(std::span<const Row> rows, std::size_t column);

}  // namespace mprogcheck::report

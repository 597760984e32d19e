// SPDX-License-Identifier: GPL-2.0-only
// Clauses by targets: what became of every promise, on every target, and since when. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/rule.hpp"
#include "props/suite/conform.hpp"

namespace mprogcheck::report {

// What a target answers to a clause. Only the first three are answers of the target's own.
enum class Answer : std::uint8_t {
  holds,
  precedence,     // another error came than the one that is promised to win
  promise,        // the answer is none that any clause permits
  unsupported,    // no trace in which the clause decides can be run there
  not_met,        // such a trace could be run there, but in none of the suite did the clause decide
  could_not_run,  // the target was not to be had, or failed before the end
};
std::string_view word(Answer answer);
// Of those that can be compared from release to release.
bool definite(Answer answer);

struct Cell {
  Answer answer = Answer::not_met;
  std::string why;                   // of `unsupported` and `could_not_run`
  std::vector<std::string> buckets;  // of the deviations that break it
  bool known = false;                // each of them is
};

// From this target on the answer is another than that of the targets before it.
struct Since {
  std::string target;
  Answer answer{};
  bool otherwise = false;  // the same word, but for other deviations
  bool operator==(const Since&) const = default;
};

struct Row {
  Dialect dialect{};
  std::string command;  // as in `spec`, or one of these two
  Clause clause;
  std::vector<Cell> cells;  // one for each target
  std::vector<Since> since;
  // Whether somebody breaks it, or the targets answer differently.
  bool differs() const;
};

// The command of what is promised of every change of a list, whatever made it.
inline constexpr std::string_view kAnyChange = "any change", kAnyCall = "any call";

// What became of one clause, by what was seen of the target. `names` are the clause under each
// command it concerns (clause_name()); where one of `asked_by` decides it is asked for.
Cell cell_of(const Conformance& seen, Dialect dialect, std::span<const std::string> names,
             std::span<const std::string> asked_by);

// Reads `targets`, one for each cell, as releases in their order. What says nothing of the clause
// is passed over.
std::vector<Since> since(std::span<const Cell> cells, std::span<const std::string> targets);

// Every clause that can decide, in the order of `spec`, and behind each dialect what every change
// promises of the revision. Clauses that only permit are no rows: they never decide.
std::vector<Row> matrix(std::span<const Conformance> seen);

}  // namespace mprogcheck::report

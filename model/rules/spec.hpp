// SPDX-License-Identifier: GPL-2.0-only
// The rules as a document: the tables that decide, printed for people.
//
//   std::cout << specification(Dialect::mainline);   // what `mprogcheck spec` prints, as Markdown
#pragma once

#include <string>
#include <vector>

#include "model/rules/rule.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck {

// One row of the document: a clause, and the command whose table it stands in.
struct ClauseRow {
  Verb verb;
  Clause clause;
};

// Every clause of the dialect, by command, each table in order of precedence.
std::vector<ClauseRow> all_clauses(Dialect dialect);

// What the clause answers: "EEXIST", "refused", "may ENOSPC", "ok", "ok, insert".
std::string outcome(const Clause& clause);

std::string specification(Dialect dialect);

}  // namespace mprogcheck

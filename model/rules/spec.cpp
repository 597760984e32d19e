// SPDX-License-Identifier: GPL-2.0-only
#include "model/rules/spec.hpp"

#include <string_view>

#include "model/rules/invariants.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {
namespace {

// The document is about what a caller asks of the kernel, not about what a test does to it.
bool is_asked(Verb verb) {
  return !has_trait(verb, Trait::provokes);
}

constexpr std::string_view kPreamble =
    "Each command has a table of clauses. A clause has a condition on the request and the list, "
    "and an outcome. The\n"
    "first clause whose condition holds decides. There are three claims:\n"
    "\n"
    "- **Promise.** If the condition of a clause with an error such as `EEXIST` holds, the error "
    "is "
    "due: the request must\n"
    "  fail with this error, or with that of another clause whose condition holds. If no error is "
    "due, the request must\n"
    "  succeed and do what the first clause with an effect says. A request that fails changes "
    "nothing.\n"
    "- **Precedence.** If several errors are due, the request fails with that of the first clause. "
    "A target that gives\n"
    "  another of them keeps the promise and breaks the precedence.\n"
    "- **May.** A clause that *may* refuse permits its error where the interface does not say what "
    "happens. It never decides.\n"
    "\n"
    "*refused* stands for any error: that the request fails is promised, with which error is not.\n"
    "\n"
    "Each clause says on what it stands, and where to read it. What a `document` says (a comment "
    "in "
    "a uapi header,\n"
    "Documentation/, a manual page, a commit message, the prose of a posting) and what a "
    "`selftest` "
    "of the kernel asserts\n"
    "is a promise. With `its error: code` only that the request is refused is one. Where the basis "
    "is `code`, nothing\n"
    "but an implementation does so; `house` is "
    "our "
    "own rule.\n";

std::string_view word(Change change) {
  switch (change) {
    case Change::none:
      return "";
    case Change::insert:
      return ", insert";
    case Change::replace:
      return ", replace";
    case Change::remove:
      return ", remove";
  }
  return "?";
}

// A bar would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string row(const Clause& clause) {
  return " | `" + std::string(clause.id) + "` | " + outcome(clause) + " | " +
         cell(clause.sentence) + " | " + basis_of(clause.source) + " | " +
         cell(text(clause.source)) + " |\n";
}

constexpr std::string_view kInvariantsTitle =
    "\n## What is judged of every answer\n"
    "\nBeside the table of its command each answer is held against these.\n"
    "\n| of | clause | outcome | what | basis | source |\n|---|---|---|---|---|---|\n";

std::string invariants(Dialect dialect) {
  std::string out(kInvariantsTitle);
  for (const Invariant& invariant : all_invariants())
    if (concerns(dialect, invariant.what))
      out += "| " + std::string(invariant.command) + row(invariant.clause);
  return out;
}

std::string table(Dialect dialect, Verb verb) {
  std::string out = "\n## " + std::string(word(verb)) + " (" + std::string(form(verb).command) +
                    ")\n\n" + std::string(form(verb).meaning) +
                    "\n\n| | clause | outcome | when, and what | basis | source |\n" +
                    "|--:|---|---|---|---|---|\n";
  std::size_t number = 0;
  for (const Clause& clause : clauses_of(dialect, verb))
    out += "| " + std::to_string(++number) + row(clause);
  return out;
}

}  // namespace

std::string outcome(const Clause& clause) {
  switch (clause.force) {
    case Force::due:
      return clause.any_error ? "refused" : to_string(clause.error);
    case Force::may:
      return "may " + to_string(clause.error);
    case Force::effect:
      return "ok" + std::string(word(clause.change));
  }
  return "?";
}

std::vector<ClauseRow> all_clauses(Dialect dialect) {
  std::vector<ClauseRow> rows;
  for (const words::Head& head : kHeads)
    if (is_asked(head.verb))
      for (const Clause& clause : clauses_of(dialect, head.verb))
        rows.push_back({head.verb, clause});
  return rows;
}

std::string specification(Dialect dialect) {
  std::string out = "# Dialect `" + std::string(dialect->name) +
                    "`: " + std::string(dialect->title) + "\n\n" + std::string(kPreamble);
  for (const words::Head& head : kHeads)
    if (is_asked(head.verb) && !clauses_of(dialect, head.verb).empty())
      out += table(dialect, head.verb);
  return out + invariants(dialect);
}

}  // namespace mprogcheck

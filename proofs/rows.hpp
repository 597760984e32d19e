// SPDX-License-Identifier: GPL-2.0-only
// A rule table applied to one chain and one request, in either domain, and what may be broken of it
// on purpose.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "model/rules/tables.hpp"
#include "model/words/forms.hpp"

namespace mprogcheck::proofs {

template <class D>
struct Row {
  Clause clause;
  typename D::Bool guard;
  typename D::Int index;
};

template <class D>
using Rows = std::vector<Row<D>>;

template <class D, class Table, class Facts>
Rows<D> rows_over(const Table& table, const Facts& facts) {
  Rows<D> rows;
  table.each([&](const auto& rule, auto) {
    rows.push_back({rule.clause, rule.guard(facts), typename D::Int(rule.index(facts))});
  });
  return rows;
}

// All commands on lists, in the order of the tables; of close(2): that of a link. Removing a
// device, which takes all its lists along, is here as its answer alone.
template <class Table>
inline constexpr bool is_command = Table::of_list && !has_trait(Table::verb, Trait::provokes);
inline constexpr auto kCommands = rules::mainline_tables.apply([]<class... Table>(const Table&...) {
  std::array<Verb, (0 + ... + is_command<Table>)> verbs{};
  std::size_t n = 0;
  ((is_command<Table> ? void(verbs[n++] = Table::verb) : void()), ...);
  return verbs;
});

// The rules of `verb` in a dialect's tables, in order; none where they look at more than a list.
template <const auto& kTables, class D, class Chain>
Rows<D> rows_in(Verb verb, const Chain& c, const Request<D>& r) {
  Rows<D> rows;
  rules::visit_table(kTables, verb, [&]<class Table>(const Table&) {
    if constexpr (Table::of_list) rows = rows_over<D>(Table::rules, Table::facts(c, r));
  });
  return rows;
}

// A slip somebody could make: what an obligation is there to catch.
struct Break {
  enum class Kind : std::uint8_t {
    none,
    drop,            // the rule is forgotten
    shift,           // its effect is one place further
    always,          // its guard is taken to hold whatever the request
    removes,         // its effect removes instead
    keeps_revision,  // success does not count
    revision_wraps,  // the revision passes 0
    restarts,        // the list that is emptied starts at revision 1 again
    drops_ends,      // survivors lose FIRST and LAST
    keeps_ends,      // a replaced entry keeps FIRST and LAST
    moves,           // replace goes to the tail
    changes_anyway,  // the refused request removes the head
    swaps_last,      // the last entry fills the gap of the one removed
    forgets_link,    // a link is not told its new program
  };
  Kind kind = Kind::none;
  Verb verb = Verb::attach;
  std::string_view clause;  // what is broken, where it is a rule
  std::string_view words;
};

// `rows` with the rule broken, as far as the break is in the rules.
template <class D>
void break_rows(const Break& b, Rows<D>& rows) {
  for (Row<D>& row : rows) {
    if (row.clause.id != b.clause) continue;
    using Kind = Break::Kind;
    if (b.kind == Kind::drop) row.guard = typename D::Bool(false);
    if (b.kind == Kind::always) row.guard = typename D::Bool(true);
    if (b.kind == Kind::shift) row.index = row.index + 1;
    if (b.kind == Kind::removes) row.clause.change = Change::remove;
    if (b.kind == Kind::changes_anyway) row.clause.change = Change::remove;
  }
}

}  // namespace mprogcheck::proofs

// SPDX-License-Identifier: GPL-2.0-only
// A rule: under which condition a request has which outcome, in words, with its source.
//
// A command's rules form a table (a Sequence). Errors come first, in the order of precedence; the
// effects come last. The first rule that is met decides. That an error rule is met says its error
// is *due* (a promise); that it stands first says which error wins (precedence). A rule that only
// *may* refuse permits its error where the interface leaves the matter open, and never decides. Of
// a rule that stands *anywhere* nothing says which other error it wins over, so any order keeps the
// precedence. A rule that *fails* promises that the request is refused, but not by which error; its
// own is what ours answers.
//
//   inline constexpr auto table = Sequence{
//       due("remove.stale", Errno::stale, "An expected revision ...",
//           selftest(...), [](const auto& f) { return f.stale; }),
//       effect("remove.named", Change::remove, "The named program goes.", code(...), guard, index)};
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <type_traits>

#include "model/rules/sequence.hpp"
#include "model/rules/source.hpp"
#include "model/words/errno.hpp"

namespace mprogcheck {

enum class Force : std::uint8_t { due, may, effect };

// The primitives on a list. `none`: the request succeeds and no list changes.
enum class Change : std::uint8_t { none, insert, replace, remove };

// The words of a rule, the same in every domain.
struct Clause {
  std::string_view id;
  Force force;
  Errno error;
  Change change;
  std::string_view sentence;
  Source source;
  bool ordered = true;     // its place among the error rules is promised
  bool any_error = false;  // any error keeps the promise
};

// Guard: facts -> D::Bool. Index: facts -> D::Int, the place an effect is at.
template <class Guard, class Index>
struct Rule {
  Clause clause;
  Guard guard;
  Index index;
};
template <class Guard, class Index>
Rule(Clause, Guard, Index) -> Rule<Guard, Index>;  // clang 14 wants it said

inline constexpr auto nowhere = [](const auto&) { return 0; };

template <class Guard>
constexpr auto due(std::string_view id, Errno e, std::string_view sentence, Source source,
                   Guard guard) {
  return Rule{Clause{id, Force::due, e, Change::none, sentence, source, true}, guard, nowhere};
}

template <class Guard>
constexpr auto anywhere(std::string_view id, Errno e, std::string_view sentence, Source source,
                        Guard guard) {
  return Rule{Clause{id, Force::due, e, Change::none, sentence, source, false}, guard, nowhere};
}

template <class Guard>
constexpr auto fails(std::string_view id, Errno e, std::string_view sentence, Source source,
                     Guard guard) {
  return Rule{Clause{id, Force::due, e, Change::none, sentence, source, true, true}, guard,
              nowhere};
}

template <class Guard>
constexpr auto may(std::string_view id, Errno e, std::string_view sentence, Source source,
                   Guard guard) {
  return Rule{Clause{id, Force::may, e, Change::none, sentence, source, true}, guard, nowhere};
}

template <class Guard, class Index = decltype(nowhere)>
constexpr auto effect(std::string_view id, Change change, std::string_view sentence, Source source,
                      Guard guard, Index index = nowhere) {
  return Rule{Clause{id, Force::effect, Errno::ok, change, sentence, source, true}, guard, index};
}

// What a clause stands on in one command, where the other commands that have it stand on other
// texts. With a sentence: it also says it in other words.
struct Cited {
  std::string_view id;
  Source source;
  std::string_view sentence{};
};

// The same rules with these sources. A clause that the table does not have does not compile.
template <class Table, std::size_t kCited>
constexpr Table cite(Table table, const Cited (&all)[kCited]) {
  for (const Cited& cited : all) {
    bool found = false;
    const auto set = [&](Clause& clause) {
      if (clause.id != cited.id) return;
      found = true;
      clause.source = cited.source;
      if (!cited.sentence.empty()) clause.sentence = cited.sentence;
    };
    table.each([&](auto& rule, auto) { set(rule.clause); });
    if (!found) std::abort();
  }
  return table;
}

// Bit i: rule i is of that force.
template <class Table>
constexpr std::uint64_t rules_of(const Table& table, Force force) {
  std::uint64_t mask = 0;
  table.each([&](const auto& rule, auto i) {
    if (rule.clause.force == force) mask |= std::uint64_t{1} << i;
  });
  return mask;
}

template <class Table>
constexpr auto errors_of(const Table& table) {
  std::array<Errno, Table::size> errors{};
  table.each([&](const auto& rule, auto i) { errors[i] = rule.clause.error; });
  return errors;
}

// What a table says of one request over plain values.
struct Decision {
  std::uint64_t met = 0;  // bit i: the guard of rule i holds
  std::uint8_t rule = 0;  // the rule that decides
  Errno error = Errno::ok;
  Change change = Change::none;
  int index = 0;  // where, if something changes
};

// Evaluates every guard (no short cut: the pairs that meet are what coverage counts) and lets the
// first decide.
// Written in place: a Decision returned and copied would stall on its freshly stored fields.
template <const auto& kTable, class Facts>
void decide(const Facts& facts, Decision& d) {
  using Table = std::remove_cvref_t<decltype(kTable)>;
  static_assert(Table::size <= 64);
  constexpr std::uint64_t due = rules_of(kTable, Force::due),
                          effects = rules_of(kTable, Force::effect);
  d = Decision{};
  kTable.each([&](const auto& rule, auto i) {
    d.met |= std::uint64_t{static_cast<bool>(rule.guard(facts))} << i;
  });
  // An effect is met only where no error is due: refused requests change nothing.
  if (d.met & due) d.met &= ~effects;
  const std::uint64_t deciding = d.met & (due | effects);
  if (deciding == 0) std::abort();  // no table leaves a request undecided; spec_test.cpp
  d.rule = static_cast<std::uint8_t>(std::countr_zero(deciding));
  static constexpr auto errors = errors_of(kTable);
  d.error = errors[d.rule];
  if (d.error != Errno::ok) return;
  kTable.each([&](const auto& rule, auto i) {
    if constexpr ((effects >> i & 1) != 0)
      if (d.rule == i) {
        d.change = rule.clause.change;
        d.index = rule.index(facts);
      }
  });
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The tables of a dialect: for each verb its rules, and how the facts they look at are found.
//
// A dialect's tables are one constant, a Sequence of Table and StateTable. visit_table() finds
// the one of a verb; world, clauses, specification and proofs are all made by it, each over its own
// domain. Tables is what a Dialect refers to, the same for every dialect:
//
//   constexpr auto tables = Sequence{Table<Verb::attach, my_rules, MyFacts>{}};
//   constinit const Tables mine = tables_of<tables>();   // model/world/oracle.hpp
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "model/rules/common.hpp"
#include "model/rules/device.hpp"
#include "model/rules/filter.hpp"
#include "model/rules/mainline.hpp"
#include "model/rules/packet.hpp"
#include "model/rules/rfc2_detach.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck {
class World;
}

namespace mprogcheck::rules {

// Rules that look at a list and a request, in any domain: Facts<D>::of(list, request).
template <Verb kVerb, const auto& kRules, template <class> class Facts>
struct Table {
  static constexpr Verb verb = kVerb;
  static constexpr const auto& rules = kRules;
  static constexpr bool of_list = true;
  template <class D, class Chain>
  static auto facts(const Chain& list, const Request<D>& request) {
    return Facts<D>::of(list, request);
  }
};

// Rules that look at devices and filters, which only the world has: World::facts_of<Facts>().
template <Verb kVerb, const auto& kRules, class FactsOfState>
struct StateTable {
  static constexpr Verb verb = kVerb;
  static constexpr const auto& rules = kRules;
  static constexpr bool of_list = false;
  using Facts = FactsOfState;
};

inline constexpr auto shared_tables = Sequence{
    Table<Verb::link_detach, link_detach, LinkFacts>{},
    Table<Verb::info, info, LinkFacts>{},
    Table<Verb::fdinfo, fdinfo, LinkFacts>{},
    Table<Verb::close, close, LinkFacts>{},
    Table<Verb::remove, remove, LinkFacts>{},
    Table<Verb::qdisc, qdisc, LinkFacts>{},
    Table<Verb::packet, packet, PacketFacts>{},
    Table<Verb::provoke, provoke, LinkFacts>{},
    StateTable<Verb::create, create, CreateFacts>{},
    StateTable<Verb::change, change, ChangeFacts>{},
    StateTable<Verb::set, set, SetFacts>{},
    StateTable<Verb::send, send, SendFacts>{},
    StateTable<Verb::filter, filter, FilterFacts<Plain>>{},
    StateTable<Verb::filter_link, filter_link, FilterFacts<Plain>>{},
    StateTable<Verb::chain, chain, FilterFacts<Plain>>{},
};

inline constexpr auto mainline_tables =
    join(Sequence{Table<Verb::attach, mainline::attach, mainline::InsertFacts>{},
                  Table<Verb::link_create, mainline::link_create, mainline::InsertFacts>{},
                  Table<Verb::link_update, link_update, LinkFacts>{},
                  Table<Verb::detach, mainline::detach, mainline::RemoveFacts>{},
                  Table<Verb::query, query, QueryFacts>{}},
         shared_tables);

inline constexpr auto rfc2_tables =
    join(Sequence{Table<Verb::attach, rfc2::attach, rfc2::InsertFacts>{},
                  Table<Verb::link_create, rfc2::link_create, rfc2::InsertFacts>{},
                  Table<Verb::link_update, rfc2::link_update, LinkFacts>{},
                  Table<Verb::detach, rfc2::detach, rfc2::RemoveFacts>{},
                  Table<Verb::query, rfc2::query, QueryFacts>{}},
         shared_tables);

// Calls f(table) with the table of the verb, if there is one.
template <class DialectTables, class F>
constexpr bool visit_table(const DialectTables& tables, Verb verb, F&& f) {
  return tables.apply(
      [&](const auto&... table) { return ((table.verb == verb && (f(table), true)) || ...); });
}

// What a table says, in words.
template <const auto& kRules>
inline constexpr auto clauses_in = [] {
  std::array<Clause, kRules.size> all{};
  kRules.each([&](const auto& rule, auto i) { all[i] = rule.clause; });
  return all;
}();

// The tables of a dialect by verb, over plain values. A verb without rules has no clauses.
struct Tables {
  struct OfVerb {
    std::span<const Clause> clauses;
    // `list`: World's number of the list concerned.
    void (*decide)(const World&, const Operation&, int list, Decision&) = nullptr;
  };
  std::array<OfVerb, kVerbs> of_verb{};

  const OfVerb& operator[](Verb verb) const { return of_verb[static_cast<std::size_t>(verb)]; }
};

extern const Tables kMainlineTables, kRfc2Tables;

}  // namespace mprogcheck::rules

// SPDX-License-Identifier: GPL-2.0-only
// Which table of rules is whose, in words.
#include "model/rules/common.hpp"
#include "model/rules/device.hpp"
#include "model/rules/filter.hpp"
#include "model/rules/mainline.hpp"
#include "model/rules/packet.hpp"
#include "model/rules/rfc2.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {
namespace {

template <class Table>
std::span<const Clause> clauses_in(const Table& table) {
  static const auto clauses = [&] {
    std::array<Clause, std::tuple_size_v<Table>> all{};
    for_each_rule(table, [&](const auto& rule, auto i) { all[i] = rule.clause; });
    return all;
  }();
  return clauses;
}

}  // namespace

std::span<const Clause> clauses_of(Dialect dialect, Verb verb) {
  using namespace rules;
  const bool m = dialect == Dialect::mainline;
  switch (verb) {
    case Verb::attach:
      return m ? clauses_in(mainline::attach) : clauses_in(rfc2::attach);
    case Verb::detach:
      return m ? clauses_in(mainline::detach) : clauses_in(rfc2::detach);
    case Verb::link_create:
      return m ? clauses_in(mainline::link_create) : clauses_in(rfc2::link_create);
    case Verb::query:
      return clauses_in(rules::query);
    case Verb::link_update:
      return clauses_in(rules::link_update);
    case Verb::link_detach:
      return clauses_in(rules::link_detach);
    case Verb::info:
      return clauses_in(rules::info);
    case Verb::fdinfo:
      return clauses_in(rules::fdinfo);
    case Verb::close:
      return clauses_in(rules::close);
    case Verb::remove:
      return clauses_in(rules::remove);
    case Verb::qdisc:
      return clauses_in(rules::qdisc);
    case Verb::packet:
      return clauses_in(rules::packet);
    case Verb::provoke:
      return clauses_in(rules::provoke);
    case Verb::create:
      return clauses_in(rules::create);
    case Verb::change:
      return clauses_in(rules::change);
    case Verb::set:
      return clauses_in(rules::set);
    case Verb::send:
      return clauses_in(rules::send);
    case Verb::filter:
      return clauses_in(rules::filter);
    case Verb::filter_link:
      return clauses_in(rules::filter_link);
    case Verb::chain:
      return clauses_in(rules::chain);
  }
  return {};
}

}  // namespace mprogcheck

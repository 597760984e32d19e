// SPDX-License-Identifier: GPL-2.0-only
// The part of the model that makes, changes and tears down filters.
#include <algorithm>

#include "model/world/oracle.hpp"

namespace mprogcheck {
namespace {

bool whole_chain(const Operation& op) {
  return op.verb == Verb::chain;
}

}  // namespace

bool World::has_filters(std::uint8_t device) const {
  return device_present(device) && std::any_of(filters_[device].begin(), filters_[device].end(),
                                               [](const Filter& filter) { return filter.there; });
}

template <>
rules::FilterFacts<Plain> World::facts_of(const Operation& op) const {
  rules::FilterFacts<Plain> f{};
  f.r = looked_up(op, op.verb);
  f.changes = op.change == TcChange::change;
  f.skips_sw = (op.bits & kSkipSw) != 0;
  if (!device_present(op.point.device)) return f;
  const Qdisc qdisc = qdiscs_[op.point.device];
  f.no_hook = qdisc == Qdisc::none || (qdisc == Qdisc::ingress && op.point.hook == Hook::egress);
  const Filter* const first = &filters_[op.point.device][filter_index(op.point.hook, op.key)];
  const std::size_t count = whole_chain(op) ? kFiltersOfChain : 1;
  f.there = std::any_of(first, first + count, [](const Filter& filter) { return filter.there; });
  f.owned = f.there && first->link != kNoLink;
  return f;
}

void World::let_go(Filter& filter) {
  if (!filter.there) return;
  if (filter.link == kNoLink) {
    --progs_[filter.prog.raw].holders;
    --references_;
  } else {
    links_[filter.link.raw].owns_filter = false;
  }
  filter = {};
}

void World::tear_down(std::uint8_t device) {
  for (Filter& filter : filters_[device]) let_go(filter);
}

void World::make_filter(const Operation& op, Link owner) {
  const std::size_t index = filter_index(op.point.hook, op.key);
  const Prog prog{op.prog.raw};
  filters_[op.point.device][index] = {.there = true, .prog = prog, .link = owner};
  ++progs_[prog.raw].holders;
  ++references_;
  if (owner == kNoLink) return;
  links_[owner.raw] = {.created = true,
                       .open = true,
                       .attached = false,
                       .owns_filter = true,
                       .of_filter = true,
                       .filter = static_cast<std::uint8_t>(index),
                       .point = op.point,
                       .hook = op.point.hook,
                       .prog = prog};
  ++references_;
}

// Whoever holds the old program, a link or the filter itself, holds the new one instead.
void World::exchange(Filter& filter, Prog prog) {
  --progs_[filter.prog.raw].holders;
  ++progs_[prog.raw].holders;
  filter.prog = prog;
  if (filter.link != kNoLink) links_[filter.link.raw].prog = prog;
}

void World::change_filters(const Operation& op) {
  Filter* const first = &filters_[op.point.device][filter_index(op.point.hook, op.key)];
  if (whole_chain(op))
    std::for_each(first, first + kFiltersOfChain, [this](Filter& filter) { let_go(filter); });
  else if (op.change == TcChange::remove)
    let_go(*first);
  else if (first->there)
    exchange(*first, Prog{op.prog.raw});
  else
    make_filter(op, has_trait(op.verb, Trait::makes_link) ? Link{op.link.raw} : kNoLink);
}

// What the owner does with its link, where that has a filter.
void World::change_own_filter(const Operation& op) {
  const Ref l = link_of(op);
  if (l.kind != Ref::Kind::link || !links_[l.raw].owns_filter) return;
  Filter& filter = filters_[links_[l.raw].point.device][links_[l.raw].filter];
  if (takes<&Operation::prog>(op.verb) && takes<&Operation::link>(op.verb))
    exchange(filter, Prog{op.prog.raw});
  else
    let_go(filter);
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The rules over plain values: makes the Tables of a dialect from the constant that lists them.
#pragma once

#include "model/rules/tables.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"
#include "model/world/packet_order.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {

template <>
rules::CreateFacts World::facts_of(const Operation& op) const;
template <>
rules::ChangeFacts World::facts_of(const Operation& op) const;
template <>
rules::SetFacts World::facts_of(const Operation& op) const;
template <>
rules::SendFacts World::facts_of(const Operation& op) const;
template <>
rules::FilterFacts<Plain> World::facts_of(const Operation& op) const;

// What bpf(2) finds behind a value that is said to be a program's descriptor, or its id. Without
// branches: what is asked of is as good as random, and the processor would guess wrong.
[[gnu::always_inline]] inline Object<Plain> World::prog_object(Ref r, bool by_id,
                                                               bool any_type) const {
  const ProgState& p = progs_[r.raw];
  const bool is_prog = r.kind == Ref::Kind::prog, is_link = r.kind == Ref::Kind::link;
  const bool there = is_prog & (p.open | (by_id & p.alive()));
  const bool link_there = is_link & links_[r.raw].open;
  const bool other =
      (r.kind == Ref::Kind::file) | (r.kind == Ref::Kind::map) | (r.kind == Ref::Kind::foreign);
  return {
      .none = r.kind == Ref::Kind::none,
      .missing = bool((r.kind == Ref::Kind::bad) | (is_prog & !there) | (is_link & !link_there)),
      .wrong_kind = bool(other | link_there),
      .wrong_type = bool(there & !any_type & (p.type != ProgType::sched_cls)),
      .prog = Prog{r.raw},
      .link = kNoLink};
}

// Likewise of a link. A link is open as long as it lives: its descriptor is its only reference.
[[gnu::always_inline]] inline Object<Plain> World::link_object(Ref r, bool by_id,
                                                               bool any_type) const {
  const LinkState& l = links_[r.raw];
  const bool is_prog = r.kind == Ref::Kind::prog, is_link = r.kind == Ref::Kind::link;
  const bool there = is_link & l.open;
  const bool prog_there = is_prog & progs_[r.raw].open & !by_id;
  return {
      .none = r.kind == Ref::Kind::none,
      .missing = bool((r.kind == Ref::Kind::bad) | (is_link & !there) | (is_prog & !prog_there)),
      .wrong_kind = bool((r.kind == Ref::Kind::file) | (r.kind == Ref::Kind::map) | prog_there),
      .wrong_type = bool((r.kind == Ref::Kind::foreign) |
                         (there & !any_type & (progs_[l.prog.raw].type != ProgType::sched_cls))),
      .prog = l.prog,
      .link = Link{r.raw}};
}

// The device by its index in the caller's namespace.
[[gnu::always_inline]] inline void World::look_up_device(const Operation& op,
                                                         Request<Plain>& r) const {
  const bool at_netkit = of_netkit(op.point.hook);
  if (!device_present(op.point.device)) {
    r.device_known = r.not_netkit = op.point.device == kLoopback && at_netkit;
    return;
  }
  const DeviceView& d = devices_[op.point.device];
  r.device_known = op.space == (d.there ? d.space : 0);
  if (!at_netkit || !r.device_known) return;
  r.not_netkit = !d.there;
  r.not_primary = d.there && !d.primary;
  r.single_device = d.there && d.primary && d.pairing == netkit::single;
}

[[gnu::always_inline]] inline Request<Plain> World::looked_up(const Operation& op,
                                                              Verb verb) const {
  Request<Plain> r{};
  r.replace = op.has(flag::replace);
  r.before = op.has(flag::before);
  r.after = op.has(flag::after);
  r.first = op.has(flag::first);
  r.last = op.has(flag::last);
  r.id = op.has(flag::id);
  r.by_link = op.has(flag::link);
  r.other_flags = op.bits != 0;
  r.hook_known = op.point.hook != Hook::bogus;
  look_up_device(op, r);
  r.privileged = op.caller == Caller::root;
  r.expects = op.revision != 0;
  r.expected = op.revision;
  r.owner = kNoLink;
  r.link.none = r.old.none = r.relative.none = r.prog.none = true;
  if (op.odd_attribute()) {
    r.long_attribute = long_attribute(op);
    r.dirty_tail = dirty_tail(op);
    r.dirty_gap = dirty_gap(op);
    r.other_flags = r.other_flags || dirty_flags(op);
  }

  const bool of_list = has_trait(verb, Trait::list), inserts = has_trait(verb, Trait::inserts);
  const bool of_link = has_trait(verb, Trait::changes_link) || has_trait(verb, Trait::tells_link);
  if (verb == Verb::close) {
    if (op.prog.kind == Ref::Kind::prog) r.prog = prog_object(op.prog, false, true);
    if (op.prog.kind == Ref::Kind::link) r.link = link_object(op.prog, false, true);
  } else {
    if (takes<&Operation::prog>(verb)) r.prog = prog_object(op.prog, false, false);
    if (takes<&Operation::old>(verb)) r.old = prog_object(op.old, false, !inserts);
    if (of_link) r.link = link_object(op.link, false, true);
    if (of_link && r.link.wrong_type) r.link.wrong_kind = true;
  }
  if (r.link.usable()) {
    r.link_attached = links_[r.link.link.raw].attached;
    r.owns_filter = links_[r.link.link.raw].owns_filter;
    r.of_filter = links_[r.link.link.raw].of_filter;
  }
  if (of_list) {
    if (has_trait(verb, Trait::makes_link)) r.owner = Link{op.link.raw};
    // On detach of nobody in particular a relative of any type will do. A foreign link keeps its
    // wrong type even then: it has no program that could be anywhere on a list.
    const bool any = !inserts && r.prog.none;
    r.relative =
        r.by_link ? link_object(op.relative, r.id, any) : prog_object(op.relative, r.id, any);
  }
  r.arrays = op.arrays != 0;
  r.prog_ids = (op.arrays & array::progs) != 0;
  r.fault = op.fault;
  r.room = op.room;
  for (std::size_t i = 0; i < op.says.size(); ++i) {
    const Action action = op.says[i].action;
    r.says[i] = {.ends = action == Action::pass || action == Action::drop,
                 .drops = action == Action::drop,
                 .prog = op.says[i].prog};
  }
  if (has_trait(verb, Trait::filter)) r.other_flags = (op.bits & ~(kSkipHw | kSkipSw)) != 0;
  if (takes<&Operation::change>(verb)) {
    r.adds = op.change == TcChange::add;
    r.removes = op.change == TcChange::remove;
  }
  if (verb == Verb::remove) {
    r.whole_namespace = op.point.device == kAllDevices;
    r.device_known = r.whole_namespace || device_present(op.point.device);
    r.paired = device_present(op.point.device) && devices_[op.point.device].there &&
               devices_[op.point.device].pairing == netkit::pair;
    r.has_filters = has_filters(op.point.device);
  }
  if (verb == Verb::qdisc) {
    r.has_qdisc = r.device_known && qdiscs_[op.point.device] != Qdisc::none;
    r.has_filters = has_filters(op.point.device);
    r.other_qdisc = r.has_qdisc && qdiscs_[op.point.device] != op.kind;
  }
  return r;
}

// What the rules of one table say of `op`, whose list is at `where`. Flattened, request and facts
// never become objects in memory.
template <class Table>
[[gnu::flatten]] void World::decide_with(const World& world, const Operation& op, int where,
                                         Decision& out) {
  if constexpr (!Table::of_list) {
    decide<Table::rules>(world.facts_of<typename Table::Facts>(op), out);
  } else {
    const Request<Plain> r = world.looked_up(op, Table::verb);
    if constexpr (Table::verb == Verb::packet) {
      decide<Table::rules>(Table::facts(MetByPacket(world, op.point), r), out);
    } else {
      if constexpr (Table::verb == Verb::query) {
        const auto asked = world.located(op.point, op.space);
        where = asked ? index(*asked) : kNowhere;
      }
      static const Chain empty;
      const Chain& list = where != kNowhere ? world.list(where) : empty;
      decide<Table::rules>(Table::facts(list, r), out);
    }
  }
}

namespace rules {

template <const auto& kTables>
constexpr Tables tables_of() {
  Tables all;
  kTables.apply([&]<class... Table>(const Table&...) {
    ((all.of_verb[static_cast<std::size_t>(Table::verb)] = {clauses_in<Table::rules>,
                                                            &World::decide_with<Table>}),
     ...);
  });
  return all;
}

}  // namespace rules
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "model/world/world.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "model/rules/common.hpp"
#include "model/rules/device.hpp"
#include "model/rules/filter.hpp"
#include "model/rules/mainline.hpp"
#include "model/rules/packet.hpp"
#include "model/rules/rfc2.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/world/packet_order.hpp"
#include "model/world/packet_path.hpp"

namespace mprogcheck {

void World::reset(const Header& header) {
  header_ = header;
  for (auto& c : chains_) c.reset(header.capacity, header.revision);
  for (std::size_t i = 0; i < kMaxDevices; ++i) device_present_[i] = i < header.devices;
  qdiscs_.fill(Qdisc::none);
  filters_.fill({});
  devices_.fill({});
  space_there_.fill(true);
  for (std::size_t i = 0; i < kMaxProgs; ++i)
    progs_[i] = {.type = header.xdp[i] ? ProgType::xdp : ProgType::sched_cls,
                 .loaded = header.loaded[i],
                 .open = header.loaded[i],
                 .holders = 0};
  for (std::size_t i = 0; i < links_named_; ++i) links_[i] = {};
  links_named_ = 0;
  references_ = static_cast<int>(header.loaded.count());
}

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

[[gnu::always_inline]] inline Request<Plain> World::looked_up(const Operation& op) const {
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
  }

  switch (op.verb) {
    case Verb::filter:
    case Verb::filter_link:
      r.prog = prog_object(op.prog, false, false);
      r.other_flags = (op.bits & ~(kSkipHw | kSkipSw)) != 0;
      [[fallthrough]];
    case Verb::chain:
      r.adds = op.change == TcChange::add;
      r.removes = op.change == TcChange::remove;
      break;
    case Verb::attach:
    case Verb::link_create:
      r.prog = prog_object(op.prog, false, false);
      if (op.verb == Verb::link_create) r.owner = Link{op.link.raw};
      if (op.verb == Verb::attach) r.old = prog_object(op.old, false, false);
      break;
    case Verb::detach:
      r.prog = prog_object(op.prog, false, false);
      r.old = prog_object(op.old, false, true);
      break;
    case Verb::link_update:
      r.prog = prog_object(op.prog, false, false);
      r.old = prog_object(op.old, false, true);
      [[fallthrough]];
    case Verb::link_detach:
    case Verb::info:
    case Verb::fdinfo:
      r.link = link_object(op.link, false, true);
      if (r.link.wrong_type) r.link.wrong_kind = true;
      break;
    case Verb::close:
      if (op.prog.kind == Ref::Kind::prog) r.prog = prog_object(op.prog, false, true);
      if (op.prog.kind == Ref::Kind::link) r.link = link_object(op.prog, false, true);
      break;
    case Verb::query:
      r.arrays = op.arrays != 0;
      r.fault = op.fault;
      r.room = op.room;
      break;
    case Verb::packet:
      for (std::size_t i = 0; i < op.says.size(); ++i) {
        const Action says = op.says[i].action;
        r.says[i] = {.ends = says == Action::pass || says == Action::drop,
                     .drops = says == Action::drop,
                     .prog = op.says[i].prog};
      }
      break;
    case Verb::remove:
      r.whole_namespace = op.point.device == kAllDevices;
      r.device_known = r.whole_namespace || device_present(op.point.device);
      r.paired = device_present(op.point.device) && devices_[op.point.device].there &&
                 devices_[op.point.device].pairing == netkit::pair;
      r.has_filters = has_filters(op.point.device);
      break;
    case Verb::qdisc:
      r.has_qdisc = r.device_known && qdiscs_[op.point.device] != Qdisc::none;
      r.has_filters = has_filters(op.point.device);
      r.other_qdisc = r.has_qdisc && qdiscs_[op.point.device] != op.kind;
      r.adds = op.change == TcChange::add;
      r.removes = op.change == TcChange::remove;
      break;
    case Verb::provoke:
    case Verb::create:
    case Verb::change:
    case Verb::set:
    case Verb::send:
      break;
  }
  if (r.link.usable()) {
    r.link_attached = links_[r.link.link.raw].attached;
    r.owns_filter = links_[r.link.link.raw].owns_filter;
  }

  if (op.verb == Verb::attach || op.verb == Verb::link_create || op.verb == Verb::detach) {
    // On detach of nobody in particular a relative of any type will do. A foreign link keeps its
    // wrong type even then: it has no program that could be anywhere on a list.
    const bool any = op.verb == Verb::detach && r.prog.none;
    r.relative =
        r.by_link ? link_object(op.relative, r.id, any) : prog_object(op.relative, r.id, any);
  }
  return r;
}

Request<Plain> World::request(const Operation& op) const {
  return looked_up(shortened(op));
}

std::optional<Point> World::concerns(const Operation& op) const {
  return op.size == kWhole ? concerned(op) : concerned(shortened(op));
}

std::optional<Point> World::concerned(const Operation& op) const {
  switch (op.verb) {
    case Verb::attach:
    case Verb::detach:
    case Verb::link_create:
      return located(op.point, op.space);
    case Verb::link_update:
    case Verb::link_detach:
    case Verb::close: {
      const Ref l = op.verb == Verb::close ? op.prog : op.link;
      if (l.kind == Ref::Kind::link && links_[l.raw].attached) return links_[l.raw].point;
      return std::nullopt;
    }
    case Verb::qdisc:
      if (device_present(op.point.device)) return Point{op.point.device, Hook::ingress};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

namespace {

const Chain& empty_chain() {
  static const Chain chain;
  return chain;
}

[[noreturn, gnu::cold]] void changes_nowhere(const Clause& clause) {
  throw std::logic_error("the rule " + std::string(clause.id) +
                         " changes a list where no list is concerned");
}

}  // namespace

// Calls visit<table>(facts) with the rules that decide `op` and what they look at.
template <class Visit>
auto World::with_rules(const Operation& op, std::optional<Point> where, Visit&& visit) const {
  using namespace rules;
  using D = Plain;
  const bool mainline_rules = header_.dialect == Dialect::mainline;
  const Request<D> r = looked_up(op);
  const Chain& c = where ? chains_[index(*where)] : empty_chain();
  switch (op.verb) {
    case Verb::attach:
      return mainline_rules
                 ? visit.template operator()<mainline::attach>(mainline::insert_facts<D>(c, r))
                 : visit.template operator()<rfc2::attach>(rfc2::insert_facts<D>(c, r));
    case Verb::link_create:
      return mainline_rules
                 ? visit.template operator()<mainline::link_create>(mainline::insert_facts<D>(c, r))
                 : visit.template operator()<rfc2::link_create>(rfc2::insert_facts<D>(c, r));
    case Verb::detach:
      return mainline_rules
                 ? visit.template operator()<mainline::detach>(mainline::remove_facts<D>(c, r))
                 : visit.template operator()<rfc2::detach>(rfc2::remove_facts<D>(c, r));
    case Verb::query: {
      const auto asked = located(op.point, op.space);
      const Chain& at = asked ? chains_[index(*asked)] : empty_chain();
      return visit.template operator()<rules::query>(query_facts<D>(at, r));
    }
    case Verb::packet:
      return visit.template operator()<rules::packet>(packet_facts<D>(Asked(*this, op.point), r));
    case Verb::filter:
      return visit.template operator()<rules::filter>(filter_facts(op, r));
    case Verb::filter_link:
      return visit.template operator()<rules::filter_link>(filter_facts(op, r));
    case Verb::chain:
      return visit.template operator()<rules::chain>(filter_facts(op, r));
    case Verb::create:
      return visit.template operator()<rules::create>(create_facts(op));
    case Verb::change:
      return visit.template operator()<rules::change>(change_facts(op));
    case Verb::set:
      return visit.template operator()<rules::set>(set_facts(op));
    case Verb::send:
      return visit.template operator()<rules::send>(send_facts(op));
    case Verb::link_update:
    case Verb::link_detach:
    case Verb::info:
    case Verb::fdinfo:
    case Verb::close:
    case Verb::remove:
    case Verb::qdisc:
    case Verb::provoke:
      break;
  }
  const LinkFacts<D> f = link_facts<D>(c, r);
  if (op.verb == Verb::link_update) return visit.template operator()<rules::link_update>(f);
  if (op.verb == Verb::link_detach) return visit.template operator()<rules::link_detach>(f);
  if (op.verb == Verb::info) return visit.template operator()<rules::info>(f);
  if (op.verb == Verb::fdinfo) return visit.template operator()<rules::fdinfo>(f);
  if (op.verb == Verb::close) return visit.template operator()<rules::close>(f);
  if (op.verb == Verb::qdisc) return visit.template operator()<rules::qdisc>(f);
  if (op.verb == Verb::provoke) return visit.template operator()<rules::provoke>(f);
  return visit.template operator()<rules::remove>(f);
}

Decision World::decision(const Operation& op) const {
  Decision d;
  const Operation asked = shortened(op);
  decide_into(asked, concerned(asked), d);
  return d;
}

void World::decide_into(const Operation& op, std::optional<Point> where, Decision& out) const {
  with_rules(
      op, where, [&]<const auto & kTable>(const auto& facts) { decide<kTable>(facts, out); });
}

void World::step(const Operation& op, Prediction& out) {
  if (op.size == kWhole)
    take(op, out);
  else
    take(shortened(op), out);
}

void World::take(const Operation& op, Prediction& out) {
  const auto where = concerned(op);
  decide_into(op, where, out.decision);
  Observation& seen = out.observation;
  seen.error = out.decision.error;
  seen.fate = Fate::none;
  seen.harm = Harm::none;
  seen.overran = seen.strayed = false;
  seen.at = kNoPoint;
  seen.answer.revision = 0;
  seen.answer.count = seen.answer.filled = 0;
  seen.has_after = where.has_value();
  seen.has_devices = false;
  const auto with_filters = concerns_filters(op);
  seen.has_filters = with_filters.has_value();
  seen.journey.start();
  if (op.verb == Verb::send) answer_send(op, out.decision, seen);
  if (op.verb == Verb::query) answer_query(op, out.decision, seen);
  if (op.verb == Verb::packet) answer_packet(op, out.decision, seen);
  if (op.verb == Verb::info || op.verb == Verb::fdinfo) answer_info(op, out.decision, seen);
  carry_out(op, out.decision, where);
  if (where) chains_[index(*where)].list(seen.after);
  if (where && op.verb == Verb::qdisc)
    chains_[index({where->device, Hook::egress})].list(seen.answer);
  if (with_filters) seen.filters = filters_[*with_filters];
  seen.references = references_;
  if (!tells_devices(op.verb)) return;
  seen.has_devices = true;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) seen.devices[d] = view(d);
}

void World::leave(Point point, int i) {
  const Entry gone = chains_[index(point)].at(i);
  chains_[index(point)].remove(i);
  if (gone.link == kNoLink) {
    --progs_[gone.prog.raw].holders;
    --references_;
  } else {
    links_[gone.link.raw].attached = false;
  }
}

void World::carry_out(const Operation& op, const Decision& d, std::optional<Point> where) {
  const bool new_link = op.verb == Verb::link_create || op.verb == Verb::filter_link;
  if (new_link && op.link.raw >= links_named_)
    links_named_ = static_cast<std::uint16_t>(op.link.raw + 1);
  if (d.error != Errno::ok) return;

  if (d.change != Change::none) {
    if (!where) changes_nowhere(clauses_of(header_.dialect, op.verb)[d.rule]);
    Chain& c = chains_[index(*where)];
    const Prog in{op.prog.raw};
    const auto ends = static_cast<std::uint8_t>(
        header_.dialect == Dialect::rfc2 ? op.flags & (flag::first | flag::last) : 0);
    if (d.change == Change::insert) {
      const bool by_link = op.verb == Verb::link_create;
      c.insert(d.index, {in, by_link ? Link{op.link.raw} : kNoLink, ends});
      if (by_link) {
        links_[op.link.raw] = {.created = true,
                               .open = true,
                               .attached = true,
                               .owns_filter = false,
                               .filter = 0,
                               .point = *where,
                               .hook = op.point.hook,
                               .prog = in};
        ++references_;
      }
      ++progs_[in.raw].holders;
      ++references_;
    } else if (d.change == Change::replace) {
      Entry e = c.at(d.index);
      --progs_[e.prog.raw].holders;
      ++progs_[in.raw].holders;
      e.prog = in;
      const bool owned = e.link != kNoLink;
      const auto end = [&](std::uint8_t f) {
        const bool is = rules::end_after_replace<Plain>(owned, (e.flags & f) != 0, (ends & f) != 0);
        return is ? f : std::uint8_t{0};
      };
      e.flags = static_cast<std::uint8_t>(end(flag::first) | end(flag::last));
      if (owned) links_[e.link.raw].prog = in;
      c.replace(d.index, e);
    } else {
      leave(*where, d.index);
    }
    c.set_revision(rules::next_revision<Plain>(header_.dialect, c.revision()));
  }

  change_own_filter(op);
  if (of_filters(op.verb)) change_filters(op);
  if (op.verb == Verb::close) {
    --references_;
    if (op.prog.kind == Ref::Kind::prog) {
      progs_[op.prog.raw].open = false;
    } else {
      LinkState& l = links_[op.prog.raw];
      l.open = false;
      --progs_[l.prog.raw].holders;
      --references_;
    }
  }
  if (op.verb == Verb::remove) {
    const bool all = op.point.device == kAllDevices;
    if (all) space_there_[op.space] = false;
    for (std::uint8_t d = 0; d < kMaxDevices; ++d)
      if (d == op.point.device ||
          (all && device_present_[d] && op.space == (devices_[d].there ? devices_[d].space : 0)))
        remove_device(d);
  }
  if (op.verb == Verb::create) create(op);
  if (op.verb == Verb::change) change(op);
  if (op.verb == Verb::set) set(op);
  if (op.verb == Verb::qdisc) {
    const Qdisc kind = op.change == TcChange::remove ? Qdisc::none : op.kind;
    if (kind != qdiscs_[op.point.device]) tear_down(op.point.device);
    qdiscs_[op.point.device] = kind;
  }
}

}  // namespace mprogcheck

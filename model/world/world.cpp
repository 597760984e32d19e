// SPDX-License-Identifier: GPL-2.0-only
#include "model/world/world.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "model/words/bpf_attribute.hpp"
#include "model/words/text.hpp"
#include "model/world/oracle.hpp"

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

Request<Plain> World::request(const Operation& op) const {
  const Operation given = shortened(op);
  return looked_up(given, given.verb);
}

std::optional<Point> World::concerns(const Operation& op) const {
  const int where = op.size == kWhole ? concerned(op) : concerned(shortened(op));
  return where == kNowhere ? std::nullopt : std::optional(point_at(where));
}

int World::concerned(const Operation& op) const {
  if (has_trait(op.verb, Trait::list)) {
    const auto where = located(op.point, op.space);
    return where ? index(*where) : kNowhere;
  }
  if (has_trait(op.verb, Trait::changes_link)) {
    const Ref l = link_of(op);
    const bool attached = l.kind == Ref::Kind::link && links_[l.raw].attached;
    return attached ? index(links_[l.raw].point) : kNowhere;
  }
  if (op.verb == Verb::qdisc && device_present(op.point.device))
    return index({op.point.device, Hook::ingress});
  return kNowhere;
}

std::optional<std::uint8_t> World::concerns_filters(const Operation& op) const {
  if (has_trait(op.verb, Trait::changes_link)) {
    const Ref l = link_of(op);
    if (l.kind != Ref::Kind::link || !links_[l.raw].owns_filter) return std::nullopt;
    return links_[l.raw].point.device;
  }
  // A qdisc alone is there to be shared; it has filters only where somebody made one.
  const bool here = of_filters(op.verb) ? device_present(op.point.device)
                                        : op.verb == Verb::qdisc && has_filters(op.point.device);
  return here ? std::optional(op.point.device) : std::nullopt;
}

namespace {

[[noreturn, gnu::cold]] void changes_nowhere(const Clause& clause) {
  throw std::logic_error("the rule " + std::string(clause.id) +
                         " changes a list where no list is concerned");
}

[[noreturn, gnu::cold]] void has_no_rules(Dialect dialect, Verb verb) {
  throw std::logic_error("dialect " + std::string(dialect->name) + " has no rules for " +
                         std::string(word(verb)));
}

}  // namespace

// Apart, so that a whole request needs no room for a second one.
[[gnu::noinline]] void World::decide_shortened(const Operation& op, Decision& out) const {
  const Operation given = shortened(op);
  decide_into(given, concerned(given), out);
}

// One object is returned, on every way: see decide().
Decision World::decision(const Operation& op) const {
  Decision d;
  if (op.size == kWhole)
    decide_into(op, concerned(op), d);
  else
    decide_shortened(op, d);
  return d;
}

void World::decide_into(const Operation& op, int where, Decision& out) const {
  const auto decide = (*header_.dialect->tables)[op.verb].decide;
  if (!decide) has_no_rules(header_.dialect, op.verb);
  decide(*this, op, where, out);
}

void World::step(const Operation& op, Prediction& out) {
  if (op.size == kWhole)
    take(op, out);
  else
    take(shortened(op), out);
}

// What a verb answers, and what it does beside the change of a list that its rule names.
struct World::Act {
  Verb verb;
  void (World::*answer)(const Operation&, const Decision&, Observation&) const = nullptr;
  void (World::*effect)(const Operation&) = nullptr;
};

const World::Act& World::act_of(Verb verb) {
  static constexpr auto kActs = [] {
    std::array<Act, kVerbs> all{};
    for (const Act& act : {
             Act{.verb = Verb::query, .answer = &World::answer_query},
             Act{.verb = Verb::packet, .answer = &World::answer_packet},
             Act{.verb = Verb::send, .answer = &World::answer_send},
             Act{.verb = Verb::info, .answer = &World::answer_info},
             Act{.verb = Verb::fdinfo, .answer = &World::answer_info},
             Act{.verb = Verb::close, .effect = &World::close},
             Act{.verb = Verb::remove, .effect = &World::remove},
             Act{.verb = Verb::create, .effect = &World::create},
             Act{.verb = Verb::change, .effect = &World::change},
             Act{.verb = Verb::set, .effect = &World::set},
             Act{.verb = Verb::qdisc, .effect = &World::change_qdisc},
             Act{.verb = Verb::filter, .effect = &World::change_filters},
             Act{.verb = Verb::filter_link, .effect = &World::change_filters},
             Act{.verb = Verb::chain, .effect = &World::change_filters},
         })
      all[static_cast<std::size_t>(act.verb)] = act;
    return all;
  }();
  return kActs[static_cast<std::size_t>(verb)];
}

void World::take(const Operation& op, Prediction& out) {
  const int where = concerned(op);
  decide_into(op, where, out.decision);
  Observation& seen = out.observation;
  seen.error = out.decision.error;
  seen.fate = Fate::none;
  seen.harm = Harm::none;
  seen.overran = seen.strayed = false;
  seen.at = kNoPoint;
  seen.answer.revision = 0;
  seen.answer.count = seen.answer.filled = 0;
  seen.has_after = where != kNowhere;
  seen.has_devices = false;
  const auto with_filters = concerns_filters(op);
  seen.has_filters = with_filters.has_value();
  seen.journey.start();
  if (const auto answer = act_of(op.verb).answer) (this->*answer)(op, out.decision, seen);
  carry_out(op, out.decision, where);
  if (where != kNowhere) list(where).list(seen.after);
  if (where != kNowhere && op.verb == Verb::qdisc)
    list(Point{op.point.device, Hook::egress}).list(seen.answer);
  if (with_filters) seen.filters = filters_[*with_filters];
  seen.references = references_;
  if (!tells_devices(op.verb)) return;
  seen.has_devices = true;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) show(d, seen.devices[d]);
}

void World::leave(Point point, int i) {
  const Entry gone = list(point).at(i);
  list(point).remove(i);
  if (gone.link == kNoLink) {
    --progs_[gone.prog.raw].holders;
    --references_;
  } else {
    links_[gone.link.raw].attached = false;
  }
}

void World::carry_out(const Operation& op, const Decision& d, int where) {
  const bool by_link = has_trait(op.verb, Trait::makes_link);
  if (by_link && op.link.raw >= links_named_)
    links_named_ = static_cast<std::uint16_t>(op.link.raw + 1);
  if (d.error != Errno::ok) return;

  if (d.change != Change::none) {
    if (where == kNowhere) changes_nowhere(clauses_of(header_.dialect, op.verb)[d.rule]);
    Chain& c = list(where);
    const Prog in{op.prog.raw};
    const auto ends = static_cast<std::uint8_t>(op.flags & header_.dialect->entry_flags);
    if (d.change == Change::insert) {
      c.insert(d.index, {in, by_link ? Link{op.link.raw} : kNoLink, ends});
      if (by_link) {
        links_[op.link.raw] = {.created = true,
                               .open = true,
                               .attached = true,
                               .owns_filter = false,
                               .of_filter = false,
                               .filter = 0,
                               .point = point_at(where),
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
      leave(point_at(where), d.index);
    }
    c.set_revision(rules::next_revision<Plain>(header_.dialect, c.revision()));
  }

  if (has_trait(op.verb, Trait::changes_link)) change_own_filter(op);
  if (const auto effect = act_of(op.verb).effect) (this->*effect)(op);
}

// The only descriptor of a program or a link.
void World::close(const Operation& op) {
  --references_;
  if (op.prog.kind == Ref::Kind::prog) {
    progs_[op.prog.raw].open = false;
    return;
  }
  LinkState& l = links_[op.prog.raw];
  l.open = false;
  --progs_[l.prog.raw].holders;
  --references_;
}

void World::remove(const Operation& op) {
  const bool all = op.point.device == kAllDevices;
  if (all) space_there_[op.space] = false;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d)
    if (d == op.point.device ||
        (all && device_present_[d] && op.space == (devices_[d].there ? devices_[d].space : 0)))
      remove_device(d);
}

void World::change_qdisc(const Operation& op) {
  const Qdisc kind = op.change == TcChange::remove ? Qdisc::none : op.kind;
  if (kind != qdiscs_[op.point.device]) tear_down(op.point.device);
  qdiscs_[op.point.device] = kind;
}

}  // namespace mprogcheck

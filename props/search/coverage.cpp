// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/coverage.hpp"

#include <bit>

#include "model/words/forms.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {

void Coverage::witness(const Operation& op, const Prediction& p, const World& world) {
  const Observation& seen = p.observation;
  const bool inserts = has_trait(op.verb, Trait::inserts);
  if (seen.has_after) {
    const Listing& after = seen.after;
    const int capacity = world.header().capacity;
    const bool ok = p.decision.error == Errno::ok;
    rare_[full_list] += inserts && !ok && after.count == capacity;
    rare_[one_below_full] += after.count == capacity - 1;
    rare_[emptied] += ok && after.count == 0 && p.decision.change == Change::remove;
    rare_[held_revision] += ok && op.revision != 0;
    rare_[stale_revision] += p.decision.error == Errno::stale;
    rare_[link_replaced] +=
        has_trait(op.verb, Trait::changes_link) && p.decision.change == Change::replace;
    if (after.count > 1) {
      const Entry& head = after.entries[0];
      const Entry& tail = after.entries[after.count - 1U];
      rare_[both_ends] += (head.flags & flag::first) && (tail.flags & flag::last);
      rare_[beside_link] += ok && p.decision.change == Change::insert &&
                            (head.link != kNoLink || tail.link != kNoLink);
    }
    if (inserts && ok && op.point.hook != Hook::bogus) {
      const Point other{op.point.device,
                        op.point.hook == Hook::ingress ? Hook::egress : Hook::ingress};
      rare_[other_direction] +=
          world.chain(other) && world.chain(other)->find(Prog{op.prog.raw}).exists;
    }
    rare_[stale_id] += op.has(flag::id) && op.relative.kind == Ref::Kind::prog &&
                       !world.prog(Prog{op.relative.raw}).alive();
  }
  rare_[orphan] += op.verb == Verb::link_update && p.decision.error == Errno::nolink;
  rare_[short_query] += has_trait(op.verb, Trait::only_asks) && p.decision.error == Errno::nospc;
  rare_[dropped_packet] += seen.fate == Fate::dropped;
  if (op.verb == Verb::send) {
    const Journey& j = seen.journey;
    rare_[sent_on] += j.met != 0 && seen.fate == Fate::passed;
    rare_[scrubbed] += op.mark && j.met != 0 && !j.progs[j.met - 1U].mark;
    rare_[redirected] += seen.fate == Fate::redirected;
    rare_[policy_dropped] += j.met == 0 && j.dropped != 0 && p.decision.error == Errno::nobufs;
  }
  if (op.verb == Verb::set && op.attrs[0].key == Key::space && p.decision.error == Errno::ok) {
    const Chain* list = world.chain({op.point.device, Hook::primary});
    rare_[moved] += list && list->size() != 0;
  }
  if (of_filters(op.verb)) filters(op, p);
  if (op.verb == Verb::packet && p.decision.error == Errno::ok)
    rare_[classified] += seen.answer.filled > world.chain(op.point)->size();
  rare_[ended] += op.point.device == kAllDevices;
}

void Coverage::filters(const Operation& op, const Prediction& p) {
  const Errno error = p.decision.error;
  rare_[kept_from_link] += has_trait(op.verb, Trait::makes_link) && error == Errno::exist;
  rare_[kept_from_netlink] +=
      op.verb == Verb::filter && error == Errno::perm && op.caller == Caller::root;
  rare_[chain_gone] +=
      error == Errno::ok && clauses_of(dialect_, op.verb)[p.decision.rule].id == "chain.removes";
}

void Coverage::merge(const Coverage& other) {
  operations_ += other.operations_;
  for (std::size_t v = 0; v < kVerbs; ++v)
    for (std::size_t i = 0; i < 64; ++i) {
      decided_[v][i] += other.decided_[v][i];
      met_with_[v][i] |= other.met_with_[v][i];
    }
  for (std::size_t i = 0; i < kRare; ++i) rare_[i] += other.rare_[i];
}

std::vector<Coverage::Row> Coverage::rows() const {
  std::vector<Row> out;
  for (std::size_t v = 0; v < kVerbs; ++v) {
    // No part of the interface.
    if (has_trait(static_cast<Verb>(v), Trait::provokes)) continue;
    const auto clauses = clauses_of(dialect_, static_cast<Verb>(v));
    for (std::size_t i = 0; i < clauses.size(); ++i)
      out.push_back({static_cast<Verb>(v), clauses[i].id, decided_[v][i], met_with_[v][i] != 0});
  }
  return out;
}

Coverage::Share Coverage::clauses() const {
  Share s;
  for (const Row& row : rows()) {
    ++s.all;
    s.met += row.met;
  }
  return s;
}

std::size_t Coverage::pairs() const {
  std::size_t n = 0;
  for (const auto& table : met_with_)
    for (std::size_t i = 0; i < 64; ++i)
      n += static_cast<std::size_t>(std::popcount(table[i] >> i >> 1));
  return n;
}

std::vector<std::string> Coverage::pairs_met() const {
  std::vector<std::string> out;
  for (std::size_t v = 0; v < kVerbs; ++v) {
    const auto verb = static_cast<Verb>(v);
    const auto clauses = clauses_of(dialect_, verb);
    for (std::size_t i = 0; i < clauses.size(); ++i)
      for (std::size_t j = i + 1; j < clauses.size(); ++j)
        if (met_with_[v][i] >> j & 1)
          out.push_back(std::string(word(verb)) + "/" + std::string(clauses[i].id) + "+" +
                        std::string(clauses[j].id));
  }
  return out;
}

std::vector<std::string> Coverage::clauses_missed() const {
  std::vector<std::string> out;
  for (const Row& row : rows())
    if (!row.met) out.push_back(std::string(word(row.verb)) + "/" + std::string(row.clause));
  return out;
}

std::vector<Coverage::Sometimes> Coverage::sometimes(bool packets_can_be_sent, bool netkit,
                                                     bool filters) const {
  std::vector<Sometimes> out;
  for (std::size_t i = 0; i < kRare; ++i) {
    if (i == both_ends && !dialect_->has_ends()) continue;
    if ((i == dropped_packet || i == classified) && !packets_can_be_sent) continue;
    if (i >= first_of_netkit && i < first_of_filters && !netkit) continue;
    if (i >= first_of_filters && !filters) continue;
    out.push_back({kNames[i], rare_[i]});
  }
  return out;
}

}  // namespace mprogcheck

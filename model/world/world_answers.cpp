// SPDX-License-Identifier: GPL-2.0-only
// What the model answers to who asks, and how it takes over what a target showed.
#include <algorithm>

#include "model/rules/packet.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/world/packet_order.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {

void World::answer_info(const Operation& op, const Decision& d, Observation& out) const {
  if (d.error != Errno::ok) return;
  const LinkState& l = links_[op.link.raw];
  out.at = {l.attached || l.owns_filter ? l.point.device : kNoDevice, l.hook};
  out.answer.count = out.answer.filled = 1;
  out.answer.entries[0] = {.prog = l.prog, .link = kNoLink, .flags = 0};
}

void World::answer_query(const Operation& op, const Decision& d, Observation& out) const {
  if (d.error != Errno::ok && d.error != Errno::nospc) return;
  const Chain& c = list(*located(op.point, op.space));
  if (tells_revision(op)) out.answer.revision = c.revision();
  if (tells_count(op)) out.answer.count = static_cast<std::uint8_t>(c.size());
  out.answer.filled = static_cast<std::uint8_t>(std::min<int>(slots_to_fill(op), c.size()));
  for (std::size_t i = 0; i < out.answer.filled; ++i) {
    const Entry& from = c.at(static_cast<int>(i));
    const std::uint8_t wanted = from.link == kNoLink ? array::prog_flags : array::link_flags;
    out.answer.entries[i] = {.prog = from.prog,
                             .link = op.arrays & array::links ? from.link : kNoLink,
                             .flags = op.arrays & wanted ? from.flags : std::uint8_t{0}};
  }
}

void World::answer_packet(const Operation& op, const Decision& d, Observation& out) const {
  if (d.error != Errno::ok) return;
  const MetByPacket met(*this, op.point);
  const bool dropped = rules::PacketFacts<Plain>::of(met, request(op)).dropped;
  out.fate = dropped ? Fate::dropped : Fate::passed;
  out.answer.count = out.answer.filled = static_cast<std::uint8_t>(d.index);
  for (std::size_t i = 0; i < out.answer.filled; ++i)
    out.answer.entries[i] = {.prog = met.prog(static_cast<int>(i)), .link = kNoLink, .flags = 0};
}

void World::assume_link(Link link, Point point, Hook hook, Prog prog) {
  links_[link.raw] = {.created = true,
                      .open = true,
                      .attached = false,
                      .owns_filter = false,
                      .of_filter = false,
                      .filter = 0,
                      .point = point,
                      .hook = hook,
                      .prog = prog};
  links_named_ = std::max<std::uint16_t>(links_named_, link.raw + 1);
  ++progs_[prog.raw].holders;
  references_ += 2;
}

bool World::adopt(Point point, const Listing& seen) {
  if (!chain(point) || seen.filled > chain(point)->capacity()) return false;
  for (std::size_t i = 0; i < seen.filled; ++i) {
    const Entry& e = seen.entries[i];
    if (e.prog.raw >= kMaxProgs || (e.link != kNoLink && e.link.raw >= kMaxLinks)) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (seen.entries[j].prog == e.prog) return false;
    if (e.link != kNoLink && !(links_[e.link.raw].open && links_[e.link.raw].point == point))
      return false;
  }
  Chain& c = list(point);
  while (c.size() != 0) leave(point, c.size() - 1);
  for (int i = 0; i < seen.filled; ++i) {
    const Entry& e = seen.entries[static_cast<std::size_t>(i)];
    c.insert(i, e);
    if (e.link == kNoLink) {
      ++progs_[e.prog.raw].holders;
      ++references_;
    } else {
      LinkState& l = links_[e.link.raw];
      --progs_[l.prog.raw].holders;
      ++progs_[e.prog.raw].holders;
      l.prog = e.prog;
      l.attached = true;
    }
  }
  c.set_revision(seen.revision);
  return true;
}

}  // namespace mprogcheck

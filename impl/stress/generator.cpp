// SPDX-License-Identifier: GPL-2.0-only
#include "impl/stress/generator.hpp"

#include <algorithm>

namespace mprogcheck::kernel {

Drawer::Drawer(const StressOptions& options, const Book& book, std::uint32_t process)
    : options_(options), book_(book), random_(options.seed * kMaxProcesses + process) {
  const auto links = static_cast<std::uint32_t>(kMaxLinks) / options.processes;
  next_link_ = static_cast<std::uint8_t>(process * links);
  end_link_ = static_cast<std::uint8_t>(next_link_ + links);
  // The first stays where it is, if lists are not to be empty.
  for (std::uint8_t p = options.gentle ? 1 : 0; p < kMaxProgs; ++p)
    if (options.header.loaded[p]) progs_.push_back(Prog{p});
}

Prog Drawer::any_prog() {
  return progs_[below(static_cast<std::uint32_t>(progs_.size()))];
}

// One that was on the list, if anything was.
Prog Drawer::listed_prog() {
  const auto& listed = seen_[at_].progs;
  if (listed.empty() || one_in(6)) return any_prog();
  const Prog prog = listed[below(static_cast<std::uint32_t>(listed.size()))];
  return std::find(progs_.begin(), progs_.end(), prog) != progs_.end() ? prog : any_prog();
}

Ref Drawer::own_link() {
  return ref(links_[below(static_cast<std::uint32_t>(links_.size()))]);
}

Operation Drawer::next(Names& names) {
  Operation op;
  at_ = below(kStressPointCount);
  op.point = kStressPoints[at_];
  const std::uint32_t kind = below(100);
  if (kind < 28 || (links_.empty() && kind >= 78)) {
    op.verb = Verb::attach;
    attach(op, names);
  } else if (kind < 50) {
    op.verb = Verb::detach;
    detach(op, names);
  } else if (kind < 78) {
    query(op);
  } else if (kind < 84 && next_link_ != end_link_) {
    op.verb = Verb::link_create;
    op.link = ref(Link{next_link_});
    attach(op, names);
  } else if (kind < 90) {
    update(op);
  } else {
    op.point = kNoPoint;
    if (kind < 93)
      op.verb = Verb::link_detach, op.link = own_link();
    else if (kind < 96)
      op.verb = Verb::close, op.prog = own_link();
    else
      op.verb = Verb::info, op.link = own_link();
  }
  return op;
}

// BEFORE and AFTER, of whatever process, by descriptor or id; and FIRST and LAST.
void Drawer::directives(Operation& op, Names& names) {
  static constexpr std::uint8_t kSome[] = {0, flag::before, flag::after,
                                           flag::before | flag::after};
  op.flags |= kSome[one_in(2) ? 0 : 1 + below(3)];
  if (options_.header.dialect->has_ends() && one_in(4))
    op.flags |= one_in(2) ? flag::first : flag::last;
  if (op.has(flag::before | flag::after) && !one_in(5)) {
    op.relative = ref(listed_prog());
    if (one_in(3)) op.flags |= flag::id;
    const auto other = static_cast<std::uint8_t>(below(kMaxLinks));
    if (const std::uint32_t id = book_.link_ids[other]; id != 0 && one_in(2)) {
      names.links[other].id = id;
      op.relative = ref(Link{other});
      op.flags |= flag::id | flag::link;
    }
  }
}

void Drawer::attach(Operation& op, Names& names) {
  op.prog = ref(any_prog());
  directives(op, names);
  const bool has_old = options_.header.dialect->has_old;
  if (one_in(4) && (!has_old || op.verb == Verb::attach)) {
    op.flags |= flag::replace;
    if (has_old) op.old = ref(listed_prog());
    if (!has_old && !op.relative.given()) op.relative = ref(listed_prog());
  }
  if (one_in(2)) op.revision = seen_[at_].revision;
}

void Drawer::detach(Operation& op, Names& names) {
  if (options_.gentle || !one_in(4)) op.prog = ref(listed_prog());
  if (!options_.gentle && one_in(2)) directives(op, names);
  if (one_in(2)) op.revision = seen_[at_].revision;
}

void Drawer::query(Operation& op) {
  op.verb = Verb::query;
  op.room = one_in(6) ? 1 : kStressRoom;
  op.arrays = array::progs | array::links;
  if (options_.header.dialect->has_ends()) op.arrays |= array::prog_flags | array::link_flags;
}

void Drawer::update(Operation& op) {
  op.verb = Verb::link_update;
  op.point = kNoPoint;
  op.link = own_link();
  op.prog = ref(any_prog());
  if (one_in(3)) op.flags = flag::replace, op.old = ref(any_prog());
}

void Drawer::saw(const Record& record, const Names& names) {
  const Operation& op = record.op;
  if (op.verb == Verb::link_create && record.error == Errno::ok) {
    links_.push_back(Link{op.link.raw});
    ++next_link_;
  }
  // One that is closed may be asked for again: it is not open.
  if (op.verb == Verb::close && links_.size() > 1)
    links_.erase(std::find(links_.begin(), links_.end(), Link{op.prog.raw}));
  if (op.verb != Verb::query) return;
  Seen& seen = seen_[at_];
  seen = {.revision = record.revision, .progs = {}};
  for (const Prog prog : progs_)
    for (std::size_t i = 0; i < record.filled; ++i)
      if (names.progs[prog.raw].id == record.progs[i]) seen.progs.push_back(prog);
}

}  // namespace mprogcheck::kernel

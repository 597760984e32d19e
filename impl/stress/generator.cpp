// SPDX-License-Identifier: GPL-2.0-only
#include "impl/stress/generator.hpp"

#include <algorithm>

#include "model/words/forms.hpp"

namespace mprogcheck::kernel {

StressGenerator::StressGenerator(const StressOptions& options, const SharedLog& log,
                                 std::uint32_t process)
    : options_(options), log_(log), choices_(Random(options.seed).next() ^ Random(process).next()) {
  const auto links = static_cast<std::uint32_t>(kMaxLinks) / options.processes;
  next_link_ = static_cast<std::uint8_t>(process * links);
  end_link_ = static_cast<std::uint8_t>(next_link_ + links);
  // The first one stays attached if lists must not become empty.
  for (std::uint8_t p = options.gentle ? 1 : 0; p < kMaxProgs; ++p)
    if (options.header.loaded[p]) progs_.push_back(Prog{p});
}

Prog StressGenerator::any_prog() {
  return any_of(progs_);
}

// A program that was on the list, if there was any.
Prog StressGenerator::listed_prog() {
  const auto& listed = seen_[at_].progs;
  if (listed.empty() || one_in(6)) return any_prog();
  const Prog prog = any_of(listed);
  return std::find(progs_.begin(), progs_.end(), prog) != progs_.end() ? prog : any_prog();
}

Ref StressGenerator::own_link() {
  return ref(any_of(links_));
}

Operation StressGenerator::next(Names& names) {
  struct Kind {
    Verb verb;
    std::uint32_t weight;
    void (StressGenerator::*fields)(Operation&, Names&);
  };
  static constexpr std::array kKinds{Kind{Verb::attach, 28, &StressGenerator::attach},
                                     Kind{Verb::detach, 22, &StressGenerator::detach},
                                     Kind{Verb::query, 28, &StressGenerator::query},
                                     Kind{Verb::link_create, 6, &StressGenerator::link_create},
                                     // From here on of a link that this process has created.
                                     Kind{Verb::link_update, 6, &StressGenerator::link_update},
                                     Kind{Verb::link_detach, 3, &StressGenerator::of_own_link},
                                     Kind{Verb::close, 3, &StressGenerator::close},
                                     Kind{Verb::info, 4, &StressGenerator::of_own_link}};
  std::array<std::uint32_t, kKinds.size()> weights;
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = i > 3 && links_.empty() ? 0 : kKinds[i].weight;
  if (next_link_ == end_link_) weights[3] = 0;
  Operation op;
  at_ = choices_.below(kStressPointCount);
  op.point = kStressPoints[at_];
  const Kind& kind = kKinds[pick(choices_, weights)];
  op.verb = kind.verb;
  (this->*kind.fields)(op, names);
  return op;
}

void StressGenerator::link_create(Operation& op, Names& names) {
  // A name is used up even if the call is refused: a history may not create a link twice.
  op.link = ref(Link{next_link_++});
  attach(op, names);
}

void StressGenerator::of_own_link(Operation& op, Names&) {
  op.point = kNoPoint;
  op.link = own_link();
}

void StressGenerator::close(Operation& op, Names&) {
  op.point = kNoPoint;
  op.prog = own_link();
}

// BEFORE and AFTER with an object of any process, by descriptor or id; FIRST and LAST.
void StressGenerator::directives(Operation& op, Names& names) {
  static constexpr std::uint8_t kSome[] = {0, flag::before, flag::after,
                                           flag::before | flag::after};
  op.flags |= kSome[one_in(2) ? 0 : 1 + choices_.below(3)];
  if (options_.header.dialect->has_ends() && one_in(4))
    op.flags |= one_in(2) ? flag::first : flag::last;
  if (op.has(flag::before | flag::after) && !one_in(5)) {
    op.relative = ref(listed_prog());
    if (one_in(3)) op.flags |= flag::id;
    const auto other = static_cast<std::uint8_t>(choices_.below(kMaxLinks));
    if (const std::uint32_t id = log_.link_ids[other]; id != 0 && one_in(2)) {
      names.links[other].id = id;
      op.relative = ref(Link{other});
      op.flags |= flag::id | flag::link;
    }
  }
}

void StressGenerator::attach(Operation& op, Names& names) {
  op.prog = ref(any_prog());
  directives(op, names);
  const bool has_old = options_.header.dialect->has_old;
  if (one_in(4) && (!has_old || takes<&Operation::old>(op.verb))) {
    op.flags |= flag::replace;
    if (has_old) op.old = ref(listed_prog());
    if (!has_old && !op.relative.given()) op.relative = ref(listed_prog());
  }
  if (one_in(2)) op.revision = seen_[at_].revision;
}

void StressGenerator::detach(Operation& op, Names& names) {
  if (options_.gentle || !one_in(4)) op.prog = ref(listed_prog());
  if (!options_.gentle && one_in(2)) directives(op, names);
  if (one_in(2)) op.revision = seen_[at_].revision;
}

void StressGenerator::query(Operation& op, Names&) {
  op.room = one_in(6) ? 1 : kStressRoom;
  op.arrays = array::progs | array::links;
  if (options_.header.dialect->has_ends()) op.arrays |= array::prog_flags | array::link_flags;
}

void StressGenerator::link_update(Operation& op, Names&) {
  op.point = kNoPoint;
  op.link = own_link();
  op.prog = ref(any_prog());
  if (one_in(3)) op.flags = flag::replace, op.old = ref(any_prog());
}

void StressGenerator::observe(const Record& record, const Names& names) {
  const Operation& op = record.op;
  if (has_trait(op.verb, Trait::makes_link) && record.error == Errno::ok)
    links_.push_back(Link{op.link.raw});
  // The last one stays, so that requests name a closed link too; but kernels are known to answer
  // `info` of such a link with EBADFD.
  if (op.verb == Verb::close && (options_.gentle || links_.size() > 1))
    links_.erase(std::find(links_.begin(), links_.end(), Link{op.prog.raw}));
  if (op.verb != Verb::query) return;
  Seen& seen = seen_[at_];
  seen = {.revision = record.revision, .progs = {}};
  for (const Prog prog : progs_)
    for (std::size_t i = 0; i < record.filled; ++i)
      if (names.progs[prog.raw].id == record.progs[i]) seen.progs.push_back(prog);
}

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
#include "props/generate/long_lists.hpp"

#include "model/judge/check.hpp"

namespace mprogcheck {
namespace {

constexpr Point kHere{0, Hook::ingress};
constexpr int kMost = static_cast<int>(kMaxCapacity);

class Writer {
 public:
  Writer(Dialect dialect, const char* about) {
    trace_.header.dialect = dialect;
    trace_.preface = {about};
    for (int p = 0; p <= kMost + 1; ++p) trace_.header.loaded.set(static_cast<std::size_t>(p));
  }

  // An entry for program `p`, with these flags, beside another program if one is given.
  void insert(bool by_link, int p, std::uint8_t flags = 0, int beside = -1) {
    Operation op = request(by_link ? Verb::link_create : Verb::attach, p, flags, beside);
    if (by_link) op.link = ref(Link{links_++});
    add(op);
  }
  void replace(int old, int p) {
    const bool has_old = trace_.header.dialect->has_old;
    Operation op = request(Verb::attach, p, flag::replace, has_old ? -1 : old);
    if (has_old) op.old = program(old);
    add(op);
  }
  void detach(int p, std::uint8_t flags = 0, int beside = -1) {
    add(request(Verb::detach, p, flags, beside));
  }
  void update(int link, int p) {
    Operation op;
    op.verb = Verb::link_update;
    op.link = ref(Link{static_cast<std::uint8_t>(link)});
    op.prog = program(p);
    add(op);
  }
  void look(int room = kMost + 1) {
    Operation op;
    op.verb = Verb::query;
    op.point = kHere;
    op.room = static_cast<std::uint8_t>(room);
    op.arrays = array::progs | array::links | array::prog_flags | array::link_flags;
    add(op);
  }
  Trace done() {
    annotate(trace_);
    return std::move(trace_);
  }

 private:
  static Ref program(int p) { return p < 0 ? Ref{} : ref(Prog{static_cast<std::uint8_t>(p)}); }
  static Operation request(Verb verb, int p, std::uint8_t flags, int beside) {
    Operation op;
    op.verb = verb;
    op.point = kHere;
    op.prog = program(p);
    op.flags = flags;
    op.relative = program(beside);
    return op;
  }
  void add(const Operation& op) { trace_.operations.push_back(op); }

  Trace trace_;
  std::uint8_t links_ = 0;
};

// Refused one more in every way there is, then one place fewer, and full again.
void at_the_last_slot(Writer& w, bool by_link) {
  const int more = kMost;
  w.look();
  for (const std::uint8_t flags : {std::uint8_t{0}, flag::before, flag::after}) {
    w.insert(by_link, more, flags);
    if (flags != 0) w.insert(by_link, more, flags, kMost / 2);
  }
  w.look(kMost - 1);
}

}  // namespace

std::vector<Trace> long_lists(Dialect dialect) {
  std::vector<Trace> all;

  Writer tail(dialect, "filled at the tail, replaced and removed at every place");
  for (int p = 0; p < kMost; ++p) tail.insert(false, p);
  at_the_last_slot(tail, false);
  for (int p = 0; p < kMost; ++p) {
    tail.replace(p, kMost);
    if (p % 8 == 0) tail.look();
    tail.replace(kMost, p);
  }
  tail.look();
  // From the middle to both ends.
  for (int k = 0; k < kMost; ++k) {
    tail.detach(k % 2 == 0 ? kMost / 2 + k / 2 : kMost / 2 - 1 - k / 2);
    if (k % 8 == 0) tail.look();
  }
  all.push_back(tail.done());

  Writer head(dialect, "filled at the head, removed by neighbours");
  for (int p = 0; p < kMost; ++p) head.insert(false, p, flag::before);
  at_the_last_slot(head, false);
  // The head is the one attached last.
  for (int p = 1; p + 1 < kMost; p += 2) {
    head.detach(-1, flag::before, p);
    if (p % 8 == 1) head.look();
  }
  head.look();
  all.push_back(head.done());

  for (const bool by_link : {false, true}) {
    Writer within(dialect, by_link ? "links, one behind another wherever it stands"
                                   : "programs, one in front of another wherever it stands");
    within.insert(by_link, 0);
    for (int p = 1; p < kMost; ++p) {
      within.insert(by_link, p, by_link ? flag::after : flag::before, p * 5 / 8);
      if (p % 8 == 0) within.look();
    }
    at_the_last_slot(within, by_link);
    for (int l = 0; by_link && l < kMost; l += 4) {
      within.update(l, kMost);
      within.look();
      within.update(l, l);
    }
    all.push_back(within.done());
  }

  if (dialect->has_ends()) {
    Writer ends(dialect, "filled between FIRST and LAST");
    ends.insert(false, 0, flag::first);
    ends.insert(false, 1, flag::last);
    for (int p = 2; p < kMost; ++p) {
      ends.insert(p % 3 == 0, p, p % 2 == 0 ? flag::before : flag::after);
      if (p % 8 == 0) ends.look();
    }
    at_the_last_slot(ends, false);
    all.push_back(ends.done());
  }
  return all;
}

}  // namespace mprogcheck

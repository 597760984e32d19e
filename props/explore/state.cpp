// SPDX-License-Identifier: GPL-2.0-only
#include "props/explore/state.hpp"

#include <algorithm>
#include <sstream>

#include "model/words/text.hpp"

namespace mprogcheck {

namespace {

constexpr std::uint8_t kPlain = 7;  // no link

// The state in the open: entry i holds program i.
struct Shape {
  struct Slot {
    std::uint8_t link, flags;
  };
  std::vector<Slot> entries;
  std::vector<std::uint8_t> detached;  // the programs of links that own no entry
  std::uint8_t attached = 0;           // links that own one
  std::uint8_t progs = 0;              // programs that are somewhere

  std::uint8_t links() const { return static_cast<std::uint8_t>(attached + detached.size()); }
};

// Three bits for each count, link and program, two for flags.
StateKey packed(const Shape& s) {
  StateKey key = 1;
  const auto put = [&](std::uint64_t n, unsigned bits) { key = key << bits | n; };
  for (const std::uint8_t p : s.detached) put(p, 3);
  put(s.detached.size(), 3);
  for (const auto& e : s.entries) put(e.link, 3), put(e.flags, 2);
  put(s.entries.size(), 3);
  return key;
}

Shape unpacked(StateKey key) {
  const auto get = [&](unsigned bits) {
    const auto n = static_cast<std::uint8_t>(key & ((1U << bits) - 1));
    key >>= bits;
    return n;
  };
  Shape s;
  s.entries.resize(get(3));
  for (auto e = s.entries.rbegin(); e != s.entries.rend(); ++e) {
    e->flags = get(2);
    e->link = get(3);
    s.attached += e->link != kPlain;
  }
  s.detached.resize(get(3));
  s.progs = static_cast<std::uint8_t>(s.entries.size());
  for (auto p = s.detached.rbegin(); p != s.detached.rend(); ++p) {
    *p = get(3);
    s.progs = std::max<std::uint8_t>(s.progs, static_cast<std::uint8_t>(*p + 1));
  }
  return s;
}

}  // namespace

Header header_of(const Bounds& b) {
  Header h;
  h.dialect = b.dialect;
  h.capacity = b.capacity;
  for (std::size_t p = 0; p < b.progs; ++p) h.loaded[p] = true;
  return h;
}

StateKey state_of(const World& world, Naming* naming) {
  const Chain& c = *world.chain(kExploredPoint);
  Shape s;
  Naming names;
  std::array<std::uint8_t, 256> number;
  number.fill(255);
  const auto name = [&](Prog p) {
    number[p.raw] = static_cast<std::uint8_t>(names.prog.size());
    names.prog.push_back(p.raw);
  };
  for (int i = 0; i < c.size(); ++i) {
    const Entry& e = c.at(i);
    name(e.prog);
    s.entries.push_back({kPlain, static_cast<std::uint8_t>(e.flags >> 3)});
    if (e.link == kNoLink) continue;
    s.entries.back().link = s.attached++;
    names.link.push_back(e.link.raw);
  }
  // Links without an entry: by their program's number; those of programs that have none yet by how
  // many links share the program. What is then still the same differs in name only.
  std::vector<Link> loose;
  for (std::uint16_t l = 0; l < world.links_named(); ++l) {
    const LinkState& link = world.link(Link{static_cast<std::uint8_t>(l)});
    if (link.open && !link.attached) loose.push_back(Link{static_cast<std::uint8_t>(l)});
  }
  const auto sharers = [&](Prog p) {
    return std::count_if(loose.begin(), loose.end(),
                         [&](Link l) { return world.link(l).prog == p; });
  };
  std::stable_sort(loose.begin(), loose.end(), [&](Link a, Link b) {
    const Prog p = world.link(a).prog, q = world.link(b).prog;
    return std::tuple(number[p.raw], -sharers(p), p) < std::tuple(number[q.raw], -sharers(q), q);
  });
  for (const Link l : loose) {
    const Prog p = world.link(l).prog;
    if (number[p.raw] == 255) name(p);
    s.detached.push_back(number[p.raw]);
    names.link.push_back(l.raw);
  }
  if (naming) {
    for (std::size_t p = 0; p < kMaxProgs; ++p)
      if (world.header().loaded[p] && number[p] == 255) name(Prog{static_cast<std::uint8_t>(p)});
    *naming = std::move(names);
  }
  return packed(s);
}

World world_of(const Bounds& bounds, StateKey state, std::uint64_t revision) {
  const Shape s = unpacked(state);
  World world;
  world.reset(header_of(bounds));
  Listing list;
  list.revision = revision;
  list.count = list.filled = static_cast<std::uint8_t>(s.entries.size());
  for (std::uint8_t i = 0; i < list.filled; ++i) {
    const bool plain = s.entries[i].link == kPlain;
    const Link link = plain ? kNoLink : Link{s.entries[i].link};
    list.entries[i] = {Prog{i}, link, static_cast<std::uint8_t>(s.entries[i].flags << 3)};
    if (!plain) world.assume_link(link, kExploredPoint, kExploredPoint.hook, Prog{i});
  }
  for (std::uint8_t i = 0; i < s.detached.size(); ++i)
    world.assume_link(Link{static_cast<std::uint8_t>(s.attached + i)}, kExploredPoint,
                      kExploredPoint.hook, Prog{s.detached[i]});
  world.adopt(kExploredPoint, list);
  return world;
}

namespace {

// Requests as combinations, each program the first time in order: of those that are nowhere, each
// looks like the next.
class Requests {
 public:
  Requests(const Bounds& bounds, const Shape& shape, std::uint64_t revision, const OnRequest& visit)
      : b_(bounds), s_(shape), revision_(revision), visit_(visit) {}

  void all() {
    on_list(Verb::attach);
    if (s_.links() < b_.links) on_list(Verb::link_create);
    on_list(Verb::detach);
    for (std::uint8_t l = 0; l < s_.links(); ++l) of_link(l);
  }

 private:
  bool has_rules(Verb verb) const { return !clauses_of(b_.dialect, verb).empty(); }

  void on_list(Verb verb) {
    if (!has_rules(verb)) return;
    op_ = {};
    op_.verb = verb;
    op_.point = kExploredPoint;
    if (verb == Verb::link_create) op_.link = ref(Link{s_.links()});
    for (std::uint8_t flags = 0; flags < 128; ++flags) {
      if ((flags & ~b_.dialect->flags()) != 0) continue;
      op_.flags = flags;
      op_.prog = {};
      if (verb == Verb::detach) relatives(s_.progs);
      for (std::uint8_t p = 0; p < b_.progs && p <= s_.progs; ++p) {
        op_.prog = ref(Prog{p});
        relatives(known_with(s_.progs, p));
      }
    }
  }

  // known: so many programs have a part to play already.
  std::uint8_t known_with(std::uint8_t known, std::uint8_t p) const {
    return std::max<std::uint8_t>(known, static_cast<std::uint8_t>(p + 1));
  }

  void relatives(std::uint8_t known) {
    op_.relative = {};
    olds(known);
    if (op_.has(flag::link)) {
      for (std::uint8_t l = 0; l < s_.links(); ++l) {
        op_.relative = ref(Link{l});
        olds(known);
      }
      return;
    }
    for (std::uint8_t p = 0; p < b_.progs && p <= known; ++p) {
      op_.relative = ref(Prog{p});
      olds(known_with(known, p));
    }
  }

  void olds(std::uint8_t known) {
    op_.old = {};
    revisions();
    if (!b_.dialect->has_old || op_.verb == Verb::link_create) return;
    for (std::uint8_t p = 0; p < b_.progs && p <= known; ++p) {
      op_.old = ref(Prog{p});
      revisions();
    }
  }

  void revisions() {
    for (const std::uint64_t r : {std::uint64_t{0}, revision_, revision_ + 1}) {
      op_.revision = r;
      visit_(op_);
      if (!b_.revisions) break;
    }
  }

  void of_link(std::uint8_t l) {
    op_ = {};
    op_.verb = Verb::link_update;
    op_.link = ref(Link{l});
    for (const std::uint8_t flags : {std::uint8_t{0}, flag::replace})
      for (std::uint8_t p = 0; p < b_.progs && p <= s_.progs; ++p) {
        op_.flags = flags;
        op_.prog = ref(Prog{p});
        op_.old = {};
        visit_(op_);
        for (std::uint8_t q = 0; q < b_.progs && q <= known_with(s_.progs, p); ++q) {
          op_.old = ref(Prog{q});
          visit_(op_);
        }
      }
    op_ = {};
    op_.verb = Verb::link_detach;
    op_.link = ref(Link{l});
    visit_(op_);
    op_ = {};
    op_.verb = Verb::close;
    op_.prog = ref(Link{l});
    visit_(op_);
  }

  const Bounds& b_;
  const Shape& s_;
  const std::uint64_t revision_;
  const OnRequest& visit_;
  Operation op_;  // the request at hand; only what differs is written from one to the next
};

}  // namespace

void for_each_request(const Bounds& bounds, StateKey state, std::uint64_t revision,
                      const OnRequest& visit) {
  Requests(bounds, unpacked(state), revision, visit).all();
}

std::vector<Operation> requests(const Bounds& bounds, StateKey state, std::uint64_t revision) {
  std::vector<Operation> all;
  for_each_request(bounds, state, revision, [&](const Operation& op) { all.push_back(op); });
  return all;
}

Operation renamed(const Operation& op, const Naming& naming, std::uint8_t fresh) {
  Operation out = op;
  const auto rename = [&](Ref& r) {
    if (r.kind == Ref::Kind::prog) r.raw = naming.prog[r.raw];
    if (r.kind == Ref::Kind::link) r.raw = r.raw < naming.link.size() ? naming.link[r.raw] : fresh;
  };
  rename(out.prog);
  rename(out.link);
  rename(out.relative);
  rename(out.old);
  return out;
}

std::string describe_state(StateKey state) {
  const Shape s = unpacked(state);
  std::ostringstream out;
  out << '[';
  for (std::size_t i = 0; i < s.entries.size(); ++i) {
    out << (i ? " p" : "p") << i;
    if (s.entries[i].link != kPlain) out << "/l" << int{s.entries[i].link};
    if (s.entries[i].flags & 1) out << ":first";
    if (s.entries[i].flags & 2) out << ":last";
  }
  out << ']';
  for (std::size_t i = 0; i < s.detached.size(); ++i)
    out << " l" << s.attached + i << "(p" << int{s.detached[i]} << ')';
  return out.str();
}

}  // namespace mprogcheck

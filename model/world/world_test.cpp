// SPDX-License-Identifier: GPL-2.0-only
// The laws of the executable model. Each is walked along random traces that mostly make sense, and
// each counts what would make it vacuous: a law that was never put to the test fails.
#include "model/world/world.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/topological_sort.hpp>
#include <map>
#include <set>
#include <vector>

#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {
namespace {

constexpr Point kPoint{0, Hook::ingress};
constexpr unsigned kProgs = 6;

// Even at every size, and 0 is the simplest.
unsigned choose(std::size_t n) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0U, static_cast<unsigned>(n)));
}
bool once_in(unsigned n) {
  return choose(n) == n - 1;
}

Header any_header() {
  Header h;
  h.dialect = once_in(2) ? Dialect::rfc2 : Dialect::mainline;
  h.capacity = static_cast<std::uint8_t>(5 - choose(4));
  const std::uint64_t most = h.dialect == Dialect::rfc2 ? 0xffffffffU : ~std::uint64_t{0};
  h.revision = once_in(3) ? most - choose(3) : 1;
  for (std::size_t p = 0; p < kProgs; ++p) h.loaded[p] = true;
  return h;
}

Ref any_prog() {
  return ref(Prog{static_cast<std::uint8_t>(choose(kProgs))});
}
Ref any_link(const World& world) {
  return world.links_named() == 0
             ? Ref{}
             : ref(Link{static_cast<std::uint8_t>(choose(world.links_named()))});
}

// A request that often succeeds and sometimes cannot.
Operation any_operation(const World& world) {
  constexpr Verb kVerbs[] = {Verb::attach,      Verb::attach,      Verb::attach,
                             Verb::link_create, Verb::link_create, Verb::detach,
                             Verb::link_update, Verb::link_detach, Verb::close};
  const bool rfc2 = world.header().dialect == Dialect::rfc2;
  Operation op;
  op.verb = kVerbs[choose(std::size(kVerbs))];
  if (op.verb == Verb::close || op.verb == Verb::link_detach || op.verb == Verb::link_update) {
    (op.verb == Verb::close ? op.prog : op.link) = any_link(world);
    if (op.verb == Verb::close && once_in(12)) op.prog = any_prog();
    if (op.verb == Verb::link_update) op.prog = any_prog();
    return op;
  }
  op.point = kPoint;
  op.prog = any_prog();
  if (op.verb == Verb::link_create)
    op.link = ref(Link{static_cast<std::uint8_t>(world.links_named())});
  if (op.verb == Verb::detach && once_in(2)) op.prog = {};
  if (once_in(3)) op.flags |= flag::before;
  if (once_in(3)) op.flags |= flag::after;
  if (rfc2 && once_in(4)) op.flags |= flag::first;
  if (rfc2 && once_in(4)) op.flags |= flag::last;
  if (op.has(flag::before | flag::after) && once_in(2)) {
    op.relative = any_prog();
    const Chain& c = *world.chain(kPoint);
    if (c.size() != 0 && once_in(2)) {  // somebody who is there
      const Entry& e = c.at(static_cast<int>(choose(static_cast<std::size_t>(c.size()))));
      op.relative = ref(e.prog);
      if (e.link != kNoLink && once_in(2)) {
        op.relative = ref(e.link);
        op.flags |= flag::link;
      }
    } else if (once_in(4) && world.links_named() != 0) {
      op.relative = any_link(world);
      op.flags |= flag::link;
    }
  }
  if (rfc2 && op.verb == Verb::attach && world.chain(kPoint)->size() == 0 && once_in(3))
    op.flags = flag::first | flag::last;
  if (op.verb == Verb::attach && once_in(4)) {
    op.flags = static_cast<std::uint8_t>((op.flags & (flag::first | flag::last)) | flag::replace);
    op.relative = {};
    (rfc2 ? op.relative : op.old) = any_prog();
  }
  if (once_in(5)) op.revision = world.chain(kPoint)->revision() + choose(2);
  if (rfc2) op.revision &= 0xffffffffU;
  return op;
}

struct Step {
  const World& before;
  const Operation& op;
  const Prediction& prediction;
  const World& after;

  bool ok() const { return prediction.decision.error == Errno::ok; }
  Change change() const { return prediction.decision.change; }
};

std::vector<Entry> entries_of(const World& world) {
  Listing listing;
  world.chain(kPoint)->list(listing);
  return {listing.entries.begin(), listing.entries.begin() + listing.filled};
}
std::vector<Prog> progs_of(const World& world) {
  std::vector<Prog> progs;
  for (const Entry& e : entries_of(world)) progs.push_back(e.prog);
  return progs;
}
std::uint64_t revision_of(const World& world) {
  return world.chain(kPoint)->revision();
}

// Walks `start()`'s visitor along random traces; a new visitor for each.
template <class Start>
bool walk(const char* law, Start start) {
  return rc::check(law, [&] {
    const Header header = any_header();
    World world;
    world.reset(header);
    NameCheck names(header);
    Prediction prediction;
    auto visit = start(header);
    for (unsigned i = 0, steps = choose(600); i < steps; ++i) {
      const Operation op = any_operation(world);
      if (!op.prog.given() && op.verb == Verb::close) continue;
      if (names.next(op)) continue;
      const World before = world;
      world.step(op, prediction);
      visit(Step{before, op, prediction, world});
    }
  });
}

// A law about single steps.
template <class Visit>
bool always(const char* law, Visit visit) {
  return walk(law, [&](const Header&) { return visit; });
}

TEST(World, SurvivorsKeepTheirRelativeOrderUnderEveryOperation) {
  int several_survived_a_change = 0;
  EXPECT_TRUE(
      always("survivors keep their relative order under every operation", [&](const Step& s) {
        auto was = progs_of(s.before), is = progs_of(s.after);
        const auto both = [](const std::vector<Prog>& a, const std::vector<Prog>& b) {
          std::vector<Prog> out;
          for (const Prog p : a)
            if (std::find(b.begin(), b.end(), p) != b.end()) out.push_back(p);
          return out;
        };
        RC_ASSERT(both(was, is) == both(is, was));
        several_survived_a_change += was != is && both(was, is).size() > 1;
      }));
  EXPECT_GT(several_survived_a_change, 50);
}

TEST(World, ReplaceAndUpdateMoveNobody) {
  std::map<Verb, int> met;
  EXPECT_TRUE(always("replace and link update move nobody", [&](const Step& s) {
    if (s.change() != Change::replace || !s.ok()) return;
    auto was = entries_of(s.before), is = entries_of(s.after);
    RC_ASSERT(was.size() == is.size());
    int differing = 0;
    for (std::size_t i = 0; i < was.size(); ++i) {
      differing += was[i] != is[i];
      RC_ASSERT(was[i].link == is[i].link);
    }
    RC_ASSERT(differing <= 1);
    ++met[s.op.verb];
  }));
  EXPECT_GT(met[Verb::attach], 10);
  EXPECT_GT(met[Verb::link_update], 10);
}

TEST(World, AFailedOperationChangesNothing) {
  int failed = 0, on_a_filled_list = 0;
  EXPECT_TRUE(always("a failed operation changes nothing", [&](const Step& s) {
    if (s.ok()) return;
    // The name of a link is used up even if the link was not made; nothing else is.
    if (s.op.verb != Verb::link_create) RC_ASSERT(s.before == s.after);
    RC_ASSERT(*s.before.chain(kPoint) == *s.after.chain(kPoint));
    RC_ASSERT(s.before.references() == s.after.references());
    for (std::uint8_t p = 0; p < kProgs; ++p)
      RC_ASSERT(s.before.prog(Prog{p}) == s.after.prog(Prog{p}));
    for (std::uint8_t l = 0; l < s.after.links_named(); ++l)
      RC_ASSERT(s.before.link(Link{l}) == s.after.link(Link{l}));
    ++failed;
    on_a_filled_list += s.before.chain(kPoint)->size() > 1;
  }));
  EXPECT_GT(failed, 500);
  EXPECT_GT(on_a_filled_list, 100);
}

TEST(World, AskingForTheDecisionIsNoStepAndTheSameStepIsTheSame) {
  EXPECT_TRUE(always("the model is a function", [](const Step& s) {
    World again = s.before;
    const Decision asked = again.decision(s.op);
    RC_ASSERT(again == s.before);
    Prediction p;
    again.step(s.op, p);
    RC_ASSERT(again == s.after);
    RC_ASSERT(p.observation == s.prediction.observation);
    RC_ASSERT(asked.rule == s.prediction.decision.rule);
  }));
}

TEST(World, AProgramIsOnAListAtMostOnceAndTheListIsNeverOverfull) {
  int full = 0;
  EXPECT_TRUE(always("a program is on a list at most once", [&](const Step& s) {
    const auto progs = progs_of(s.after);
    RC_ASSERT(std::set<Prog>(progs.begin(), progs.end()).size() == progs.size());
    RC_ASSERT(progs.size() <= s.after.header().capacity);
    full += progs.size() == s.after.header().capacity;
  }));
  EXPECT_GT(full, 50);
}

TEST(World, TheRevisionMovesWithEveryChangeAndOnlyThenAndIsNever0) {
  int moved = 0, wrapped = 0, stale = 0;
  EXPECT_TRUE(walk(
      "the revision moves with every change, only then, and is never 0", [&](const Header& header) {
        return [&, seen = std::set<std::uint64_t>{header.revision}](const Step& s) mutable {
          const std::uint64_t was = revision_of(s.before), is = revision_of(s.after);
          const bool changes = s.ok() && s.change() != Change::none;
          RC_ASSERT((was != is) == changes);
          RC_ASSERT(is != 0U);
          if (header.dialect == Dialect::rfc2) RC_ASSERT(is <= 0xffffffffU);
          if (changes) RC_ASSERT(seen.insert(is).second);
          if (entries_of(s.before) != entries_of(s.after)) RC_ASSERT(changes);
          moved += changes;
          wrapped += is < was;
          stale += s.prediction.decision.error == Errno::stale;
        };
      }));
  EXPECT_GT(moved, 100);
  EXPECT_GT(wrapped, 0);
  EXPECT_GT(stale, 10);
}

TEST(World, AnExpectedRevisionIsHonouredExactlyIfTheListHasNotChanged) {
  int honoured = 0, refused = 0;
  EXPECT_TRUE(always("an expected revision only ever refuses", [&](const Step& s) {
    if (s.op.revision == 0) return;
    const auto without = [&] {
      Operation op = s.op;
      op.revision = 0;
      return s.before.decision(op);
    }();
    const bool current = s.op.revision == revision_of(s.before);
    if (current) RC_ASSERT(s.prediction.decision.error == without.error);
    if (!current) RC_ASSERT(s.prediction.decision.error != Errno::ok);
    honoured += current && s.ok();
    refused += !current && without.error == Errno::ok;
  }));
  EXPECT_GT(honoured, 20);
  EXPECT_GT(refused, 20);
}

TEST(World, DetachUndoesAttach) {
  int undone = 0, in_the_middle = 0;
  EXPECT_TRUE(always("detach undoes attach", [&](const Step& s) {
    if (s.op.verb != Verb::attach || !s.ok() || s.change() != Change::insert) return;
    World world = s.after;
    Prediction p;
    world.step({.verb = Verb::detach,
                .point = kPoint,
                .prog = s.op.prog,
                .link = {},
                .relative = {},
                .old = {}},
               p);
    RC_ASSERT(p.observation.error == Errno::ok);
    RC_ASSERT(entries_of(world) == entries_of(s.before));
    RC_ASSERT(world.references() == s.before.references());
    RC_ASSERT(revision_of(world) != revision_of(s.before));
    ++undone;
    in_the_middle += s.prediction.decision.index > 0 &&
                     s.prediction.decision.index < s.before.chain(kPoint)->size();
  }));
  EXPECT_GT(undone, 100);
  EXPECT_GT(in_the_middle, 10);
}

TEST(World, BeforePutsImmediatelyInFrontAndAfterImmediatelyBehind) {
  int before = 0, after = 0, of_a_link = 0;
  EXPECT_TRUE(
      always("before puts immediately in front, after immediately behind", [&](const Step& s) {
        if (!s.ok() || s.change() != Change::insert || !s.op.relative.given()) return;
        const bool by_link = s.op.has(flag::link);
        const Prog anchor =
            by_link ? s.before.link(Link{s.op.relative.raw}).prog : Prog{s.op.relative.raw};
        const Chain& c = *s.after.chain(kPoint);
        const auto at = c.find(anchor), mine = c.find(Prog{s.op.prog.raw});
        RC_ASSERT(at.exists && mine.exists);
        RC_ASSERT(mine.index == at.index + (s.op.has(flag::before) ? -1 : 1));
        RC_ASSERT(s.op.has(flag::before) != s.op.has(flag::after));
        if (by_link) RC_ASSERT(c.owner(at.index) == Link{s.op.relative.raw});
        (s.op.has(flag::before) ? before : after) += 1;
        of_a_link += by_link;
      }));
  EXPECT_GT(before, 20);
  EXPECT_GT(after, 20);
  EXPECT_GT(of_a_link, 5);
}

TEST(World, FirstIsAtTheHeadAndLastAtTheTailForLife) {
  int first = 0, last = 0, both = 0, kept = 0;
  EXPECT_TRUE(always("FIRST is at the head and LAST at the tail, for life", [&](const Step& s) {
    const auto was = entries_of(s.before), is = entries_of(s.after);
    for (std::size_t i = 0; i < is.size(); ++i) {
      if (is[i].flags & flag::first) RC_ASSERT(i == 0U);
      if (is[i].flags & flag::last) RC_ASSERT(i + 1 == is.size());
      if (s.after.header().dialect == Dialect::mainline) RC_ASSERT(is[i].flags == 0);
      first += is[i].flags == flag::first;
      last += is[i].flags == flag::last;
      both += is[i].flags == (flag::first | flag::last);
    }
    // Only REPLACE of the entry itself restates its flags.
    if (s.op.has(flag::replace)) return;
    for (const Entry& e : was)
      for (const Entry& x : is)
        if (x.prog == e.prog && x.link == e.link) {
          RC_ASSERT(x.flags == e.flags);
          kept += e.flags != 0;
        }
  }));
  EXPECT_GT(first, 20);
  EXPECT_GT(last, 20);
  EXPECT_GT(both, 5);
  EXPECT_GT(kept, 20);
}

// A sole entry with both is the only list that no directive can add to, short of a full one.
TEST(World, OnlyASoleFirstAndLastLocksTheOthersOut) {
  int locked = 0, open = 0;
  EXPECT_TRUE(always("only a sole FIRST and LAST locks the others out", [&](const Step& s) {
    const Chain& c = *s.after.chain(kPoint);
    if (s.after.header().dialect != Dialect::rfc2 || c.size() == c.capacity()) return;
    std::optional<Prog> newcomer;
    for (std::uint8_t p = 0; p < kProgs; ++p)
      if (!c.find(Prog{p}).exists && s.after.prog(Prog{p}).open) newcomer = Prog{p};
    if (!newcomer) return;
    bool can_join = false;
    for (const auto& [word, bit] : words::kFlags)
      for (const std::uint8_t with : {std::uint8_t{0}, bit})
        can_join |= s.after
                        .decision({.verb = Verb::attach,
                                   .point = kPoint,
                                   .flags = with,
                                   .prog = ref(*newcomer),
                                   .link = {},
                                   .relative = {},
                                   .old = {}})
                        .error == Errno::ok;
    const bool sole_both = c.size() == 1 && c.is_first(0) && c.is_last(0);
    RC_ASSERT(can_join == !sole_both);
    ++(sole_both ? locked : open);
  }));
  EXPECT_GT(locked, 5);
  EXPECT_GT(open, 50);
}

TEST(World, ReferencesBalance) {
  int orphans = 0, attached_but_closed = 0;
  EXPECT_TRUE(walk("references balance", [&](const Header&) {
    return [&](const Step& s) {
      int recount = 0;
      std::map<Prog, int> holders;
      for (const Entry& e : entries_of(s.after))
        if (e.link == kNoLink) ++holders[e.prog];
      for (std::uint8_t l = 0; l < s.after.links_named(); ++l) {
        const LinkState& link = s.after.link(Link{l});
        if (!link.open) continue;
        ++recount;  // its descriptor
        ++holders[link.prog];
        orphans += !link.attached;
      }
      for (std::uint8_t p = 0; p < kProgs; ++p) {
        RC_ASSERT(s.after.prog(Prog{p}).holders == holders[Prog{p}]);
        recount += s.after.prog(Prog{p}).open + holders[Prog{p}];
        attached_but_closed += !s.after.prog(Prog{p}).open && holders[Prog{p}] != 0;
      }
      RC_ASSERT(s.after.references() == recount);
      RC_ASSERT(s.prediction.observation.references == recount);
      // An attached link and its entry know each other.
      for (const Entry& e : entries_of(s.after))
        if (e.link != kNoLink)
          RC_ASSERT(s.after.link(e.link).attached && s.after.link(e.link).prog == e.prog);
    };
  }));
  EXPECT_GT(orphans, 10);
  EXPECT_GT(attached_but_closed, 10);
}

// --- The order as constraints
// ----------------------------------------------------------------------------------

// An independent definition of the order, with neither positions nor a list: who is known to stand
// immediately in front of whom. Sorted topologically there is one order that satisfies all of it.
class Neighbours {
 public:
  void join(Prog newcomer, std::optional<Prog> front, std::optional<Prog> behind) {
    if (front && behind) edges_.erase({*front, *behind});
    if (front) edges_.insert({*front, newcomer});
    if (behind) edges_.insert({newcomer, *behind});
    members_.insert(newcomer);
  }
  void leave(Prog p) {
    const auto front = in_front_of(p), behind = behind_of(p);
    if (front) edges_.erase({*front, p});
    if (behind) edges_.erase({p, *behind});
    if (front && behind) edges_.insert({*front, *behind});
    members_.erase(p);
  }
  std::optional<Prog> in_front_of(Prog p) const {
    for (const auto& [a, b] : edges_)
      if (b == p) return a;
    return std::nullopt;
  }
  std::optional<Prog> behind_of(Prog p) const {
    for (const auto& [a, b] : edges_)
      if (a == p) return b;
    return std::nullopt;
  }
  std::optional<Prog> head() const {
    return the_one([&](Prog p) { return !in_front_of(p); });
  }
  std::optional<Prog> tail() const {
    return the_one([&](Prog p) { return !behind_of(p); });
  }

  std::vector<Prog> order() const {
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> graph(kProgs);
    for (const auto& [a, b] : edges_) boost::add_edge(a.raw, b.raw, graph);
    std::vector<std::size_t> backwards;
    boost::topological_sort(graph, std::back_inserter(backwards));  // throws on a cycle
    std::vector<Prog> out;
    for (auto it = backwards.rbegin(); it != backwards.rend(); ++it)
      if (const Prog p{static_cast<std::uint8_t>(*it)}; members_.count(p)) out.push_back(p);
    return out;
  }

 private:
  template <class Is>
  std::optional<Prog> the_one(Is is) const {
    for (const Prog p : members_)
      if (is(p)) return p;
    return std::nullopt;
  }
  std::set<Prog> members_;
  std::set<std::pair<Prog, Prog>> edges_;
};

// What a successful request of dialect mainline means, read off its directives alone.
void apply(Neighbours& n, const Operation& op, const World& before) {
  const Prog prog{op.prog.raw};
  const Prog anchor =
      op.has(flag::link) ? before.link(Link{op.relative.raw}).prog : Prog{op.relative.raw};
  const bool relative = op.relative.given();
  const auto exchange = [&](Prog old) {
    const auto front = n.in_front_of(old), behind = n.behind_of(old);
    n.leave(old);
    n.join(prog, front, behind);
  };
  switch (op.verb) {
    case Verb::attach:
    case Verb::link_create:
      if (op.has(flag::replace))
        exchange(Prog{op.old.raw});
      else if (op.has(flag::before) && relative)
        n.join(prog, n.in_front_of(anchor), anchor);
      else if (op.has(flag::after) && relative)
        n.join(prog, anchor, n.behind_of(anchor));
      else if (op.has(flag::before))
        n.join(prog, std::nullopt, n.head());
      else
        n.join(prog, n.tail(), std::nullopt);
      break;
    case Verb::detach:
      if (op.prog.given())
        n.leave(prog);
      else if (op.has(flag::before))
        n.leave(relative ? *n.in_front_of(anchor) : *n.head());
      else
        n.leave(relative ? *n.behind_of(anchor) : *n.tail());
      break;
    case Verb::link_update:
      exchange(before.link(Link{op.link.raw}).prog);
      break;
    case Verb::link_detach:
      n.leave(before.link(Link{op.link.raw}).prog);
      break;
    case Verb::close:
      n.leave(before.link(Link{op.prog.raw}).prog);
      break;
    default:
      break;
  }
}

TEST(World, TheListIsTheOnlyOrderThatSatisfiesEveryDirective) {
  std::size_t longest = 0;
  std::set<std::uint8_t> directives;
  EXPECT_TRUE(
      walk("the list is the only order that satisfies every directive", [&](const Header& header) {
        return [&, header, n = Neighbours{}](const Step& s) mutable {
          if (header.dialect != Dialect::mainline) return;
          if (s.ok() && s.change() != Change::none) {
            apply(n, s.op, s.before);
            if (s.op.verb == Verb::attach)
              directives.insert(s.op.flags & (flag::before | flag::after | flag::replace));
          }
          const auto order = n.order();
          RC_ASSERT(order == progs_of(s.after));
          longest = std::max(longest, order.size());
        };
      }));
  EXPECT_EQ(longest, 5U);
  EXPECT_EQ(directives.size(), 4U);
}

// --- Taking over
// -----------------------------------------------------------------------------------------------

TEST(World, AdoptTakesOverWhatATargetShows) {
  int adopted = 0, with_links = 0;
  EXPECT_TRUE(always("adopt takes over what a target shows", [&](const Step& s) {
    // The same list backwards, and one revision on.
    Listing seen;
    s.after.chain(kPoint)->list(seen);
    std::reverse(seen.entries.begin(), seen.entries.begin() + seen.filled);
    ++seen.revision;
    World world = s.after;
    RC_ASSERT(world.adopt(kPoint, seen));
    Listing now;
    world.chain(kPoint)->list(now);
    RC_ASSERT(now == seen);
    RC_ASSERT(world.references() == s.after.references());
    adopted += seen.filled > 1;
    for (std::size_t i = 0; i < seen.filled; ++i) with_links += seen.entries[i].link != kNoLink;
    // Nobody can go on from a list with strangers, or with a program twice.
    if (seen.filled == 0) return;
    Listing strange = seen;
    strange.entries[0].prog = kStrangeProg;
    RC_ASSERT(!world.adopt(kPoint, strange));
    if (seen.filled == 1) return;
    strange.entries[0] = strange.entries[1];
    RC_ASSERT(!world.adopt(kPoint, strange));
  }));
  EXPECT_GT(adopted, 50);
  EXPECT_GT(with_links, 50);
}

TEST(World, ADeviceTakesItsListsAlongAndLeavesItsLinks) {
  const Trace trace = parse(
                          "dialect mainline\ndevice d0 d1\nload p0 p1\n"
                          "attach p0 d0/ingress\nlink_create l0 p1 d0/egress\nlink_create l1 p1 "
                          "d1/egress\nremove d0\n",
                          "t")
                          .at(0);
  World world;
  world.reset(trace.header);
  Prediction p;
  for (const Operation& op : trace.operations) world.step(op, p);
  EXPECT_EQ(world.chain({0, Hook::ingress}), nullptr);
  EXPECT_EQ(world.prog(Prog{0}).holders, 0);
  EXPECT_TRUE(world.link(Link{0}).open && !world.link(Link{0}).attached);
  EXPECT_TRUE(world.link(Link{1}).attached);
  EXPECT_EQ(world.references(), 2 + 2 * 2);  // two programs, two links that hold one each
  const World once = world;
  world.step(trace.operations.back(), p);
  EXPECT_EQ(p.observation.error, Errno::nodev);
  EXPECT_EQ(world, once);
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Plans: Boost's sort, Z3, and trying all orders agree on what can be satisfied; a plan replays to
// an order that keeps every directive; a core loses its contradiction with each of its directives.
#include "props/plan/plan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>

#include "model/judge/check.hpp"
#include "model/world/world.hpp"
#include "proofs/core.hpp"
#include "props/generate/rapidcheck_choices.hpp"
#include "props/plan/order.hpp"

namespace mprogcheck {
namespace {

using Names = std::vector<std::string>;

std::vector<Directive> directives_of(const std::string& text) {
  return parse_directives(text, "d");
}

// Apart from both engines: what a directive says of an order.
bool keeps(const Names& order, const Directive& d) {
  const auto at = [&](const std::string& name) {
    return std::find(order.begin(), order.end(), name);
  };
  if (at(d.prog) == order.end()) return false;
  switch (d.wish) {
    case Wish::before:
      return at(d.other) != order.end() && at(d.prog) < at(d.other);
    case Wish::after:
      return at(d.other) != order.end() && at(d.other) < at(d.prog);
    case Wish::first:
      return order.front() == d.prog;
    case Wish::last:
      return order.back() == d.prog;
    case Wish::present:
      return true;
  }
  return false;
}

bool keeps_list(const Names& order, const Names& list) {
  auto from = order.begin();
  return std::all_of(list.begin(), list.end(), [&](const std::string& name) {
    from = std::find(from, order.end(), name);
    return from != order.end();
  });
}

bool some_order_keeps(const Names& list, const std::vector<Directive>& all) {
  Names order = programs_of(list, all);
  std::sort(order.begin(), order.end());
  do {
    if (keeps_list(order, list) &&
        std::all_of(all.begin(), all.end(), [&](const Directive& d) { return keeps(order, d); }))
      return true;
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

std::vector<Directive> chosen(const std::vector<Directive>& all, unsigned mask) {
  std::vector<Directive> some;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (mask >> i & 1U) some.push_back(all[i]);
  return some;
}

Start start_with(const Names& names) {
  std::vector<ListedEntry> entries;
  for (const std::string& name : names) entries.push_back({.name = name});
  return start_of(entries);
}

struct Asked {
  Names list;
  std::vector<Directive> directives;
};

Asked any_asked(const Names& names = {"a", "b", "p3", "d", "e"}, std::uint32_t most = 7) {
  RapidChoices choices;
  const auto any = [&] { return names[choices.below(static_cast<std::uint32_t>(names.size()))]; };
  Asked asked;
  for (const std::string& name : names)
    if (choices.below(3) == 0)
      asked.list.insert(
          asked.list.begin() + choices.below(static_cast<std::uint32_t>(asked.list.size()) + 1),
          name);
  const std::uint32_t count = 1 + choices.below(most);
  for (std::uint32_t i = 0; i < count; ++i) {
    Directive d{.owner = "o", .prog = any(), .other = {}};
    d.wish = std::array{Wish::before,  Wish::after, Wish::before, Wish::after,
                        Wish::present, Wish::first, Wish::last}[choices.below(7)];
    while (d.relative() && (d.other.empty() || d.other == d.prog)) d.other = any();
    asked.directives.push_back(d);
  }
  return asked;
}

RC_GTEST_PROP(Plan, SatisfiableMeansTheSameToEveryEngine, ()) {
  const Asked asked = any_asked();
  const bool truth = some_order_keeps(asked.list, asked.directives);
  const Ordering ordering = order_of(asked.list, asked.directives);
  const auto core = smallest_core(asked.list, asked.directives);
  RC_CLASSIFY(truth, "satisfiable");
  RC_ASSERT(ordering.order.empty() != truth);
  RC_ASSERT(ordering.cycle.empty() == truth);
  RC_ASSERT(core.empty() == truth);
  RC_ASSERT(proofs::satisfiable(asked.list, asked.directives) == truth);
}

RC_GTEST_PROP(Plan, ReplaysToAnOrderThatKeepsEveryDirective, ()) {
  const Asked asked = any_asked();
  const Names order = order_of(asked.list, asked.directives).order;
  RC_PRE(!order.empty());
  RC_ASSERT(keeps_list(order, asked.list));
  for (const Directive& d : asked.directives) RC_ASSERT(keeps(order, d));

  const Plan p = plan(start_with(asked.list), order);
  RC_ASSERT(p.attaches.size() == order.size() - asked.list.size());
  const Trace again = parse(print(p.trace), "t").at(0);
  RC_ASSERT(misprints(again).empty());
  World world;
  world.reset(again.header);
  Prediction answer;
  for (const Operation& op : again.operations) {
    world.step(op, answer);
    RC_ASSERT(answer.observation.error == Errno::ok);
  }
  const Chain& list = *world.chain({0, Hook::ingress});
  RC_ASSERT(static_cast<std::size_t>(list.size()) == order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    RC_ASSERT(p.names[i].first == order[i]);
    RC_ASSERT(list.prog(static_cast<int>(i)) == p.names[i].second);
  }
}

// bpftool's names are any: one that reads like a number of ours may come when that is given away.
TEST(Plan, ANameThatReadsLikeANumberInUseIsAnotherProgram) {
  const Names list{"a", "b", "d", "e"}, order{"a", "b", "d", "e", "p3"};
  const Plan p = plan(start_with(list), order);
  ASSERT_EQ(p.attaches.size(), 1U);
  EXPECT_EQ(p.attaches[0].list, order);
}

RC_GTEST_PROP(Plan, NoSmallerSetContradictsAndTheCycleTellsTheCore, ()) {
  const Asked asked = any_asked();
  const auto core = smallest_core(asked.list, asked.directives);
  RC_PRE(!core.empty());
  unsigned of_core = 0;
  for (const std::size_t d : core) of_core |= 1U << d;
  RC_ASSERT(!some_order_keeps(asked.list, chosen(asked.directives, of_core)));
  RC_ASSERT(proofs::irreducible(asked.list, chosen(asked.directives, of_core)));
  for (unsigned mask = 0; mask < 1U << asked.directives.size(); ++mask)
    if (static_cast<std::size_t>(std::popcount(mask)) < core.size())
      RC_ASSERT(some_order_keeps(asked.list, chosen(asked.directives, mask)));

  const auto few = chosen(asked.directives, of_core);
  const auto cycle = order_of(asked.list, few).cycle;
  RC_ASSERT(!cycle.empty());
  std::vector<bool> told(few.size());
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    RC_ASSERT(cycle[i].behind == cycle[(i + 1) % cycle.size()].front);
    if (cycle[i].directive)
      told[*cycle[i].directive] = true;
    else
      RC_ASSERT(keeps_list(asked.list, {cycle[i].front, cycle[i].behind}));
  }
  // Only who must merely be there goes without saying.
  for (std::size_t d = 0; d < few.size(); ++d) RC_ASSERT(told[d] || core.size() == 3U);
}

std::string core_text(const Names& list, const std::string& text) {
  const auto all = directives_of(text);
  std::string core;
  for (const std::size_t d : smallest_core(list, all)) core += print(all[d]) + "\n";
  return core;
}

TEST(Core, FirstAndLast) {
  EXPECT_EQ(core_text({}, "x: a first\ny: b first\n"), "x: a first\ny: b first\n");
  EXPECT_EQ(core_text({}, "x: a last\ny: b present\nz: b last\n"), "x: a last\nz: b last\n");
  EXPECT_EQ(core_text({}, "x: a first\ny: b before a\n"), "x: a first\ny: b before a\n");
  EXPECT_EQ(core_text({"a"}, "x: a last\ny: b after a\n"), "x: a last\ny: b after a\n");
  // Alone it is both; who makes it two belongs to the contradiction.
  EXPECT_EQ(core_text({}, "x: a first\ny: a last\n"), "");
  EXPECT_EQ(core_text({}, "x: a first\ny: a last\nz: b present\n"),
            "x: a first\ny: a last\nz: b present\n");
  // The list itself can be the other side.
  EXPECT_EQ(core_text({"a", "b"}, "x: b first\ny: c last\n"), "x: b first\n");
  EXPECT_EQ(core_text({"a", "b", "c"}, "x: c before d\ny: d before a\n"),
            "x: c before d\ny: d before a\n");
}

// Of a long cycle and a short one the short one, wherever the search begins.
TEST(Core, IsTheSmallest) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "ring: n" + std::to_string(i) + " before n" + std::to_string((i + 1) % 20) + "\n";
  EXPECT_EQ(smallest_core({}, directives_of(text)).size(), 20U);
  text += "x: n3 after n9\n";
  EXPECT_EQ(smallest_core({}, directives_of(text)).size(), 7U);
  // The list leads from one to the other at no cost.
  EXPECT_EQ(smallest_core(Names{"n4", "m", "n8"}, directives_of(text)).size(), 3U);
  text += "y: n15 before n14\n";
  EXPECT_EQ(core_text({}, text), "ring: n14 before n15\ny: n15 before n14\n");
}

// As above, where there are too many orders to try.
RC_GTEST_PROP(Core, NoSmallerSetContradictsTheSolverSays, ()) {
  const Asked asked = any_asked({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}, 11);
  const std::size_t size = smallest_core(asked.list, asked.directives).size();
  RC_PRE(size > 0);
  for (unsigned mask = 0; mask < 1U << asked.directives.size(); ++mask)
    if (static_cast<std::size_t>(std::popcount(mask)) + 1 == size)
      RC_ASSERT(proofs::satisfiable(asked.list, chosen(asked.directives, mask)));
}

// Where every cycle has many that are as long, a search through sets does not end.
TEST(Core, IsFoundAmongMany) {
  std::string ring, all_first, layers;
  const auto before = [](const std::string& front, const std::string& behind) {
    return "o: " + front + " before " + behind + "\n";
  };
  for (int i = 0; i < 60; ++i)
    for (int owner = 0; owner < 2; ++owner)
      ring += before("n" + std::to_string(i), "n" + std::to_string((i + 1) % 60));
  for (int i = 0; i < 63; ++i) all_first += "o: n" + std::to_string(i) + " first\n";
  const auto name = [](int layer, int i) {
    return "l" + std::to_string(layer) + "." + std::to_string(i);
  };
  for (int layer = 0; layer < 12; ++layer)
    for (int i = 0; i < 5; ++i)
      for (int k = 0; k < 5; ++k) layers += before(name(layer, i), name((layer + 1) % 12, k));
  const std::pair<std::string, std::size_t> cases[] = {{ring, 60}, {all_first, 2}, {layers, 12}};
  for (const auto& [text, size] : cases) {
    const auto all = directives_of(text);
    std::vector<Directive> few;
    for (const std::size_t d : smallest_core({}, all)) few.push_back(all[d]);
    EXPECT_EQ(few.size(), size);
    EXPECT_TRUE(proofs::irreducible({}, few));
  }
}

TEST(Plan, AppendsWhoWishesNothing) {
  EXPECT_EQ(order_of(Names{"a", "b"}, directives_of("x: c present\ny: d present\n")).order,
            (Names{"a", "b", "c", "d"}));
}

TEST(Plan, BeginsWhereATraceEnds) {
  const Trace trace = parse(
                          "dialect mainline\ncapacity 3\ndevice d0 d1\nload p0 p1 p2:xdp p3\n"
                          "attach p0 d1/egress\nlink_create l0 p1 d1/egress before rel=p0\n"
                          "close p3\n",
                          "t")
                          .at(0);
  const Start start = start_at(trace, {1, Hook::egress});
  EXPECT_EQ(start.names(), (Names{"p1", "p0"}));
  const auto lines = [&](const std::string& text) {
    std::string out;
    const auto directives = directives_of(text);
    for (const Attach& a : plan(start, order_of(start.names(), directives).order).attaches)
      out += print(a.operation) + "\n";
    return out;
  };
  EXPECT_EQ(lines("x: fw after p1\ny: fw before p0\n"), "attach p4 d1/egress after rel=p1\n");
  EXPECT_EQ(lines("x: fw first\n"), "attach p4 d1/egress before rel=p1\n");
  EXPECT_EQ(lines("x: p1 first\n"), "");
  EXPECT_THROW(lines("x: p2 first\n"), Refused);  // of another type
  EXPECT_THROW(lines("x: p3 first\n"), Refused);  // closed
  EXPECT_THROW(start_at(trace, {2, Hook::ingress}), std::invalid_argument);
}

// Its descriptor is closed, a link keeps it: it has an id still.
TEST(Plan, NamesWhatIsClosedById) {
  const Trace trace = parse(
                          "dialect mainline\ndevice d0\nload p0 p1 p2\n"
                          "link_create l0 p0 d0/ingress\nclose p0\n",
                          "t")
                          .at(0);
  const Start start = start_at(trace, {0, Hook::ingress});
  const Plan p = plan(start, Names{"p2", "p0", "p1"});
  ASSERT_EQ(p.attaches.size(), 2U);
  EXPECT_EQ(print(p.attaches[0].operation), "attach p2 d0/ingress before id rel=p0");
  EXPECT_EQ(print(p.attaches[1].operation), "attach p1 d0/ingress after id rel=p0");
  EXPECT_TRUE(misprints(p.trace).empty());
}

TEST(Plan, BeginsWithWhatIsKnownOfAList) {
  const ListedEntry entries[] = {{"log", 7, true}, {"fw", 9, false}, {"x#10", 10, true}};
  const Start start = start_of(entries, {2, Hook::egress});
  const Plan p = plan(start, Names{"log", "new", "fw", "x#10"});
  EXPECT_EQ(print(p.trace),
            "# p0 is log#7\n# p1 is fw#9\n# p2 is x#10\n# p3 is new\n"
            "dialect mainline\ndevice d0 d1 d2\nload p0 p1 p2 p3\n\n"
            "link_create l0 p0 d2/egress      => ok\n"
            "attach p1 d2/egress              => ok\n"
            "link_create l1 p2 d2/egress      => ok\n"
            "attach p3 d2/egress after rel=p0 => ok\n");
}

TEST(Directives, ComplaintsSayWhereAndWhat) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "d:1:1: no directive here"},
      {"# nothing\n\n", "d:3:1: no directive here"},
      {"fw first\n", "d:1:1: expected an owner such as 'firewall:', not 'fw'"},
      {"# x\n  o: fw\n", "d:2:8: expected before, after, first, last or present"},
      {"o: fw infront log\n", "d:1:7: expected before, after, first, last or present, not 'inf"},
      {"o: fw before", "d:1:13: expected the name of a program"},
      {"o: fw before  fw", "d:1:15: 'fw' cannot stand before or after itself"},
      {"o: fw first last", "d:1:13: did not expect 'last'"},
      {"o: f/w first", "d:1:5: a name is of letters"},
      {"o: fw#x first", "d:1:7: expected the id of a program"},
      {"o: #12 first", "d:1:3: expected the name of a program"},
      {": fw first", "d:1:1: expected a name"},
      {"o: fw fi\x01rst", "d:1:7: expected before"},
  };
  for (const auto& [text, says] : cases) {
    try {
      parse_directives(text, "d");
      ADD_FAILURE() << text;
    } catch (const ParseError& e) {
      EXPECT_EQ(std::string(e.what()).substr(0, std::string(says).size()), says) << e.what();
    }
  }
  EXPECT_EQ(print(directives_of("  fire.wall: fw#12 after a_b-c # why\r\n").at(0)),
            "fire.wall: fw#12 after a_b-c");
}

}  // namespace
}  // namespace mprogcheck

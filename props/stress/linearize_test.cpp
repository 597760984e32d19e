// SPDX-License-Identifier: GPL-2.0-only
// Histories by hand, and beside them a judge that tries every order there is.
#include "props/stress/linearize.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/generate/generator.hpp"
#include "props/generate/rapidcheck_choices.hpp"

namespace mprogcheck {
namespace {

using Verdict = Linearization::Verdict;

History history(const std::string& calls) {
  return parse_histories("dialect mainline\ncapacity 3\ndevice d0\nload p0 p1 p2 p3\n" + calls,
                         "test")
      .at(0);
}

Linearization judge(const std::string& calls) {
  return linearize(history(calls));
}

void explains(const std::string& calls) {
  const History h = history(calls);
  const Linearization r = linearize(h);
  EXPECT_EQ(r.verdict, Verdict::linearizable) << explain(r, h, "test");
}

// Refused, for the answer of the call in that place.
Linearization refuses(const std::string& calls, std::size_t call) {
  const Linearization r = judge(calls);
  EXPECT_EQ(r.verdict, Verdict::refused);
  EXPECT_EQ(r.call, call);
  return r;
}

TEST(Linearize, takes_calls_side_by_side_in_either_order) {
  for (const std::string first : {"p0,p1", "p1,p0"})
    explains(
        "0:1-3 attach p0 d0/ingress => ok\n1:2-4 attach p1 d0/ingress => ok\n"
        "0:5-6 query d0/ingress room=3 progs => ok rev=3 progs=" +
        first + "\n");
}

TEST(Linearize, keeps_the_order_of_calls_that_do_not_overlap) {
  const auto r = refuses(
      "0:1-2 attach p0 d0/ingress => ok\n1:3-4 attach p1 d0/ingress => ok\n"
      "0:5-6 query d0/ingress room=3 progs => ok progs=p1,p0\n",
      2);
  EXPECT_EQ(r.permitted, std::vector<std::string>{"ok rev=3 count=2 progs=p0,p1"});
  EXPECT_EQ(r.contended, 0U);
}

TEST(Linearize, refuses_a_stale_answer_after_an_acknowledged_update) {
  refuses(
      "0:1-2 attach p0 d0/ingress => ok\n"
      "1:3-4 query d0/ingress room=3 progs => ok rev=1 progs=none\n",
      1);
  // While the update is under way the list may be as it was.
  explains(
      "0:1-4 attach p0 d0/ingress => ok\n"
      "1:2-3 query d0/ingress room=3 progs => ok rev=1 progs=none\n");
}

TEST(Linearize, refuses_one_revision_for_two_updates) {
  const auto r = refuses(
      "0:1-4 attach p0 d0/ingress rev=1 => ok\n1:2-3 attach p1 d0/ingress rev=1 => ok\n", 0);
  EXPECT_EQ(r.permitted, std::vector<std::string>{"ESTALE"});
  EXPECT_EQ(r.concurrent, std::vector<std::size_t>{1});
  EXPECT_EQ(r.contended, 2U);
  explains("0:1-4 attach p0 d0/ingress rev=1 => ok\n1:2-3 attach p1 d0/ingress rev=1 => ESTALE\n");
}

TEST(Linearize, refuses_a_lost_update) {
  refuses(
      "0:1-4 attach p0 d0/ingress => ok\n1:2-3 attach p1 d0/ingress => ok\n"
      "2:5-6 query d0/ingress room=3 progs => ok rev=2 progs=p1\n",
      2);
}

TEST(Linearize, refuses_a_revision_that_goes_back) {
  refuses(
      "0:1-7 attach p0 d0/ingress => ok\n1:2-3 query d0/ingress => ok rev=2\n"
      "1:4-5 query d0/ingress => ok rev=1\n",
      2);
}

TEST(Linearize, refuses_an_answer_of_a_device_that_is_gone) {
  refuses("0:1-2 remove d0 => ok\n1:3-4 attach p0 d0/ingress => ok\n", 1);
  explains(
      "0:1-3 remove d0 => ok\n1:2-4 attach p0 d0/ingress => ok\n"
      "1:5-6 attach p1 d0/ingress => ENODEV\n");
}

TEST(Linearize, begins_new_lists_with_a_new_device) {
  const std::string made =
      "0:1-2 create d1 d2 => ok\n1:3-4 link_create l0 p0 d1/primary => ok\n"
      "0:5-7 remove d1 => ok\n0:8-10 create d1 d2 => ok\n";
  explains(made +
           "1:9-12 attach p1 d1/primary rev=1 => ok\n"
           "1:13-14 info l0 => ok progs=p0 at=nodev/primary\n");
  refuses(made + "1:11-12 attach p1 d1/primary rev=2 => ok\n", 4);
}

TEST(Linearize, follows_a_link_of_another_process) {
  const std::string made = "0:1-2 link_create l0 p0 d0/ingress => ok\n0:3-6 close l0 => ok\n";
  for (const std::string outcome : {"ok", "ENOENT"})
    explains(made + "1:4-5 attach p1 d0/ingress before id link rel=l0 => " + outcome + "\n");
  refuses(made + "1:7-8 attach p1 d0/ingress before id link rel=l0 => ok\n", 2);
}

// What a packet met tells neither count nor revision.
TEST(Linearize, judges_a_packet_by_the_programs_it_met) {
  const std::string two = "0:1-4 attach p0 d0/ingress => ok\n0:5-6 attach p1 d0/ingress => ok\n";
  explains(two + "1:7-8 query d0/ingress room=64 progs => ok progs=p0,p1\n");
  refuses(two + "1:7-8 query d0/ingress room=64 progs => ok progs=p1\n", 2);
}

TEST(Linearize, gives_up_visibly) {
  std::string calls;
  for (int p = 0; p < 3; ++p)
    calls += std::to_string(p) + ":" + std::to_string(p + 1) + "-" + std::to_string(p + 10) +
             " attach p" + std::to_string(p) + " d0/ingress => ok\n";
  const History h = history(calls);
  EXPECT_EQ(linearize(h, {.most_states = 3}).verdict, Verdict::undecided);
  EXPECT_EQ(linearize(h).verdict, Verdict::linearizable);
}

TEST(Linearize, says_in_lines_of_the_file_what_cannot_be_explained) {
  const History h = history(
      "0:1-2 attach p0 d0/ingress => ok\n\n1:3-6 detach p0 d0/ingress => ok\n"
      "0:4-5 query d0/ingress => ok rev=7\n");
  EXPECT_EQ(explain(linearize(h), h, "f"),
            "f:8: 0:4-5 query d0/ingress => ok rev=7\n"
            "  no order of the calls explains this answer; the model would say\n"
            "    ok rev=2 count=1\n    ok rev=3 count=0\n"
            "  at the same time\n    f:7: 1:3-6 detach p0 d0/ingress => ok\n"
            "  before it there\n    f:5: 0:1-2 attach p0 d0/ingress => ok\n");
}

// Every order that keeps to time, tried one after the other.
bool some_order(const History& h, std::vector<bool>& taken, std::size_t left, const World& world) {
  if (left == 0) return true;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (taken[i]) continue;
    bool may_be_next = true;
    for (std::size_t j = 0; j < taken.size(); ++j)
      may_be_next &= taken[j] || h.stamps[j].returned > h.stamps[i].invoked;
    if (!may_be_next) continue;
    World after = world;
    Prediction p;
    const Operation& op = h.trace.operations[i];
    const Decision d = world.decision(op);
    const Errno seen = h.trace.expected[i]->error;
    if (d.error == seen) {
      after.step(op, p);
      if (!agrees(*h.trace.expected[i], expected_of(op, p.observation))) continue;
    } else if (seen == Errno::ok || !permits(h.trace.header.dialect, op.verb, d, seen)) {
      continue;
    }
    taken[i] = true;
    if (some_order(h, taken, left - 1, after)) return true;
    taken[i] = false;
  }
  return false;
}

bool some_order(const History& h) {
  std::vector<bool> taken(h.stamps.size());
  World world;
  world.reset(h.trace.header);
  return some_order(h, taken, taken.size(), world);
}

// Drawn as a trace whose calls take effect one after the other; then each is given a process that
// is free, begins some moments before and returns some moments later.
History drawn(Dialect dialect, std::size_t calls, std::uint16_t links = 2) {
  RapidChoices c;
  Scope scope;
  scope.dialect = dialect;
  scope.progs = 3;
  scope.links = links;
  scope.capacity = 2;
  scope.removes = true;
  scope.packets = scope.qdiscs = scope.netkit = false;
  History h;
  h.trace.header = header_of(scope);
  Generator<RapidChoices> generator(c, scope);
  World world;
  world.reset(h.trace.header);
  Prediction p;
  struct Timed {
    Operation op;
    Expected seen;
    Stamp stamp;
  };
  std::vector<Timed> all;
  std::array<std::uint64_t, 3> free{};
  for (std::size_t i = 0; i < calls; ++i) {
    const Operation op = generator.next(world);
    world.step(op, p);
    const std::uint64_t now = 100 * (i + 1);
    auto process = c.below(3);
    while (free[process] >= now) process = (process + 1) % 3;
    const std::uint64_t earliest = std::max(free[process], now - std::min<std::uint64_t>(now, 250));
    const Stamp stamp{process, earliest + 1 + c.below(static_cast<std::uint32_t>(now - earliest)),
                      now + 1 + c.below(i + 3 < calls ? 180 : 400)};
    free[process] = stamp.returned;
    all.push_back({op, expected_of(op, p.observation), stamp});
    // Somebody has to be free for the next.
    if (std::all_of(free.begin(), free.end(), [&](auto f) { return f >= now + 100; }))
      all.back().stamp.returned = free[process] = now + 50;
  }
  std::stable_sort(all.begin(), all.end(), [](const Timed& a, const Timed& b) {
    return a.stamp.invoked < b.stamp.invoked;
  });
  for (const Timed& t : all) {
    h.trace.operations.push_back(t.op);
    h.trace.expected.emplace_back(t.seen);
    h.stamps.push_back(t.stamp);
  }
  return h;
}

// One answer becomes another, or two calls change places.
void mutate(History& h) {
  RapidChoices c;
  const auto at = c.below(static_cast<std::uint32_t>(h.stamps.size()));
  Expected& e = *h.trace.expected[at];
  switch (c.below(4)) {
    case 0:
      e.error = e.error == Errno::ok ? Errno::stale : Errno::ok;
      break;
    case 1:
      if (e.revision) ++*e.revision;
      break;
    case 2:
      if (e.progs && !e.progs->empty()) e.progs->pop_back();
      break;
    default: {
      const auto other = c.below(static_cast<std::uint32_t>(h.stamps.size()));
      std::swap(h.trace.operations[at], h.trace.operations[other]);
      std::swap(h.trace.expected[at], h.trace.expected[other]);
      break;
    }
  }
}

// Read once in a process, which ctest gives each test.
template <class Property>
void holds(std::uint64_t seed, Property&& property) {
  ::setenv("RC_PARAMS", ("seed=" + std::to_string(seed) + " max_success=500").c_str(), 1);
  EXPECT_TRUE(rc::check(property));
}

void agrees_with_a_judge_that_tries_every_order(Dialect dialect, std::uint64_t seed) {
  std::size_t refused = 0, contended = 0;
  holds(seed, [&] {
    History h = drawn(dialect, 7);
    RC_ASSERT(linearize(h).verdict == Verdict::linearizable);
    RC_ASSERT(some_order(h));
    mutate(h);
    const Linearization r = linearize(h);
    const bool agreed = (r.verdict == Verdict::linearizable) == some_order(h);
    if (!agreed) RC_FAIL(print(h) + explain(r, h, "drawn"));
    refused += r.verdict == Verdict::refused;
    contended += r.contended;
  });
  EXPECT_GT(refused, 150U);
  EXPECT_GT(contended, 500U);
}

TEST(Linearize, agrees_with_a_judge_that_tries_every_order_in_mainline) {
  agrees_with_a_judge_that_tries_every_order(Dialect::mainline, 11);
}

TEST(Linearize, agrees_with_a_judge_that_tries_every_order_in_rfc2) {
  agrees_with_a_judge_that_tries_every_order(Dialect::rfc2, 12);
}

TEST(Linearize, explains_what_one_model_answered_however_long) {
  holds(13, [] {
    const History h = drawn(Dialect::rfc2, 60);
    const Linearization r = linearize(h);
    if (r.verdict != Verdict::linearizable) RC_FAIL(print(h) + explain(r, h, "drawn"));
  });
}

TEST(History, is_printed_as_it_is_read) {
  holds(14, [] {
    const History h = drawn(Dialect::mainline, 12, 0);
    const History again = parse_histories(print(h), "again").at(0);
    RC_ASSERT(print(again) == print(h));
    RC_ASSERT(again.stamps == h.stamps);
    RC_ASSERT(again.trace.operations == h.trace.operations);
  });
}

TEST(History, complains_with_line_and_column) {
  const auto complaint = [](const std::string& calls) -> std::string {
    try {
      history(calls);
    } catch (const ParseError& e) {
      return e.what();
    }
    return "none";
  };
  EXPECT_EQ(complaint("attach p0 d0/ingress => ok\n"),
            "test:5:1: expected who called and when, as in '0:3-4', in front of an operation");
  EXPECT_EQ(complaint("  0:1-2 attach p0 d0/ingress\n"),
            "test:5:3: expected what was answered behind '=>'");
  EXPECT_EQ(complaint("0:1-x attach p0 d0/ingress => ok\n").substr(0, 9), "test:5:5:");
  EXPECT_EQ(complaint("99:1-2 attach p0 d0/ingress => ok\n").substr(0, 9), "test:5:1:");
  EXPECT_EQ(complaint("0:2-2 attach p0 d0/ingress => ok\n").substr(0, 9), "test:5:1:");
  EXPECT_EQ(complaint("0:1-4 attach p0 d0/ingress => ok\n0:2-5 query d0/ingress => ok\n"),
            "test:6:1: a process makes one call at a time, and this one's last had not returned");
  EXPECT_EQ(complaint("0:4-5 attach p0 d0/ingress => ok\n1:2-3 query d0/ingress => ok\n"),
            "test:6:1: calls stand in the order in which they were invoked");
  EXPECT_EQ(complaint("0:1-2 attach p9 d0/ingress => ok\n").substr(0, 10), "test:5:14:");
}

TEST(History, ends_where_it_is_cut) {
  const History h = history(
      "0:1-6 attach p0 d0/ingress => ok\n1:2-3 query d0/ingress => ok\n"
      "1:5-7 query d0/ingress => ok\n");
  EXPECT_EQ(prefix(h, 3).stamps.size(), 2U);
  EXPECT_EQ(prefix(h, 3).trace.expected.size(), 2U);
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Small worlds, whole: counts that can be derived by hand, and what the walks through them show.
#include "props/explore/explore.hpp"

#include <gtest/gtest.h>

#include <set>

#include "impl/inprocess/inprocess.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/explore/walk.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck {
namespace {

// One that answers in batches only.
class InBatches : public Target {
 public:
  explicit InBatches(InProcess impl) : impl_(std::move(impl)) {}
  std::string name() const override { return "batches"; }
  Capabilities capabilities() const override { return impl_.capabilities(); }
  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& observations) override {
    impl_.run_all(traces, observations);
  }

 private:
  InProcess impl_;
};

constexpr Bounds world(Dialect dialect, int progs, int links, int capacity) {
  return {.dialect = dialect,
          .progs = static_cast<std::uint8_t>(progs),
          .links = static_cast<std::uint8_t>(links),
          .capacity = static_cast<std::uint8_t>(capacity),
          .revisions = true};
}

std::size_t states(const Bounds& b) {
  return explore(b, nullptr, {}).parent.size();
}

// Names do not count: of two programs without owners there are the lists of none, one and two.
TEST(Explore, CountsListsByTheirLengthAlone) {
  EXPECT_EQ(states(world(Dialect::mainline, 1, 0, 1)), 2U);
  EXPECT_EQ(states(world(Dialect::mainline, 2, 0, 2)), 3U);
  EXPECT_EQ(states(world(Dialect::mainline, 3, 0, 2)), 3U);
  EXPECT_EQ(states(world(Dialect::mainline, 3, 0, 3)), 4U);
}

// [], [p0] and [p0/l0]; with the link detached [] and [p0].
TEST(Explore, CountsALinkAttachedDetachedAndGone) {
  EXPECT_EQ(states(world(Dialect::mainline, 1, 1, 1)), 5U);
}

// One entry with neither, FIRST, LAST or both, or none. Two entries: FIRST only at the head, LAST
// only at the tail, so 2 * 2 more.
TEST(Explore, CountsFirstAndLastWhereTheyMayStand) {
  EXPECT_EQ(states(world(Dialect::rfc2, 1, 0, 1)), 5U);
  EXPECT_EQ(states(world(Dialect::rfc2, 2, 0, 2)), 9U);
}

TEST(Explore, KeepsItsCountsFromVersionToVersion) {
  const struct {
    Bounds bounds;
    std::size_t states, requests, depth;
  } oracles[] = {{world(Dialect::mainline, 3, 1, 3), 19, 131'832, 5},
                 {world(Dialect::rfc2, 3, 1, 3), 70, 538'608, 5},
                 {world(Dialect::mainline, 4, 2, 4), 108, 1'632'572, 8}};
  for (const auto& o : oracles) {
    const Exploration e = explore(o.bounds, nullptr, {});
    EXPECT_EQ(e.parent.size(), o.states);
    EXPECT_EQ(e.transitions, o.requests);
    EXPECT_EQ(e.depth, o.depth);
  }
}

TEST(Explore, AStateIsTheSameUnderAnyNames) {
  for (const Dialect d : {Dialect::mainline, Dialect::rfc2}) {
    const Bounds b = world(d, 3, 2, 3);
    const Exploration e = explore(b, nullptr, {});
    for (std::size_t s = 0; s < e.parent.size(); ++s) {
      EXPECT_EQ(state_of(world_of(b, e.graph[s], 5)), e.graph[s]) << describe_state(e.graph[s]);
      // As it was reached, with whatever names that gave.
      EXPECT_EQ(walk_to(b, e, s).state, e.graph[s]) << describe_state(e.graph[s]);
    }
  }
}

TEST(Explore, OurImplementationAgreesOnEveryRequestInEveryState) {
  for (const Dialect d : {Dialect::mainline, Dialect::rfc2})
    for (int progs = 1; progs <= 3; ++progs)
      for (int links = 0; links <= 1; ++links)
        for (int capacity = 1; capacity <= 3; ++capacity) {
          InProcess impl;
          const Exploration e = explore(world(d, progs, links, capacity), &impl, {});
          EXPECT_FALSE(e.deviation) << print(*e.deviation);
        }
}

TEST(Explore, FindsTheShortestDeviationOfAPlantedFault) {
  const struct {
    const char* fault;
    Dialect dialect;
    std::size_t operations;
  } shortest[] = {{"after_one_too_far", Dialect::mainline, 3},
                  {"detach_before_head_takes_head", Dialect::mainline, 2},
                  {"replace_loses_first", Dialect::rfc2, 2}};
  for (const auto& f : shortest) {
    InProcess impl(f.fault);
    const Exploration e = explore(world(f.dialect, 3, 1, 3), &impl, {});
    ASSERT_TRUE(e.deviation) << f.fault;
    EXPECT_EQ(e.deviation->operations.size(), f.operations) << print(*e.deviation);
    std::vector<std::vector<Observation>> seen;
    impl.run(std::span(&*e.deviation, 1), seen);
    EXPECT_FALSE(check(*e.deviation, seen[0]).conforms());
  }
}

// 1-minimal, and yet one operation too long.
TEST(Explore, FindsAShorterTraceThanOneThatCanLoseNothing) {
  const Trace local =
      parse(
          "dialect mainline\ndevice d0\nload p0 p1\nattach p0 d0/ingress\n"
          "attach p1 d0/ingress replace old=p0\ndetach p1 d0/ingress before rel=p1\n",
          "t.trace")
          .at(0);
  InProcess impl("detach_before_head_takes_head");
  const auto shown = deviations_on(impl, local);
  ASSERT_FALSE(shown.empty());
  const auto shorter = shorter_by_walk(impl, local, shown[0].bucket);
  ASSERT_TRUE(shorter);
  EXPECT_EQ(shorter->operations.size(), 2U) << print(*shorter);
  EXPECT_EQ(deviations_on(impl, *shorter).at(0).bucket, shown[0].bucket);
  EXPECT_FALSE(shorter_by_walk(impl, *shorter, shown[0].bucket));
}

TEST(Tour, MakesEveryRequestInEveryState) {
  const Bounds b = world(Dialect::mainline, 2, 1, 2);
  const Exploration e = explore(b, nullptr, {});
  std::set<std::pair<StateKey, Operation>> made;
  std::size_t operations = 0;
  for (const Trace& t : tour(b, e, 1000)) {
    operations += t.operations.size();
    World w;
    w.reset(t.header);
    Prediction p;
    for (Operation op : t.operations) {
      Naming naming;
      const StateKey state = state_of(w, &naming);
      // Back to canonical names.
      Naming back{std::vector<std::uint8_t>(256), std::vector<std::uint8_t>(256)};
      for (std::size_t i = 0; i < naming.prog.size(); ++i)
        back.prog[naming.prog[i]] = static_cast<std::uint8_t>(i);
      const auto fresh = static_cast<std::uint8_t>(naming.link.size());
      back.link.assign(256, fresh);
      for (std::size_t i = 0; i < naming.link.size(); ++i)
        back.link[naming.link[i]] = static_cast<std::uint8_t>(i);
      Operation canonical = renamed(op, back, fresh);
      if (op.revision != 0)
        canonical.revision += kWalkRevision - w.chain({0, Hook::ingress})->revision();
      made.insert({state, canonical});
      w.step(op, p);
    }
  }
  EXPECT_EQ(made.size(), e.transitions);
  EXPECT_LT(operations, e.transitions + e.transitions / 10);
}

TEST(Picture, NamesEveryState) {
  const Exploration e = explore(world(Dialect::rfc2, 1, 0, 1), nullptr, {});
  const std::string dot = dot_of(e);
  for (const char* state : {"[]", "[p0]", "[p0:first]", "[p0:last]", "[p0:first:last]"})
    EXPECT_NE(dot.find("\"" + std::string(state) + "\""), std::string::npos) << state;
}

TEST(Explore, AsksInBatchesWhatItAsksStepByStep) {
  const Bounds b = world(Dialect::mainline, 3, 1, 2);
  InBatches sound{InProcess()};
  const Exploration batches = explore_beside(b, sound, {});
  EXPECT_FALSE(batches.deviation);
  EXPECT_EQ(batches.transitions, explore(b, nullptr, {}).transitions);
}

TEST(Explore, FindsInBatchesADeviationAsShort) {
  const Bounds b = world(Dialect::mainline, 3, 1, 2);
  for (const char* const fault : {"detach_before_head_takes_head", "replace_keeps_revision"}) {
    InProcess stepper(fault);
    InBatches batches{InProcess(fault)};
    const Exploration steps = explore(b, &stepper, {}), found = explore_beside(b, batches, {});
    ASSERT_TRUE(steps.deviation && found.deviation) << fault;
    EXPECT_EQ(steps.deviation->operations.size(), found.deviation->operations.size()) << fault;
  }
}

// Each deviation, whatever stands behind it in its trace, is told once.
TEST(Explore, GoesOnBehindADifferenceThatIsNotWanted) {
  const Bounds b = world(Dialect::mainline, 3, 1, 2);
  const char* const fault = "detach_before_head_takes_head";
  std::set<std::string> by_steps, by_batches;
  InProcess judged(fault);
  // A refusal that is permitted in place of another is a difference to a Stepper alone.
  const auto note = [&](std::set<std::string>& all) {
    return [&](const Trace& trace, std::span<const Observation>) {
      if (!deviations_on(judged, trace).empty()) {
        EXPECT_TRUE(all.insert(print(trace)).second);
      }
      return false;
    };
  };
  InProcess stepper(fault);
  InBatches batches{InProcess(fault)};
  explore(b, &stepper, {}, note(by_steps));
  explore_beside(b, batches, {}, note(by_batches));
  EXPECT_FALSE(by_steps.empty());
  EXPECT_EQ(by_steps, by_batches);
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The generator over each of its engines.
#include "props/generate/generator.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "impl/inprocess/inprocess.hpp"
#include "impl/kernel/baseline_loop.hpp"
#include "model/words/text.hpp"
#include "props/generate/call_traces.hpp"
#include "props/generate/rapidcheck_choices.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck {
namespace {

// The tutorial of Exhaustive: three coins, and a fourth only if the first shows 1.
TEST(Exhaustive, runs_a_generator_once_for_every_sequence_of_choices) {
  std::multiset<std::string> seen;
  for (Exhaustive e; e.more();) {
    std::string coins;
    for (int i = 0; i < 2; ++i) coins += static_cast<char>('0' + e.below(2));
    if (coins[0] == '1') coins += static_cast<char>('0' + e.below(3));
    seen.insert(coins);
  }
  EXPECT_EQ(seen,
            (std::multiset<std::string>{"00", "01", "100", "101", "102", "110", "111", "112"}));
}

TEST(Exhaustive, leaves_out_what_takes_several_rare_choices) {
  std::size_t runs = 0;
  for (Exhaustive e(1); e.more(); ++runs) EXPECT_LE(one_in(e, 9) + one_in(e, 9) + one_in(e, 9), 1);
  EXPECT_EQ(runs, 4U);
}

TEST(Pick, follows_the_weights_and_never_takes_a_zero) {
  Random random(1);
  std::array<int, 4> times{};
  for (int i = 0; i < 10000; ++i) ++times[pick(random, std::array<std::uint32_t, 4>{1, 0, 3, 0})];
  EXPECT_EQ(times[1] + times[3], 0);
  EXPECT_NEAR(times[2], 7500, 300);
}

template <Choices C>
Trace draw(C& choices, Dialect dialect, std::size_t operations) {
  const Scope scope = draw_scope(choices, dialect, InProcess().capabilities());
  Generator generator(choices, scope);
  Trace trace;
  trace.header = header_of(scope);
  World world;
  world.reset(trace.header);
  Prediction p;
  for (std::size_t i = 0; i < operations; ++i) {
    trace.operations.push_back(generator.next(world));
    world.step(trace.operations.back(), p);
  }
  return trace;
}

std::optional<std::string> nonsense(const Trace& trace) {
  const auto c = complaint(trace);
  return c ? std::optional(print(trace.operations[c->first]) + ": " + c->second.text)
           : std::nullopt;
}

TEST(Generator, draws_only_what_makes_sense) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    for (const Dialect d : {Dialect::mainline, Dialect::rfc2}) {
      Random random(seed);
      ASSERT_EQ(nonsense(draw(random, d, 64)), std::nullopt) << "seed " << seed;
    }
}

TEST(Generator, makes_something_of_any_bytes) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    std::vector<std::uint8_t> bytes(random.below(300));
    for (auto& b : bytes) b = static_cast<std::uint8_t>(random.below(256));
    Bytes choices(bytes);
    ASSERT_EQ(nonsense(draw(choices, Dialect::rfc2, 64)), std::nullopt) << "seed " << seed;
  }
}

RC_GTEST_PROP(OurImplementation, conforms_to_the_model, ()) {
  RapidChoices choices;
  const Dialect dialect = choices.below(2) ? Dialect::rfc2 : Dialect::mainline;
  const Trace trace = draw(choices, dialect, *rc::gen::inRange<std::size_t>(1, 60));
  InProcess target;
  const auto shown = deviations_on(target, trace);
  if (!shown.empty()) RC_LOG() << print(trace) << explain(shown[0].deviation, trace);
  RC_ASSERT(shown.empty());
}

// The oracle is checked too: with a fault planted the same property has to fail.
// Whatever the target can do besides.
TEST(CallTraces, are_what_a_baseline_loop_can_run) {
  for (const bool lists_only : {true, false}) {
    std::set<Verb> verbs;
    for (const Trace& trace : call_traces(InProcess().capabilities(), lists_only))
      for (const Operation& op : trace.operations) {
        EXPECT_TRUE(kernel::BaselineLoop::can_run(op)) << print(op);
        verbs.insert(op.verb);
      }
    EXPECT_EQ(verbs.size(), lists_only ? 3u : 7u);
  }
}

TEST(OurImplementation, with_a_fault_does_not) {
  std::size_t failures = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    InProcess target("before_lands_behind");
    failures += !deviations_on(target, draw(random, Dialect::mainline, 60)).empty();
  }
  EXPECT_GT(failures, 25U);
}

}  // namespace
}  // namespace mprogcheck

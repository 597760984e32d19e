// SPDX-License-Identifier: GPL-2.0-only
// Several processes at once, in a guest with two processors.
#include "impl/vm/agent/testing.hpp"
#include "props/stress/stress.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

StressOptions some(Vm& vm, Dialect dialect, std::uint64_t seed) {
  StressOptions options = draw_round(seed, dialect, vm.capabilities());
  options.calls = 1000;
  return options;
}

class Stress : public InAGuest {
 protected:
  static void SetUpTestSuite() {
    boot_by([] { return guest_with_module("", MPROGCHECK_MODULE, 2); });
  }

  static void finds(const std::string& race);
  static void conforms(Vm& vm, Dialect dialect, std::uint64_t seed) {
    StressRound round;
    ASSERT_EQ(vm.stress(some(vm, dialect, seed), round), Harm::none) << vm.last_words().console;
    const JudgedRound judged = judge(round, "round");
    for (const std::string& finding : judged.findings)
      ADD_FAILURE() << finding << print(judged.history);
    EXPECT_EQ(judged.linearization.verdict, Linearization::Verdict::linearizable);
    EXPECT_EQ(round.figures.processors, 2U);
    // Otherwise nothing was stressed.
    EXPECT_GT(judged.linearization.contended, 10U);
    EXPECT_GT(judged.linearization.calls, 1000U);
    EXPECT_GT(round.figures.met, 0U);
    EXPECT_GT(round.figures.removals, 0U);
  }
};

TEST_F(Stress, of_the_module_is_explained_in_mainline) {
  conforms(*vm_, Dialect::mainline, 1);
}

TEST_F(Stress, of_the_module_is_explained_in_rfc2) {
  conforms(*vm_, Dialect::rfc2, 2);
}

TEST_F(Stress, of_the_module_touches_no_memory_but_its_own) {
  const auto poisoned = guest_with_module("slub_debug=FZPU page_poison=1", MPROGCHECK_MODULE, 2);
  conforms(*poisoned, Dialect::mainline, 3);
  conforms(*poisoned, Dialect::rfc2, 4);
}

// Every second round or so shows it: no order explains what was answered.
void Stress::finds(const std::string& race) {
  ASSERT_TRUE(vm::faults_of_module(MPROGCHECK_FAULTY_MODULE).contains(race));
  const auto vm = guest_with_module("mprogcheck.fault=" + race, MPROGCHECK_FAULTY_MODULE, 2);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    StressRound round;
    const auto dialect = seed % 2 ? Dialect::rfc2 : Dialect::mainline;
    ASSERT_EQ(vm->stress(some(*vm, dialect, seed), round), Harm::none) << vm->last_words().console;
    if (judge(round, "round").linearization.verdict == Linearization::Verdict::refused) return;
  }
  FAIL() << race << " was not found in 200 rounds";
}

TEST_F(Stress, finds_a_revision_that_is_checked_too_early) {
  finds("revision_checked_early");
}

TEST_F(Stress, finds_a_query_in_two_steps) {
  finds("query_in_two_steps");
}

// A packet has to stand still while the list under it is written twice, as it does where more
// processors are emulated than there are; and not in every round.
TEST_F(Stress, finds_readers_that_are_not_waited_for) {
  const std::string race = "readers_not_waited_for";
  ASSERT_TRUE(vm::faults_of_module(MPROGCHECK_FAULTY_MODULE).contains(race));
  const auto vm = guest_with_module("slub_debug=FZPU page_poison=1 mprogcheck.fault=" + race,
                                    MPROGCHECK_FAULTY_MODULE, 4);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    StressRound round;
    StressOptions options = some(*vm, seed % 2 ? Dialect::rfc2 : Dialect::mainline, seed);
    options.calls = 8000;
    options.processes = 3;
    if (const Harm harm = vm->stress(options, round); harm != Harm::none) {
      EXPECT_NE(harm, Harm::silent);
      return;
    }
    if (judge(round, "round").linearization.verdict == Linearization::Verdict::refused) return;
  }
  GTEST_SKIP() << race << " did not show in 30 rounds of this emulator";
}

}  // namespace
}  // namespace mprogcheck

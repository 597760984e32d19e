// SPDX-License-Identifier: GPL-2.0-only
// Several processes at once, in a guest with two processors.
#include <filesystem>

#include "impl/vm/agent/testing.hpp"
#include "impl/vm/modules.hpp"
#include "props/stress.hpp"

namespace mprogcheck {
namespace {

class Stress : public InAGuest {
 protected:
  static void SetUpTestSuite() {
    boot_by([] {
      if (!std::filesystem::exists(MPROGCHECK_MODULE))
        throw CannotRun("the module was not built, as there were no kernel headers");
      VmOptions options;
      options.name = "kmod";
      options.boot.module = MPROGCHECK_MODULE;
      options.boot.agent = MPROGCHECK_AGENT;
      options.boot.processors = 2;
      options.boot.kernel = vm::image_of(vm::release_of_module(options.boot.module), {});
      return std::make_unique<Vm>(options);
    });
  }

  static void conforms(Dialect dialect, std::uint64_t seed) {
    StressOptions options = draw_round(seed, dialect, vm_->capabilities());
    options.calls = 1000;
    StressRound round;
    ASSERT_EQ(vm_->stress(options, round), Harm::none) << vm_->last_words().console;
    const JudgedRound judged = judge(round, "round");
    for (const std::string& finding : judged.findings)
      ADD_FAILURE() << finding << print(judged.history);
    EXPECT_EQ(judged.linearization.verdict, Linearization::Verdict::linearizable);
    EXPECT_EQ(round.figures.processors, 2U);
    // Otherwise nothing was stressed.
    EXPECT_GT(judged.linearization.contended, 100U);
    EXPECT_GT(judged.linearization.calls, 1000U);
    EXPECT_GT(round.figures.met, 0U);
    EXPECT_GT(round.figures.removals, 0U);
  }
};

TEST_F(Stress, of_the_module_is_explained_in_mainline) {
  conforms(Dialect::mainline, 1);
}

TEST_F(Stress, of_the_module_is_explained_in_rfc2) {
  conforms(Dialect::rfc2, 2);
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// A sample of the campaign on this machine's kernel: nothing but what known/kernel.trace says.
//
// Skips, with the reason, where the kernel cannot be run or is not the one whose deviations are
// known.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "impl/kernel/kernel.hpp"
#include "model/text.hpp"
#include "props/campaign.hpp"
#include "props/minimize.hpp"

namespace mprogcheck {
namespace {

std::vector<Trace> known_deviations() {
  const std::string file = std::string(MPROGCHECK_SOURCE_DIR) + "/known/kernel.trace";
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), file);
}

TEST(KnownDeviations, have_a_reason_and_agree_with_the_model) {
  for (const Trace& t : known_deviations()) {
    EXPECT_EQ(t.target, "kernel") << print(t);
    EXPECT_FALSE(t.reason.empty()) << print(t);
    EXPECT_TRUE(misprints(t).empty()) << print(t);
  }
}

TEST(ThisKernel, does_nothing_new_in_a_few_traces) {
  std::unique_ptr<Kernel> kernel;
  try {
    kernel = std::make_unique<Kernel>();
  } catch (const CannotRun& e) {
    GTEST_SKIP() << e.what();
  }
  const auto known = known_deviations();
  for (const Trace& t : known)
    if (deviations_on(*kernel, t).empty())
      GTEST_SKIP() << "this kernel does not deviate where known/kernel.trace says so (" << t.reason
                   << "); it is another, and ./mprogcheck fuzz --target kernel judges it";
  kernel.reset();
  CampaignOptions options;
  options.seed = 1;
  options.traces = 12;
  options.known = known;
  const CampaignResult r = run_campaign([] { return std::make_unique<Kernel>(); }, options);
  for (const auto& [name, f] : r.findings)
    if (f.known.empty())
      ADD_FAILURE() << name << "\n" << print(f.trace) << explain(f.deviation, f.trace);
  EXPECT_GT(r.coverage.clauses().met, 80U);
}

}  // namespace
}  // namespace mprogcheck

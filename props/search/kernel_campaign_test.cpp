// SPDX-License-Identifier: GPL-2.0-only
// A sample of the campaign on this machine's kernel: nothing but what known/kernel.trace says.
//
// Skips, with the reason, where the kernel cannot be run or is not the one whose deviations are
// known.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "impl/inprocess/inprocess.hpp"
#include "impl/kernel/kernel.hpp"
#include "model/words/text.hpp"
#include "props/search/campaign.hpp"
#include "props/search/known.hpp"
#include "props/search/minimize.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

const std::filesystem::path kSource = MPROGCHECK_SOURCE_DIR;

std::vector<Trace> traces_of(const std::filesystem::path& path) {
  const std::filesystem::path file = kSource / path;  // an absolute path stays as it is
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), file.string());
}

std::vector<Trace> known_deviations() {
  return traces_of("known/kernel.trace");
}

TEST(KnownDeviations, have_a_reason_and_agree_with_the_model) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(kSource / "known")) {
    const std::vector<Trace> traces = traces_of(file.path());
    EXPECT_FALSE(traces.empty()) << file.path();
    for (const Trace& t : traces) {
      EXPECT_FALSE(t.reason.empty()) << print(t);
      EXPECT_TRUE(misprints(t).empty()) << print(t);
      // What kernels die of is for VMs alone.
      const bool hazardous = std::any_of(t.operations.begin(), t.operations.end(),
                                         [](const Operation& op) { return op.hazardous(); });
      EXPECT_FALSE(hazardous && file.path().filename() == "kernel.trace") << print(t);
    }
    ++files;
  }
  EXPECT_GE(files, 2U);
}

class ThisKernel : public testing::Test {
 protected:
  void SetUp() override {
    std::unique_ptr<Kernel> kernel;
    try {
      kernel = std::make_unique<Kernel>();
    } catch (const CannotRun& e) {
      GTEST_SKIP() << e.what();
    }
    for (const Trace& t : known) {
      if (!is_of(t, *kernel)) continue;
      const auto shown = deviations_on(*kernel, t);
      if (shown.empty())
        GTEST_SKIP() << "this kernel does not deviate where known/kernel.trace says so ("
                     << t.reason
                     << "); it is another, and ./mprogcheck fuzz --target kernel judges it";
      // The one that is written in the file, and no other.
      EXPECT_EQ(shown.size(), 1U) << print(t);
      EXPECT_EQ(shown[0].bucket, t.bucket) << print(t);
      buckets.insert(t.bucket);
    }
    if (buckets.empty()) GTEST_SKIP() << "nothing is known of " << kernel->describe();
  }

  const std::vector<Trace> known = known_deviations();
  std::set<std::string> buckets;
};

// Else a kernel with one of these faults would pass for one with the known deviations alone.
TEST_F(ThisKernel, has_no_known_deviation_that_a_planted_fault_hides_behind) {
  const std::set<std::string_view> its_own = {"unknown_verdict_ends_run"};
  std::set<std::string_view> hidden;
  for (const FaultInfo& f : InProcess::faults()) {
    if (!f.mainline) continue;
    InProcess target(f.name);
    const Trace trace = traces_of("traces/faults/" + std::string(f.name) + ".mainline.trace").at(0);
    const auto shown = deviations_on(target, trace);
    ASSERT_FALSE(shown.empty()) << f.name;
    if (!buckets.contains(shown[0].bucket)) continue;
    // The shortest way to show it may be the kernel's own; then there have to be others.
    CampaignOptions options;
    options.traces = 200;
    options.minimize = false;
    const auto all = run_campaign([&] { return std::make_unique<InProcess>(f.name); }, options);
    // Those at netkit are none of a kernel without it.
    const auto hides = [&](const auto& x) {
      return x.first.find(".netkit.") != std::string::npos || buckets.contains(x.first);
    };
    if (std::ranges::all_of(all.findings, hides)) hidden.insert(f.name);
  }
  EXPECT_EQ(hidden, its_own);
}

TEST_F(ThisKernel, does_nothing_new_in_some_traces) {
  CampaignOptions options;
  options.seed = 1;
  options.traces = 60;
  options.known = known;
  const CampaignResult r = run_campaign([] { return std::make_unique<Kernel>(); }, options);
  for (const auto& [name, f] : r.findings)
    if (f.known.empty())
      ADD_FAILURE() << name << "\n" << print(f.trace) << explain(f.deviation, f.trace);
  EXPECT_GT(r.coverage.clauses().met, 80U);
}

}  // namespace
}  // namespace mprogcheck

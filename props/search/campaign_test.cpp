// SPDX-License-Identifier: GPL-2.0-only
// Campaigns: reproducible, complete, and honest about what they have not met.
#include "props/search/campaign.hpp"

#include <gtest/gtest.h>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

TargetFactory impl(std::string fault = {}) {
  return [fault] {
    return fault.empty() ? std::make_unique<InProcess>() : std::make_unique<InProcess>(fault);
  };
}

class Campaign : public testing::TestWithParam<Dialect> {
 protected:
  CampaignOptions options(std::uint64_t traces, unsigned jobs = 1) const {
    CampaignOptions o;
    o.dialect = GetParam();
    o.seed = 11;
    o.traces = traces;
    o.jobs = jobs;
    return o;
  }
};

TEST_P(Campaign, finds_nothing_in_our_implementation_and_meets_every_clause_and_every_rare_state) {
  const CampaignResult r = run_campaign(impl(), options(4000));
  EXPECT_TRUE(r.conforms());
  EXPECT_TRUE(r.findings.empty());
  EXPECT_GE(r.coverage.operations(), kLongEnough);
  EXPECT_EQ(r.coverage.clauses_missed(), std::vector<std::string>{});
  for (const auto& s : r.coverage.sometimes()) EXPECT_GE(s.times, 10U) << s.name;
}

TEST_P(Campaign, that_ran_nothing_does_not_conform) {
  std::atomic<bool> stop{true};
  CampaignOptions o = options(200);
  o.stop = &stop;
  const CampaignResult stopped = run_campaign(impl(), o);
  EXPECT_EQ(stopped.traces, 0U);
  EXPECT_TRUE(stopped.stopped);
  EXPECT_FALSE(stopped.conforms());
  EXPECT_FALSE(stopped.deviates());
  o = options(200);
  o.time = std::chrono::milliseconds(0);
  EXPECT_FALSE(run_campaign(impl(), o).conforms());
}

// The first call while minimising stops it: the finding is kept as it was met.
TEST_P(Campaign, stopped_while_minimising_keeps_what_it_found) {
  std::atomic<bool> stop{false};
  CampaignOptions o = options(60);
  o.stop = &stop;
  o.progress = [&](const std::string& what) {
    if (what.starts_with("minimising")) stop = true;
  };
  const CampaignResult r = run_campaign(impl("before_lands_behind"), o);
  EXPECT_EQ(r.traces, 60U);
  EXPECT_TRUE(r.stopped);
  EXPECT_TRUE(r.deviates());
  for (const auto& [name, f] : r.findings) {
    EXPECT_FALSE(f.minimal) << name;
    EXPECT_GT(f.trace.operations.size(), f.deviation.step) << name;
  }
}

// However many findings there are, their minimising ends with its time; what is left is told.
TEST_P(Campaign, minimises_within_its_time) {
  CampaignOptions o = options(60);
  o.minimize_time = std::chrono::milliseconds(0);
  const CampaignResult none = run_campaign(impl("before_lands_behind"), o);
  ASSERT_FALSE(none.findings.empty());
  EXPECT_EQ(none.unfinished(), none.findings.size());
  EXPECT_LT(none.minimizing, 5);
  for (const auto& [name, f] : none.findings) EXPECT_TRUE(f.again) << name;
  o.minimize_time = {};
  o.minimize_as_long = true;  // at least ten seconds, of which a thousandth would do
  EXPECT_EQ(run_campaign(impl("before_lands_behind"), o).unfinished(), 0U);
}

TEST_P(Campaign, of_the_same_seed_is_the_same_whatever_the_number_of_jobs) {
  const CampaignResult one = run_campaign(impl("after_one_too_far"), options(200, 1));
  const CampaignResult three = run_campaign(impl("after_one_too_far"), options(200, 3));
  EXPECT_EQ(one.coverage.operations(), three.coverage.operations());
  EXPECT_EQ(one.coverage.pairs(), three.coverage.pairs());
  ASSERT_EQ(one.findings.size(), three.findings.size());
  for (const auto& [name, f] : one.findings) {
    ASSERT_TRUE(three.findings.contains(name));
    EXPECT_EQ(f.times, three.findings.at(name).times);
    EXPECT_EQ(print(f.trace), print(three.findings.at(name).trace));
  }
}

// No two shards run the same trace, and together they run all. What is told chunk by chunk is all.
TEST_P(Campaign, in_shards_and_chunks_is_the_same_campaign) {
  const CampaignResult whole = run_campaign(impl("after_one_too_far"), options(201));
  Coverage coverage(GetParam());
  std::map<std::string, std::uint64_t> times;
  std::uint64_t traces = 0, told = 0;
  for (std::uint64_t shard = 0; shard < 4; ++shard)
    for (const std::uint64_t first : {0U, 20U}) {  // ended after 20, and taken up again
      CampaignOptions o = options(first == 0 ? 20 * 4 : 201, 2);
      o.shard = shard, o.shards = 4, o.first = first;
      o.minimize = false;
      std::uint64_t next = first;
      o.done = [&](const Chunk& chunk) {
        EXPECT_EQ(chunk.first, next);
        next += chunk.traces;
        told += chunk.coverage.operations();
        for (const auto& [bucket, f] : chunk.findings) times[bucket] += f.times;
      };
      const CampaignResult part = run_campaign(impl("after_one_too_far"), o);
      EXPECT_EQ(next - first, part.traces);
      traces += part.traces;
      coverage.merge(part.coverage);
    }
  EXPECT_EQ(traces, whole.traces);
  EXPECT_EQ(told, whole.coverage.operations());
  EXPECT_EQ(coverage.pairs_met(), whole.coverage.pairs_met());
  EXPECT_EQ(coverage.pairs(), coverage.pairs_met().size());
  ASSERT_EQ(times.size(), whole.findings.size());
  for (const auto& [name, f] : whole.findings) EXPECT_EQ(times[name], f.times) << name;
}

TEST_P(Campaign, ends_where_what_is_done_cannot_be_kept) {
  CampaignOptions o = options(100'000);
  o.minimize = false;
  o.done = [](const Chunk&) { throw CannotRun("the disk is full"); };
  const CampaignResult r = run_campaign(impl("after_one_too_far"), o);
  EXPECT_EQ(r.broke_off, "the disk is full");
  EXPECT_LT(r.traces, 100'000U);
  EXPECT_FALSE(r.conforms());
}

// An earlier run's trace is taken where it shows the same, and only there.
TEST_P(Campaign, does_not_minimise_what_was_minimised_before) {
  const CampaignResult before = run_campaign(impl("after_one_too_far"), options(201));
  ASSERT_FALSE(before.findings.empty());
  CampaignOptions o = options(201);
  for (const auto& [bucket, f] : before.findings) o.minimal[bucket] = f.trace;
  o.minimal.begin()->second.operations.resize(1);
  const CampaignResult again = run_campaign(impl("after_one_too_far"), o);
  for (const auto& [bucket, f] : before.findings) {
    EXPECT_EQ(print(again.findings.at(bucket).trace), print(f.trace));
    EXPECT_TRUE(again.findings.at(bucket).minimal);
  }
}

TEST_P(Campaign, goes_on_past_a_known_deviation_and_complains_when_it_is_gone) {
  CampaignOptions o = options(100);
  const CampaignResult first = run_campaign(impl("after_one_too_far"), o);
  ASSERT_FALSE(first.conforms());
  for (const auto& [name, f] : first.findings) {
    o.known.push_back(f.trace);
    o.known.back().bucket = name;
    o.known.back().target = "impl impl:after_one_too_far";
  }
  const CampaignResult again = run_campaign(impl("after_one_too_far"), o);
  EXPECT_TRUE(again.conforms());
  EXPECT_FALSE(again.findings.empty());
  const CampaignResult sound = run_campaign(impl(), o);
  EXPECT_FALSE(sound.conforms());
  EXPECT_EQ(sound.known.gone.size(), o.known.size());
}

TEST_P(Campaign, that_has_met_nothing_says_so) {
  const Coverage nothing(GetParam());
  EXPECT_EQ(nothing.clauses().met, 0U);
  EXPECT_EQ(nothing.clauses_missed().size(), nothing.clauses().all);
  for (const auto& s : nothing.sometimes()) EXPECT_EQ(s.times, 0U);
  CampaignResult r(GetParam());
  r.missed.push_back("anything");
  EXPECT_FALSE(r.conforms());
}

TEST_P(Campaign, that_is_too_narrow_to_meet_all_that_is_rare_fails) {
  CampaignOptions o = options(kLongEnough);
  o.operations = 1;
  const CampaignResult narrow = run_campaign(impl(), o);
  EXPECT_GE(narrow.coverage.operations(), kLongEnough);
  EXPECT_TRUE(narrow.findings.empty());
  EXPECT_FALSE(narrow.missed.empty());
  EXPECT_FALSE(narrow.conforms());
  // Too short to say anything, it says nothing.
  o.traces = 100;
  EXPECT_TRUE(run_campaign(impl(), o).conforms());
}

// Lists of the kernel's length only, which take long to fill; with packets and netkit or without.
struct LikeAKernel : InProcess {
  explicit LikeAKernel(bool with_packets) : packets(with_packets) {}
  Capabilities capabilities() const override {
    Capabilities can = InProcess::capabilities();
    can.any_capacity = can.hazards = can.filters = false;
    can.packets = can.netkit = packets;
    return can;
  }
  bool packets;
};

TEST_P(Campaign, on_a_kernel_is_soon_long_enough_to_meet_all_that_is_rare) {
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const bool packets : {true, false}) {
      CampaignOptions o = options(kLongEnough / 64);
      o.seed = seed;
      const CampaignResult r =
          run_campaign([&] { return std::make_unique<LikeAKernel>(packets); }, o);
      EXPECT_GE(r.coverage.operations(), kLongEnough);
      EXPECT_EQ(r.missed, std::vector<std::string_view>{}) << "seed " << seed;
    }
}

// Near 2^64 too, or 2^32 where revisions have no more bits.
TEST_P(Campaign, meets_the_revision_that_wraps) {
  const CampaignResult r = run_campaign(impl("revision_wraps_to_zero"), options(200));
  EXPECT_TRUE(r.findings.contains(std::string(word(GetParam())) + ".tcx.revision.never_0"));
}

INSTANTIATE_TEST_SUITE_P(In, Campaign, testing::Values(Dialect::mainline, Dialect::rfc2),
                         [](const auto& info) { return std::string(word(info.param)); });

}  // namespace
}  // namespace mprogcheck

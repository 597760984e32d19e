// SPDX-License-Identifier: GPL-2.0-only
// Guided campaigns: reproducible, whoever runs them and however often they are interrupted, and
// sooner at what is rare.
#include "props/search/guide.hpp"

#include <gtest/gtest.h>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/text.hpp"
#include "props/search/hunt.hpp"

namespace mprogcheck {
namespace {

Guide::Options options(Dialect dialect, std::uint64_t seed = 5) {
  return {.dialect = dialect, .seed = seed, .can = InProcess().capabilities()};
}

std::vector<Trace> traces(Guide& guide, std::uint64_t first, std::uint64_t count) {
  std::vector<Trace> out(count);
  for (std::uint64_t i = 0; i < count; ++i) guide.next(first + i, out[i]);
  return out;
}

class Guided : public testing::TestWithParam<Dialect> {};

TEST_P(Guided, the_same_seed_draws_the_same_traces_and_another_seed_others) {
  Guide one(options(GetParam())), two(options(GetParam())), other(options(GetParam(), 6));
  const std::vector<Trace> expected = traces(one, 0, 12);
  EXPECT_EQ(traces(two, 0, 12), expected);
  EXPECT_EQ(one.guidance(), two.guidance());
  EXPECT_NE(traces(other, 0, 12), expected);
}

TEST_P(Guided, goes_on_from_what_was_met_as_if_nothing_had_happened) {
  Guide whole(options(GetParam())), first(options(GetParam())), rest(options(GetParam()));
  const std::vector<Trace> expected = traces(whole, 0, 12);
  traces(first, 0, 5);
  rest.go_on_from(first.guidance());
  EXPECT_EQ(traces(rest, 5, 7), std::vector(expected.begin() + 5, expected.end()));
  EXPECT_EQ(rest.guidance(), whole.guidance());
  Guide without(options(GetParam()));
  EXPECT_NE(traces(without, 5, 7), std::vector(expected.begin() + 5, expected.end()));
  EXPECT_THROW(without.go_on_from({.traces = 1, .times = {1, 2}}), std::invalid_argument);
}

// What is drawn beside it and not taken leaves nothing behind.
TEST_P(Guided, counts_what_its_traces_met_and_nothing_else) {
  Guide guide(options(GetParam()));
  std::vector<std::uint32_t> times(kFeatures);
  Encounter encounter;
  World world;
  Prediction p;
  std::vector<std::uint16_t> features;
  for (const Trace& t : traces(guide, 0, 12)) {
    EXPECT_EQ(parse(print(t), "it").at(0), t);
    world.reset(t.header);
    const std::size_t fills = t.operations.size() - options(GetParam()).operations;
    for (std::size_t i = 0; i < t.operations.size(); ++i) {
      encounter.look(world, t.operations[i]);
      world.step(t.operations[i], p);
      if (i >= fills) encounter.features(t.operations[i], p, features);
    }
  }
  for (const std::uint16_t f : features) ++times[f];
  EXPECT_EQ(guide.guidance().traces, 12U);
  EXPECT_EQ(guide.guidance().times, times);
}

CampaignOptions campaign(Dialect dialect, std::uint64_t traces) {
  CampaignOptions o;
  o.dialect = dialect;
  o.seed = 3;
  o.traces = traces;
  o.guided = true;
  o.minimize = false;
  return o;
}

TEST_P(Guided, finds_nothing_in_our_implementation_and_meets_every_clause_and_every_rare_state) {
  const auto r =
      run_campaign([] { return std::make_unique<InProcess>(); }, campaign(GetParam(), 1000));
  EXPECT_TRUE(r.conforms());
  EXPECT_GE(r.coverage.operations(), kLongEnough);
  EXPECT_EQ(r.coverage.clauses_missed(), std::vector<std::string>{});
}

std::string found(const CampaignResult& r) {
  std::string out = std::to_string(r.coverage.operations()) + "\n";
  for (const auto& [name, f] : r.findings)
    out += name + " " + std::to_string(f.index) + " " + std::to_string(f.times) + "\n" +
           print(f.trace);
  for (const auto& row : r.coverage.rows()) out += std::to_string(row.decided) + " ";
  return out;
}

// Neither the number of jobs nor chunks and interruptions change what a campaign does, whether what
// was met is still there or has to be drawn again.
TEST_P(Guided, jobs_chunks_and_interruptions_do_not_matter) {
  const auto factory = [] { return std::make_unique<InProcess>("before_lands_behind"); };
  CampaignOptions o = campaign(GetParam(), 60);
  o.shard = 1, o.shards = 2;
  const CampaignResult whole = run_campaign(factory, o);
  EXPECT_FALSE(whole.findings.empty());
  o.jobs = 2;
  EXPECT_EQ(found(run_campaign(factory, o)), found(whole));
  Guidance last;
  o.done = [&](const Chunk& chunk) { last = *chunk.guidance; };
  EXPECT_EQ(found(run_campaign(factory, o)), found(whole));
  EXPECT_EQ(last.traces, 30U);
  const Guidance at_end = last;
  o.traces = 24;
  const CampaignResult first = run_campaign(factory, o);
  EXPECT_EQ(last.traces, 12U);
  for (const bool kept : {true, false}) {
    CampaignOptions rest = o;
    rest.traces = 60, rest.first = 12;
    if (kept) rest.guidance = last;
    rest.done = [&](const Chunk& chunk) { EXPECT_TRUE(*chunk.guidance == at_end); };
    const CampaignResult second = run_campaign(factory, rest);
    EXPECT_EQ(first.traces + second.traces, whole.traces);
    EXPECT_EQ(first.coverage.operations() + second.coverage.operations(),
              whole.coverage.operations());
  }
}

// The order of magnitude of `bench guided`, which measures all faults and more seeds.
TEST_P(Guided, finds_what_is_rare_in_half_the_operations) {
  std::vector<std::unique_ptr<Target>> targets;
  for (const char* fault : {"filter_place_before_flags", "change_applies_half",
                            "peer_index_ignored", "name_taken_where_moved"})
    targets.push_back(std::make_unique<InProcess>(fault));
  constexpr std::uint64_t kLimit = 100'000;
  std::uint64_t operations[2] = {};
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    for (const bool guided : {false, true})
      for (const auto needed : operations_until_found(targets, GetParam(), seed, kLimit, guided))
        operations[guided] += needed.value_or(kLimit);
  EXPECT_LE(2 * operations[true], operations[false]);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Guided, testing::ValuesIn(kDialects),
                         [](const auto& i) { return std::string(word(i.param)); });

}  // namespace
}  // namespace mprogcheck

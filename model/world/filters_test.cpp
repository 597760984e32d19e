// SPDX-License-Identifier: GPL-2.0-only
// Filters in the model and in the verdict: what is seen of them, and what a difference is called.
#include <gtest/gtest.h>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

struct Answered {
  Trace trace;
  std::vector<Observation> seen;
};

// What a conforming target reports.
Answered conforming(const std::string& operations) {
  Answered run;
  run.trace = parse("dialect mainline\ndevice d0\nload p0 p1 p2\n" + operations, "test").front();
  World world;
  world.reset(run.trace.header);
  Prediction p;
  for (const Operation& op : run.trace.operations) {
    world.step(op, p);
    run.seen.push_back(p.observation);
  }
  return run;
}

Filter& filter_at(Observation& seen, FilterKey key) {
  return seen.filters[filter_index(Hook::ingress, key)];
}

// The bucket of the only deviation.
std::string bucket_of(const Answered& run) {
  const Verdict verdict = check(run.trace, run.seen);
  EXPECT_EQ(verdict.deviations.size(), 1U);
  return verdict.deviations.empty() ? "" : bucket(verdict.deviations[0], Dialect::mainline);
}

constexpr auto kRefused =
    "qdisc d0 add clsact\n"
    "filter_link l0 p0 d0/ingress\n"
    "filter d0/ingress replace p1\n";

TEST(Filters, AreSeenBehindEachRequestAndWhereTheLinkHasOne) {
  const Answered run = conforming(
      "qdisc d0 add clsact\n"
      "filter_link l0 p0 d0/ingress priority=3\n"
      "attach p1 d0/ingress\n"
      "link_update l0 p2\n"
      "qdisc d0 replace clsact\n"
      "filter d0/egress add p1 chain=1\n"
      "link_detach l0\n"
      "link_detach l0\n"
      "qdisc d0 remove\n");
  const bool told[] = {false, true, false, true, true, true, true, false, true};
  for (std::size_t i = 0; i < run.seen.size(); ++i)
    EXPECT_EQ(run.seen[i].has_filters, told[i]) << print(run.trace.operations[i]);
  EXPECT_EQ(describe(run.seen[5].filters),
            "{ingress chain 0 priority 3 handle 1 p2/l0, egress chain 1 priority 1 handle 1 p1}");
  EXPECT_EQ(describe(run.seen[8].filters), "{}");
  EXPECT_TRUE(check(run.trace, run.seen).conforms());
}

TEST(Filters, ARefusedRequestThatChangesOneIsADeviation) {
  Answered run = conforming(kRefused);
  EXPECT_EQ(run.seen[2].error, Errno::perm);
  filter_at(run.seen[2], {}).prog = Prog{1};
  EXPECT_EQ(bucket_of(run), "mainline.tc.filter.filter.owned.filters.prog");
}

TEST(Filters, AreToldOfInWordsThatTellDeviationsApart) {
  Answered run = conforming(kRefused);
  filter_at(run.seen[1], {}).link = kNoLink;
  EXPECT_EQ(bucket_of(run), "mainline.tc.filter_link.filter_link.makes.filters.owner");
  run = conforming(kRefused);
  filter_at(run.seen[1], {}) = {};
  EXPECT_EQ(bucket_of(run), "mainline.tc.filter_link.filter_link.makes.filters.gone");
  run = conforming(kRefused);
  filter_at(run.seen[1], {.chain = 0, .priority = 2, .handle = 1}).there = true;
  EXPECT_EQ(bucket_of(run), "mainline.tc.filter_link.filter_link.makes.filters.there");
  run = conforming(kRefused);
  run.seen[1].has_filters = false;
  EXPECT_EQ(bucket_of(run), "mainline.tc.filter_link.filter_link.makes.filters.told");
}

TEST(Filters, AnyErrorOfThoseThatAreDueWillDoForNetlink) {
  Answered run = conforming(
      "qdisc d0 add clsact\n"
      "filter d0/ingress add p0\n"
      "filter d0/ingress add p1 bits=0x4\n");
  EXPECT_EQ(run.seen[2].error, Errno::inval);
  run.seen[2].error = Errno::exist;
  EXPECT_TRUE(check(run.trace, run.seen).conforms());
  run.seen[2].error = Errno::busy;
  EXPECT_EQ(bucket_of(run), "mainline.tc.filter.filter.flags.EINVAL-EBUSY");
}

TEST(Filters, OfALinksCreationTheOrderOfErrorsIsPromised) {
  Answered run = conforming(
      "qdisc d0 add clsact\n"
      "filter d0/ingress add p0\n"
      "filter_link l0 p1 d0/ingress bits=0x4\n");
  EXPECT_EQ(run.seen[2].error, Errno::inval);
  run.seen[2].error = Errno::exist;
  const Verdict verdict = check(run.trace, run.seen);
  ASSERT_EQ(verdict.deviations.size(), 1U);
  EXPECT_EQ(verdict.deviations[0].breach, Breach::precedence);
}

TEST(Filters, ComeBehindTheListByPriorityAndHandle) {
  const Answered run = conforming(
      "qdisc d0 add clsact\n"
      "attach p0 d0/ingress\n"
      "filter d0/ingress add p2 priority=2\n"
      "filter d0/ingress add p1 handle=3\n"
      "filter_link l0 p0 d0/ingress handle=2\n"
      "filter d0/ingress add p1 chain=1\n"
      "packet d0/ingress\n"
      "packet d0/ingress p1=drop p2=pass\n"
      "packet d0/ingress p0=pass\n");
  const auto outcome = [&](std::size_t i) {
    return print(expected_of(run.trace.operations[i], run.seen[i]));
  };
  EXPECT_EQ(outcome(6), "ok passed progs=p0,p0,p1,p2");
  EXPECT_EQ(outcome(7), "ok dropped progs=p0,p0,p1");
  EXPECT_EQ(outcome(8), "ok passed progs=p0");
}

TEST(Filters, GiveBackWhatTheyHold) {
  const Answered run = conforming(
      "qdisc d0 add clsact\n"
      "filter d0/ingress add p0\n"
      "filter_link l0 p1 d0/ingress priority=2\n"
      "filter d0/ingress change p2\n"
      "chain d0/ingress remove\n"
      "close l0\n");
  std::vector<int> held;
  for (const Observation& seen : run.seen) held.push_back(seen.references);
  EXPECT_EQ(held, (std::vector{3, 4, 6, 6, 5, 3}));
}

}  // namespace
}  // namespace mprogcheck

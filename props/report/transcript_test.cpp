// SPDX-License-Identifier: GPL-2.0-only
// What is told of a trace whose kernel died before the last operation.
#include "props/report/transcript.hpp"

#include <gtest/gtest.h>

#include "model/judge/difference.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::report {
namespace {

const Trace kTrace = parse(R"(dialect mainline
device d0
load p0 p1
attach p0 d0/ingress
detach p0 d0/ingress
attach p1 d0/ingress
query d0/ingress room=2 progs
)",
                           "t")[0];

Observation answered(Errno error) {
  Observation seen;
  seen.error = error;
  return seen;
}

// As Vm::run reports it: the operation that killed the kernel is the last one observed.
std::vector<Observation> dies_at_the_second() {
  std::vector<Observation> seen{answered(Errno::ok), answered(Errno::ok)};
  seen[1].harm = Harm::died;
  return seen;
}

TEST(Transcript, names_the_operations_that_were_not_reached) {
  const auto seen = dies_at_the_second();
  const Verdict verdict = check(kTrace, seen);
  ASSERT_FALSE(verdict.conforms());
  const std::string text = transcript(kTrace, seen, verdict);
  EXPECT_NE(text.find("DEVIATION: the model says no harm"), text.npos) << text;
  EXPECT_NE(text.find("  attach p1 d0/ingress            not reached\n"), text.npos) << text;
  EXPECT_NE(text.find("  query d0/ingress room=2 progs   not reached\n"), text.npos) << text;
  EXPECT_NE(text.find("not judged from step 2 on"), text.npos) << text;
}

TEST(Transcript, of_no_observation_at_all_is_that_nothing_was_reached) {
  const std::vector<Observation> none;
  const std::string text = transcript(kTrace, none, check(kTrace, none));
  EXPECT_NE(text.find("  attach p0 d0/ingress            not reached\n"), text.npos) << text;
  EXPECT_NE(text.find("not judged from step 1 on"), text.npos) << text;
}

TEST(Outcome, ends_with_the_harm_or_where_nothing_more_was_reached) {
  EXPECT_EQ(outcome(kTrace, dies_at_the_second()), "ok, " + mprogcheck::describe(Harm::died));
  const std::vector<Observation> cut{answered(Errno::exist)};
  EXPECT_EQ(outcome(kTrace, cut), "EEXIST, not reached");
}

// netkit has no queues, so it may refuse them.
TEST(PermittedRefusals, are_what_stands_in_place_of_what_the_file_expects) {
  const Trace trace = parse(
      "dialect mainline\ncreate d0 d1 peer.rxqueues=1025 => ok\ncreate d2 d3 mtu=1 => EINVAL\n"
      "create d2 d3 rxqueues=1025 => EOPNOTSUPP\ncreate d2 d3 rxqueues=1025\n",
      "t")[0];
  std::vector<Observation> seen(4, answered(Errno::opnotsupp));
  for (Observation& o : seen) o.has_devices = true;
  const Verdict verdict = check(trace, seen);
  const auto refusals = permitted_refusals(trace, seen, verdict);
  // Not the deviation of the second step, nor what the file expects wrongly, or says nothing of.
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].step, 0U);
  EXPECT_EQ(refusals[0].expected, "ok");
  EXPECT_EQ(refusals[0].observed, "EOPNOTSUPP");
  EXPECT_EQ(verdict.deviations.at(0).step, 1U);
}

TEST(FirstDifference, is_where_only_one_target_came_so_far) {
  const auto dies = dies_at_the_second();
  EXPECT_EQ(first_difference(kTrace, dies, dies), kTrace.operations.size());
  const std::vector<Observation> cut{dies[0]}, whole(kTrace.operations.size(), dies[0]);
  EXPECT_EQ(first_difference(kTrace, cut, whole), 1u);
  EXPECT_EQ(difference_between(kTrace.operations[1], Observations(cut).at(1), &whole[1]),
            "reached");
}

}  // namespace
}  // namespace mprogcheck::report

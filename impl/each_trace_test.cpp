// SPDX-License-Identifier: GPL-2.0-only
// A trace that cannot be run is told apart from a target that cannot, and from one that answers
// less than it was asked.
#include "impl/each_trace.hpp"

#include <gtest/gtest.h>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

Trace trace(const std::string& last) {
  return parse("dialect mainline\ndevice d0\nload p0 p1\nattach p0 d0/ingress\n" + last + "\n",
               "test")
      .at(0);
}

// Ours, but a trace that ends with a detach is too much for it, and one that ends with a query is
// answered but for its last operations.
class Fails : public InProcess {
 public:
  Harm harm = Harm::none;

 private:
  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& seen) override {
    for (const Trace& t : traces)
      if (t.operations.back().verb == Verb::detach) throw CannotRun("could not fork: no memory");
    InProcess::run_all(traces, seen);
    for (std::size_t i = 0; i < traces.size(); ++i) {
      if (traces[i].operations.back().verb != Verb::query) continue;
      seen[i].pop_back();
      seen[i].back().harm = harm;
    }
  }
};

const Trace kFine = trace("attach p1 d0/ingress"), kFails = trace("detach p0 d0/ingress"),
            kShort = trace("query d0/ingress room=8 progs");

TEST(EachTrace, that_cannot_be_run_leaves_the_others_their_verdict) {
  Fails target;
  EachTrace each(target);
  std::vector<std::vector<Observation>> seen;
  const std::vector<Trace> traces{kFine, kFails, kFine};
  const auto why_not = each.run(traces, seen);
  EXPECT_EQ(why_not[0], "");
  EXPECT_EQ(why_not[1], "cannot go on with it: could not fork: no memory");
  EXPECT_EQ(why_not[2], "");
  EXPECT_EQ(seen[0].size(), 2U);
  EXPECT_TRUE(seen[1].empty());
  EXPECT_EQ(seen[2].size(), 2U);
}

TEST(EachTrace, three_that_cannot_be_run_in_a_row_are_the_targets_failure) {
  Fails target;
  EachTrace each(target);
  std::vector<std::vector<Observation>> seen;
  for (int round = 0; round < 5; ++round)
    EXPECT_NO_THROW(each.run(std::vector<Trace>{kFails, kFails, kFine}, seen));
  EXPECT_THROW(each.run(std::vector<Trace>{kFine, kFails, kFails, kFails}, seen), CannotRun);
}

TEST(Target, that_leaves_operations_unanswered_is_not_judged) {
  Fails target;
  std::vector<std::vector<Observation>> seen;
  EXPECT_THROW(target.run(std::span(&kShort, 1), seen), CannotRun);
  // After harm that is all there is to be seen.
  target.harm = Harm::died;
  target.run(std::span(&kShort, 1), seen);
  EXPECT_EQ(seen[0].size(), 1U);
}

}  // namespace
}  // namespace mprogcheck

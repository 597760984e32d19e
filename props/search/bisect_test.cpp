// SPDX-License-Identifier: GPL-2.0-only
// Releases that show a deviation: what is said of them is what asking all of them would say, as far
// as each series changes once, and it takes few questions.
#include "props/search/bisect.hpp"

#include <gtest/gtest.h>

#include <set>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

// One letter for each release: y shows it, n does not, - cannot be asked; a blank begins a series.
struct Releases {
  explicit Releases(const std::string& letters) {
    int series = 0, point = 0;
    for (const char c : letters) {
      if (c == ' ') {
        ++series, point = 0;
        continue;
      }
      const std::string name = "6." + std::to_string(series);
      rows.push_back({name + "." + std::to_string(point++), name});
      truth.push_back(c == 'y' ? Shows::yes : c == 'n' ? Shows::no : Shows::not_run);
    }
  }
  std::string bisected(bool all = false) {
    bisect(rows, all, [&](std::size_t i, std::string& why) {
      EXPECT_TRUE(asked.insert(i).second) << "asked twice: " << rows[i].name;
      if (truth[i] == Shows::not_run) why = "does not boot";
      return truth[i];
    });
    return sentence(rows);
  }
  std::vector<Tested> rows;
  std::vector<Shows> truth;
  std::set<std::size_t> asked;
};

TEST(Bisect, tells_first_and_last) {
  EXPECT_EQ(Releases("y yy n").bisected(), "shown from 6.0.0 to 6.1.1, not in 6.2.0");
  EXPECT_EQ(Releases("n yy nn").bisected(),
            "shown from 6.1.0 to 6.1.1, not in 6.0.0 and from 6.2.0 to 6.2.1");
  EXPECT_EQ(Releases("y ny y").bisected(), "shown in 6.0.0 and from 6.1.1 to 6.2.0, not in 6.1.0");
  EXPECT_EQ(Releases("nnn").bisected(), "not shown from 6.0.0 to 6.0.2");
  EXPECT_EQ(Releases("y").bisected(), "shown in 6.0.0");
  EXPECT_EQ(Releases("--").bisected(), "not run on any");
  EXPECT_EQ(Releases("").bisected(), "not run on any");
}

TEST(Bisect, of_one_that_cannot_be_asked_says_why_and_nothing_else) {
  Releases r("y - n");
  EXPECT_EQ(r.bisected(), "shown in 6.0.0, not in 6.2.0");
  EXPECT_EQ(r.rows[1].shows, Shows::not_run);
  EXPECT_EQ(r.rows[1].why, "does not boot");
}

// Every place of one change in a series of 21, also with neighbours that cannot be asked.
TEST(Bisect, finds_the_change_in_a_long_series_with_few_questions) {
  for (const char older : {'y', 'n'})
    for (std::size_t at = 0; at <= 21; ++at)
      for (std::size_t broken = 0; broken <= 22; ++broken) {
        std::string letters =
            std::string(at, older) + std::string(21 - at, older == 'y' ? 'n' : 'y');
        if (broken < 21) letters[broken] = '-';
        if (broken + 1 < 21) letters[broken + 1] = '-';
        Releases few(letters), all(letters);
        EXPECT_EQ(few.bisected(), all.bisected(true)) << letters;
        EXPECT_LE(few.asked.size(), 11U) << letters;
        EXPECT_EQ(all.asked.size(), 21U);
        for (std::size_t i = 0; i < 21; ++i)
          EXPECT_EQ(few.rows[i].shows == Shows::untested, !few.asked.contains(i)) << letters;
      }
}

TEST(Bisect, asks_all_of_a_short_series_and_the_newest_series_first) {
  Releases r("yny ynyn");
  std::vector<std::size_t> order;
  bisect(r.rows, false, [&](std::size_t i, std::string&) {
    order.push_back(i);
    return r.truth[i];
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{6, 5, 4, 3, 2, 1, 0}));
}

TEST(Bisect, holds_on_to_the_first_deviation_that_any_target_shows) {
  const Trace trace = parse(
      "dialect mainline\ndevice d0\nload p0 p1\n"
      "attach p0 d0/ingress\nattach p1 d0/ingress before rel=p0\n",
      "test")[0];
  InProcess sound, behind("before_lands_behind"), other("detach_before_head_takes_head");
  SameDeviation same(trace, "");
  EXPECT_EQ(same.on(sound), Shows::no);
  EXPECT_EQ(same.bucket(), "");
  EXPECT_EQ(same.on(behind), Shows::yes);
  const std::string bucket = same.bucket();
  EXPECT_NE(bucket, "");
  EXPECT_EQ(same.on(other), Shows::no);
  EXPECT_EQ(same.on(behind), Shows::yes);
  EXPECT_EQ(same.bucket(), bucket);
  EXPECT_EQ(SameDeviation(trace, "another").on(behind), Shows::no);
}

TEST(Bisect, a_target_that_cannot_run_the_trace_is_no_answer) {
  struct Rfc2Only : InProcess {
    Capabilities capabilities() const override {
      Capabilities can = InProcess::capabilities();
      can.mainline = false;
      return can;
    }
  } target;
  const Trace trace =
      parse("dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress\n", "test")[0];
  EXPECT_THROW(SameDeviation(trace, "").on(target), CannotRun);
}

}  // namespace
}  // namespace mprogcheck

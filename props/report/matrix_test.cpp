// SPDX-License-Identifier: GPL-2.0-only
// What a cell says, and since when: by results written out by hand.
#include "props/report/matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/rules/spec.hpp"

namespace mprogcheck::report {
namespace {

const std::string kFull = "mainline attach insert.full";
const std::vector<std::string> kNames{kFull};

Conformance speaks_mainline(const std::string& name = "t") {
  Conformance c;
  c.target = name;
  c.can.mainline = true;
  return c;
}

// As the judge books it.
void breaks(Conformance& c, Verb verb, std::string_view clause, const std::string& bucket,
            Breach breach = Breach::promise, const std::string& known = "") {
  ClauseResult& result = c.clauses[clause_name(Dialect::mainline, verb, clause)];
  ++(breach == Breach::promise      ? result.promise
     : breach == Breach::precedence ? result.precedence
                                    : result.code);
  Example& example = c.deviations[bucket];
  example.deviation.verb = verb;
  example.deviation.clause = clause;
  example.deviation.breach = breach;
  example.known = known;
}

Cell full_of(const Conformance& c) {
  return cell_of(c, Dialect::mainline, kNames, kNames);
}

const Row& row_of(const std::vector<Row>& rows, std::string_view command, std::string_view clause) {
  return *std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
    return row.dialect == Dialect::mainline && row.command == command && row.clause.id == clause;
  });
}

TEST(Cell, a_clause_that_decided_and_was_kept_holds) {
  Conformance c = speaks_mainline();
  c.clauses[kFull].decided = 3;
  // Traces that could not be run as well say nothing against it.
  c.not_asked[kFull] = {7, "has capacity 63"};
  EXPECT_EQ(full_of(c).answer, Answer::holds);
}

TEST(Cell, a_broken_promise_weighs_more_than_the_precedence) {
  Conformance c = speaks_mainline();
  c.clauses[kFull].decided = 3;
  breaks(c, Verb::attach, "insert.full", "order", Breach::precedence);
  EXPECT_EQ(full_of(c).answer, Answer::precedence);
  breaks(c, Verb::attach, "insert.full", "worse");
  const Cell cell = full_of(c);
  EXPECT_EQ(cell.answer, Answer::promise);
  EXPECT_EQ(cell.buckets, (std::vector<std::string>{"order", "worse"}));
  EXPECT_FALSE(cell.known);
}

TEST(Cell, what_differs_from_code_weighs_least) {
  Conformance c = speaks_mainline();
  c.clauses[kFull].decided = 3;
  breaks(c, Verb::attach, "insert.full", "differs", Breach::code);
  EXPECT_EQ(full_of(c).answer, Answer::code);
  EXPECT_FALSE(c.deviates());
  EXPECT_EQ(c.tally().text(), "0 known, 0 new, 1 differ from code");
  c.strict = true;
  EXPECT_TRUE(c.deviates());
  breaks(c, Verb::attach, "insert.full", "order", Breach::precedence);
  EXPECT_EQ(full_of(c).answer, Answer::precedence);
}

TEST(Matrix, a_rule_of_our_own_judges_no_kernel) {
  Conformance c = speaks_mainline();
  const std::string change = clause_name(Dialect::mainline, Verb::attach, "insert.appends");
  c.clauses[change].decided = 1;
  const auto answer = [&] {
    return row_of(matrix({&c, 1}), "any change", "revision.emptied").cells[0].answer;
  };
  EXPECT_EQ(answer(), Answer::holds);
  c.binding = Binding::promises;
  EXPECT_EQ(answer(), Answer::not_judged);
}

TEST(Cell, it_is_known_only_if_every_deviation_is) {
  Conformance c = speaks_mainline();
  breaks(c, Verb::attach, "insert.full", "a", Breach::promise, "for a reason");
  EXPECT_TRUE(full_of(c).known);
  breaks(c, Verb::attach, "insert.full", "b");
  EXPECT_FALSE(full_of(c).known);
}

TEST(Cell, what_the_target_lacks_is_unsupported_and_what_the_suite_lacks_not_met) {
  Conformance c = speaks_mainline();
  EXPECT_EQ(full_of(c).answer, Answer::not_met);
  c.not_asked[kFull] = {2, "has capacity 63"};
  EXPECT_EQ(full_of(c).answer, Answer::unsupported);
  EXPECT_EQ(full_of(c).why, "has capacity 63");
  const Cell other = cell_of(c, Dialect::rfc2, kNames, kNames);
  EXPECT_EQ(other.answer, Answer::unsupported);
  EXPECT_EQ(other.why, "does not speak dialect rfc2");
}

TEST(Cell, a_target_that_failed_passes_nothing_but_what_it_broke_stands) {
  Conformance c = speaks_mainline();
  c.broke_off = "the guest is gone";
  c.clauses[kFull].decided = 3;
  EXPECT_EQ(full_of(c).answer, Answer::could_not_run);
  EXPECT_EQ(full_of(c).why, "the guest is gone");
  breaks(c, Verb::attach, "insert.full", "a");
  EXPECT_EQ(full_of(c).answer, Answer::promise);
  EXPECT_FALSE(c.conforms());
}

// "b:x y" is a cell with this answer and these buckets.
Cell cell(Answer answer, std::vector<std::string> buckets = {}) {
  return Cell{answer, "", std::move(buckets), false};
}

TEST(Since, is_each_target_from_which_on_the_answer_is_another) {
  const std::vector<std::string> targets{"6.12", "6.18", "7.1", "7.2", "7.3"};
  const std::vector<Cell> cells{cell(Answer::unsupported), cell(Answer::holds),
                                cell(Answer::promise, {"a"}), cell(Answer::promise, {"a"}),
                                cell(Answer::holds)};
  EXPECT_EQ(since(cells, targets), (std::vector<Since>{{"6.18", Answer::holds, false},
                                                       {"7.1", Answer::promise, false},
                                                       {"7.3", Answer::holds, false}}));
}

TEST(Since, passes_over_targets_that_say_nothing) {
  const std::vector<std::string> targets{"6.12", "6.18", "7.1", "7.2"};
  const std::vector<Cell> same{cell(Answer::not_met), cell(Answer::holds),
                               cell(Answer::could_not_run), cell(Answer::holds)};
  EXPECT_TRUE(since(same, targets).empty());
  const std::vector<Cell> changed{cell(Answer::holds), cell(Answer::could_not_run),
                                  cell(Answer::not_met), cell(Answer::precedence, {"a"})};
  EXPECT_EQ(since(changed, targets), (std::vector<Since>{{"7.2", Answer::precedence, false}}));
  EXPECT_TRUE(since({}, {}).empty());
}

TEST(Since, tells_one_way_of_breaking_from_another) {
  const std::vector<std::string> targets{"6.12", "6.18"};
  const std::vector<Cell> cells{cell(Answer::promise, {"a"}), cell(Answer::promise, {"a", "b"})};
  EXPECT_EQ(since(cells, targets), (std::vector<Since>{{"6.18", Answer::promise, true}}));
}

TEST(Matrix, has_a_row_for_every_clause_that_can_decide) {
  const std::vector<Conformance> seen{speaks_mainline("a"), speaks_mainline("b")};
  const std::vector<Row> rows = matrix(seen);
  std::size_t clauses = 0;
  for (const Dialect d : {Dialect::mainline, Dialect::rfc2})
    for (const ClauseRow& row : all_clauses(d)) clauses += row.clause.force != Force::may;
  // Three of every change, one of every call and one of every packet, twice.
  EXPECT_EQ(rows.size(), clauses + 10);
  std::set<std::tuple<Dialect, std::string, std::string_view>> names;
  for (const Row& row : rows) {
    EXPECT_EQ(row.cells.size(), 2U);
    EXPECT_FALSE(row.differs());
    EXPECT_TRUE(names.insert({row.dialect, row.command, row.clause.id}).second) << row.clause.id;
  }
}

TEST(Matrix, what_every_change_promises_is_asked_by_every_change) {
  Conformance c = speaks_mainline();
  const auto moves = [&] { return row_of(matrix({&c, 1}), "any change", "revision.unmoved"); };
  EXPECT_EQ(moves().cells[0].answer, Answer::not_met);
  c.clauses["mainline query query.all"].decided = 5;  // no change
  EXPECT_EQ(moves().cells[0].answer, Answer::not_met);
  c.not_asked["mainline attach insert.after"] = {1, "is too small"};
  EXPECT_EQ(moves().cells[0].why, "is too small");
  c.clauses["mainline attach insert.after"].decided = 1;
  EXPECT_EQ(moves().cells[0].answer, Answer::holds);
  // Two commands, one finding.
  breaks(c, Verb::attach, "revision.unmoved", "mainline.tcx.revision.unmoved");
  breaks(c, Verb::detach, "revision.unmoved", "mainline.tcx.revision.unmoved");
  EXPECT_EQ(moves().cells[0].answer, Answer::promise);
  EXPECT_EQ(moves().cells[0].buckets.size(), 1U);
  EXPECT_TRUE(moves().differs());
}

}  // namespace
}  // namespace mprogcheck::report

// SPDX-License-Identifier: GPL-2.0-only
// The tables of rules: well formed, complete, and each clause met by a trace in traces/clauses.
#include "model/rules/spec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "model/rules/invariants.hpp"
#include "model/words/bpf_attribute.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"
#include "model/world/world.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

// All but `provoke`, which is the harness's own and no part of the interface.
constexpr Verb kAllVerbs[] = {Verb::attach,      Verb::detach,      Verb::query,  Verb::link_create,
                              Verb::link_update, Verb::link_detach, Verb::close,  Verb::remove,
                              Verb::packet,      Verb::info,        Verb::fdinfo, Verb::qdisc,
                              Verb::filter,      Verb::filter_link, Verb::chain};

// link_create shares rules of attach, where these decide. A new link owns nothing that could be
// replaced, so another error always stands in front here.
constexpr std::string_view kNeverDecides[] = {
    "rfc2 link_create replace.first",
    "rfc2 link_create replace.last",
};

std::string name(Dialect dialect, Verb verb, const Clause& clause) {
  return std::string(word(dialect)) + " " + std::string(word(verb)) + " " + std::string(clause.id);
}

bool never_decides(const std::string& clause) {
  return std::find(std::begin(kNeverDecides), std::end(kNeverDecides), clause) !=
         std::end(kNeverDecides);
}

// Every basis but our own rule has a text to read.
void expect_sound(const Source& source, const std::string& which) {
  EXPECT_TRUE(source.basis == Basis::house || source.count > 0) << which;
  for (const Reference& r : source.references())
    EXPECT_EQ(fault_of(r), "") << which << ": " << text(r);
  for (std::size_t i = source.count; i < source.all.size(); ++i)
    EXPECT_EQ(source.all[i], Reference{}) << which;
}

class Tables : public testing::TestWithParam<Dialect> {};
INSTANTIATE_TEST_SUITE_P(Spec, Tables, testing::Values(Dialect::mainline, Dialect::rfc2),
                         [](const auto& info) { return std::string(word(info.param)); });

TEST_P(Tables, EveryClauseHasAnIdASentenceAndASource) {
  for (const auto& [verb, clause] : all_clauses(GetParam())) {
    const std::string which = name(GetParam(), verb, clause);
    EXPECT_NE(clause.id.find('.'), std::string_view::npos) << which;
    EXPECT_TRUE(clause.sentence.ends_with('.')) << which;
    EXPECT_GT(clause.sentence.size(), 8U) << which;
    expect_sound(clause.source, which);
  }
}

TEST_P(Tables, AnIdStandsOnceInATable) {
  std::set<std::string> seen;
  for (const auto& [verb, clause] : all_clauses(GetParam()))
    EXPECT_TRUE(seen.insert(name(GetParam(), verb, clause)).second)
        << name(GetParam(), verb, clause);
}

TEST_P(Tables, ErrorsStandBeforeEffectsAndEveryTableHasBoth) {
  for (const Verb verb : kAllVerbs) {
    const auto clauses = clauses_of(GetParam(), verb);
    const auto is_effect = [](const Clause& c) { return c.force == Force::effect; };
    EXPECT_TRUE(std::is_partitioned(clauses.begin(), clauses.end(), std::not_fn(is_effect)))
        << word(verb);
    EXPECT_FALSE(is_effect(clauses.front())) << word(verb);
    EXPECT_TRUE(is_effect(clauses.back())) << word(verb);
  }
}

TEST_P(Tables, EffectsSucceedAndErrorsChangeNothing) {
  for (const auto& [verb, clause] : all_clauses(GetParam())) {
    EXPECT_EQ(clause.force == Force::effect, clause.error == Errno::ok)
        << name(GetParam(), verb, clause);
    EXPECT_TRUE(clause.error == Errno::ok || clause.change == Change::none)
        << name(GetParam(), verb, clause);
  }
}

TEST_P(Tables, TheDocumentHasARowForEveryClauseInOrder) {
  const std::string document = specification(GetParam());
  std::size_t at = 0;
  for (const auto& [verb, clause] : all_clauses(GetParam())) {
    const std::string row = "| `" + std::string(clause.id) + "` | " + outcome(clause) + " | ";
    at = document.find(row, at);
    ASSERT_NE(at, std::string::npos) << row;
    at += row.size();
  }
}

TEST(Invariants, EachHasAnIdOfItsOwnASentenceAndASource) {
  std::set<std::string_view> ids;
  for (const Dialect dialect : {Dialect::mainline, Dialect::rfc2})
    for (const auto& [verb, clause] : all_clauses(dialect)) ids.insert(clause.id);
  for (const auto& [what, command, clause] : all_invariants()) {
    EXPECT_EQ(&clause_of(what), &all_invariants()[static_cast<std::size_t>(what)].clause);
    EXPECT_TRUE(ids.insert(clause.id).second) << clause.id;
    EXPECT_TRUE(clause.sentence.ends_with('.')) << clause.id;
    EXPECT_FALSE(command.empty()) << clause.id;
    expect_sound(clause.source, std::string(clause.id));
  }
}

TEST_P(Tables, TheDocumentHasARowForEveryInvariantOfTheDialect) {
  const std::string document = specification(GetParam());
  for (const auto& [what, command, clause] : all_invariants())
    EXPECT_EQ(document.find("| " + std::string(command) + " | `" + std::string(clause.id) +
                            "` |") != std::string::npos,
              concerns(GetParam(), what))
        << clause.id;
}

// Of the references nobody looks up in a tree the test knows what there is.
TEST(Sources, AReferenceThatIsNotWellFormedIsFound) {
  EXPECT_EQ(fault_of(file("kernel/bpf/tcx.c", "tcx_prog_attach")), "");
  EXPECT_EQ(fault_of(file("kernel/bpf/tcx.c", "tcx_prog_attach", "7.1")), "");
  EXPECT_NE(fault_of(file("tcx.c", "tcx_prog_attach")), "");
  EXPECT_NE(fault_of(file("/kernel/bpf/tcx.c", "tcx_prog_attach")), "");
  EXPECT_NE(fault_of(file("kernel/bpf/tcx.c, BPF_F_*", "tcx_prog_attach")), "");
  EXPECT_NE(fault_of(file("kernel/bpf/tcx.c", "")), "");
  EXPECT_NE(fault_of(file("kernel/bpf/tcx.c", "tcx_prog_attach", "next")), "");
  EXPECT_EQ(fault_of(man("proc_pid_fdinfo(5)", "file")), "");
  EXPECT_NE(fault_of(man("bpf(2), EBADF", "file")), "");
  EXPECT_NE(fault_of(man("bpf", "file")), "");
  EXPECT_EQ(fault_of(commit("053c8e1f235d", "prepend")), "");
  EXPECT_NE(fault_of(commit("053c8e1f235", "prepend")), "");
  EXPECT_NE(fault_of(commit("053c8e1f235e", "prepend")), "");  // of this one nobody knows the title
  EXPECT_EQ(fault_of(posting("003", "prepend")), "");
  EXPECT_NE(fault_of(posting("3", "prepend")), "");
}

TEST(Sources, ASourceIsWrittenForPeople) {
  EXPECT_EQ(
      text(document(file("kernel/bpf/tcx.c", "tcx_uninstall", "7.1"), man("bpf(2)", "EBADF"))),
      "kernel/bpf/tcx.c, tcx_uninstall (since 7.1); bpf(2), EBADF");
  EXPECT_EQ(text(code(commit("e420bed02507", "qdisc-less"))),
            "commit e420bed02507 (bpf: Add fd-based tcx multi-prog infra with link support), "
            "\"qdisc-less\"");
  EXPECT_EQ(text(house()), "none");
}

// Which clauses there are, in which order, and how strong each is, must not change by accident.
constexpr auto kGolden = MPROGCHECK_SOURCE_DIR "/model/rules/rules.golden";

std::string strengths() {
  std::string out =
      "# SPDX-License-Identifier: GPL-2.0-only\n"
      "# dialect command clause: what it says, and what it leaves open. In table order.\n";
  for (const Dialect dialect : {Dialect::mainline, Dialect::rfc2})
    for (const auto& [verb, clause] : all_clauses(dialect))
      out += name(dialect, verb, clause) + ": " +
             (clause.force == Force::due ? "due " + to_string(clause.error) : outcome(clause)) +
             (clause.ordered ? "" : ", in any order") +
             (clause.any_error ? ", or any other error" : "") + "\n";
  return out;
}

TEST(Spec, TheTablesAreThoseOfTheGoldenFile) {
  if (std::getenv("MPROGCHECK_WRITE_GOLDEN")) std::ofstream(kGolden) << strengths();
  std::stringstream golden;
  golden << std::ifstream(kGolden).rdbuf();
  EXPECT_EQ(strengths(), golden.str())
      << "The promise is another now. If that is meant, MPROGCHECK_WRITE_GOLDEN=1 spec_test "
         "writes model/rules/rules.golden anew; commit it with the reason.";
}

std::vector<Trace> clause_traces(Dialect dialect) {
  const auto path = std::filesystem::path(MPROGCHECK_SOURCE_DIR) / "traces/clauses" /
                    (std::string(word(dialect)) + ".trace");
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return parse(text.str(), path.string());
}

// Calls visit(world, operation) before each step of each clause trace.
template <class Visit>
void for_each_step(Dialect dialect, Visit&& visit) {
  for (const Trace& trace : clause_traces(dialect)) {
    World world;
    world.reset(trace.header);
    Prediction prediction;
    for (const Operation& op : trace.operations) {
      visit(world, op);
      world.step(op, prediction);
    }
  }
}

TEST_P(Tables, EveryClauseIsMetByTheClauseTraces) {
  std::set<std::string> met;
  for_each_step(GetParam(), [&](const World& world, const Operation& op) {
    const auto clauses = clauses_of(GetParam(), op.verb);
    const Decision d = world.decision(op);
    for (std::size_t i = 0; i < clauses.size(); ++i)
      if (d.rule == i || (clauses[i].force == Force::may && (d.met >> i & 1)))
        met.insert(name(GetParam(), op.verb, clauses[i]));
  });
  for (const auto& [verb, clause] : all_clauses(GetParam())) {
    const std::string which = name(GetParam(), verb, clause);
    EXPECT_NE(met.count(which) != 0, never_decides(which)) << which;
  }
}

// The comment behind an operation in traces/clauses names the clause that decides it.
TEST_P(Tables, TheClauseTracesNameTheClausesTheyMeet) {
  for (const Trace& trace : clause_traces(GetParam())) {
    World world;
    world.reset(trace.header);
    Prediction p;
    for (std::size_t i = 0; i < trace.operations.size(); ++i) {
      world.step(trace.operations[i], p);
      const std::string& comment = trace.comments[i].behind;
      const std::string_view decides =
          clauses_of(GetParam(), trace.operations[i].verb)[p.decision.rule].id;
      if (comment.empty() || comment.starts_with("meets")) continue;
      EXPECT_EQ(comment.substr(0, comment.find_first_of(":; ")), decides)
          << print(trace.operations[i]);
    }
  }
}

// --- Completeness
// ----------------------------------------------------------------------------------------------

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool once_in(std::size_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

Ref any_ref(Dice& dice) {
  switch (dice.below(8)) {
    case 0:
      return {};
    case 1:
      return {Ref::Kind::bad, 0};
    case 2:
      return {Ref::Kind::file, 0};
    case 3:
      return ref(Prog{9});
    case 4:
    case 5:
      return ref(Link{static_cast<std::uint8_t>(dice.below(8))});
    default:
      return ref(Prog{static_cast<std::uint8_t>(dice.below(6))});
  }
}

// Sound or not: any field may hold anything the text form can say.
Operation any_operation(Dice& dice, const World& world) {
  Operation op;
  op.verb = kAllVerbs[dice.below(std::size(kAllVerbs))];
  const bool listed =
      op.verb == Verb::attach || op.verb == Verb::detach || op.verb == Verb::link_create;
  op.point = {dice.once_in(9) ? kNoDevice : std::uint8_t{0},
              dice.once_in(9) ? Hook::bogus : Hook::ingress};
  if (op.verb == Verb::remove) op.point.hook = Hook::ingress;
  op.prog = any_ref(dice);
  if (op.verb == Verb::close) op.prog = dice.once_in(2) ? ref(Link{0}) : ref(Prog{0});
  op.link =
      op.verb == Verb::link_create || op.verb == Verb::filter_link ? ref(Link{249}) : any_ref(dice);
  if (dice.once_in(2)) op.relative = any_ref(dice);
  const std::size_t named = std::size(words::kFlags);
  for (std::size_t i = 0; i < named; ++i)
    if (dice.once_in(4)) op.flags |= words::kFlags[i].second;
  if (world.header().dialect == Dialect::mainline)
    op.flags &= static_cast<std::uint8_t>(~(flag::first | flag::last));
  if (world.header().dialect == Dialect::mainline && listed && dice.once_in(2))
    op.old = any_ref(dice);
  if (op.verb == Verb::link_update && dice.once_in(2)) op.old = any_ref(dice);
  op.arrays = static_cast<std::uint8_t>(dice.below(16));
  op.room = static_cast<std::uint8_t>(dice.below(5));
  op.fault = dice.once_in(4);
  op.bits = dice.once_in(8) ? 1 : 0;
  op.revision = dice.once_in(4) ? 1 + dice.below(6) : 0;
  op.caller = dice.once_in(8) ? Caller::nobody : Caller::root;
  op.change = static_cast<TcChange>(dice.below(op.verb == Verb::filter ? 4 : 3));
  if (op.verb == Verb::filter_link || op.verb == Verb::chain) op.change = TcChange::add;
  if (of_filters(op.verb)) op.point.hook = dice.once_in(4) ? Hook::egress : Hook::ingress;
  if (op.verb == Verb::filter) op.key.chain = dice.once_in(4);
  if (of_filters(op.verb) && op.verb != Verb::chain)
    op.key.priority = static_cast<std::uint8_t>(1 + dice.below(kPriorities));
  if (of_filters(op.verb) && dice.once_in(8)) op.bits = 1U << dice.below(3);
  if (op.verb == Verb::remove && dice.once_in(3)) op.point.device = kAllDevices;
  if (attribute_size(op.verb) != 0) {
    if (dice.once_in(8)) op.size = static_cast<std::uint16_t>(dice.below(kLongestAttribute));
    if (dice.once_in(8)) op.dirty = static_cast<std::uint16_t>(dice.below(80));
  }
  return op;
}

// decide() aborts where no rule decides. Were two effects met, the first would win by its place
// alone, and over solver terms the transition would say two things at once.
TEST_P(Tables, ExactlyOneRuleDecidesWhateverTheStateAndTheRequest) {
  Dice dice(20230607);
  std::size_t pairs = 0, succeeded = 0;
  std::set<std::string> decided;
  for_each_step(GetParam(), [&](const World& world, const Operation&) {
    for (int i = 0; i < 400; ++i) {
      const Operation op = any_operation(dice, world);
      const Decision d = world.decision(op);
      const auto clauses = clauses_of(GetParam(), op.verb);
      int due = 0, effects = 0;
      for (std::size_t k = 0; k < clauses.size(); ++k) {
        if ((d.met >> k & 1) && clauses[k].force == Force::due) ++due;
        if ((d.met >> k & 1) && clauses[k].force == Force::effect) ++effects;
      }
      ASSERT_EQ(effects, due == 0 ? 1 : 0) << print(op);
      ASSERT_EQ(d.error == Errno::ok, due == 0) << print(op);
      decided.insert(name(GetParam(), op.verb, clauses[d.rule]));
      ++pairs;
      succeeded += d.error == Errno::ok;
    }
  });
  EXPECT_GT(pairs, 50'000U);
  EXPECT_GT(succeeded, 5'000U);
  for (const std::string_view clause : kNeverDecides)
    EXPECT_FALSE(decided.count(std::string(clause))) << clause;
  // What is about netkit devices is gone through elsewhere (props/suite/device_suite.cpp).
  const auto rows = all_clauses(GetParam());
  const auto of_lists = std::count_if(rows.begin(), rows.end(), [](const ClauseRow& row) {
    return !of_netkit(row.verb) && !row.clause.id.starts_with("front.not_") &&
           row.clause.id != "front.single" && row.clause.id != "remove_device.pair";
  });
  EXPECT_GT(decided.size(), static_cast<std::size_t>(of_lists) * 8 / 10);
}

}  // namespace
}  // namespace mprogcheck

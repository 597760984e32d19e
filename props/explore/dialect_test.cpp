// SPDX-License-Identifier: GPL-2.0-only
// A dialect of three rules, all of it in this file: world, judge, proofs and exploration take it as
// they take those of bpf_mprog.
//
// Its lists are stacks. Attaching a program puts it in front; attaching it again takes it off.
#include <gtest/gtest.h>

#include <stdexcept>

#include "model/judge/check.hpp"
#include "model/rules/spec.hpp"
#include "model/words/text.hpp"
#include "model/world/oracle.hpp"
#include "proofs/dialects.hpp"
#include "proofs/prove.hpp"
#include "props/explore/explore.hpp"

namespace mprogcheck {
namespace {

template <class D>
struct ToggleFacts {
  Request<D> r;
  Place<D> there;
  typename D::Bool full;

  template <class Chain>
  static ToggleFacts of(const Chain& c, const Request<D>& r) {
    return {.r = r, .there = c.find(r.prog.prog), .full = c.size() == c.capacity()};
  }
};

constexpr auto kToggle = Sequence{
    due("toggle.refuses", Errno::busy, "The program or the list does not exist, or it is full.",
        house(),
        [](const auto& f) {
          return !f.r.prog.usable() || !f.r.device_known || !f.r.hook_known ||
                 (!f.there.exists && f.full);
        }),
    effect("toggle.puts", Change::insert, "The program goes in front.", house(),
           [](const auto& f) { return !f.there.exists; }),
    effect(
        "toggle.takes", Change::remove, "The program leaves the list.", house(),
        [](const auto& f) { return f.there.exists; }, [](const auto& f) { return f.there.index; }),
};
constexpr auto kToggleTables = Sequence{rules::Table<Verb::attach, kToggle, ToggleFacts>{}};

constinit const rules::Tables kTables = rules::tables_of<kToggleTables>();
constinit const DialectTraits kTraits{.name = "toggle",
                                      .title = "attach, and attach again",
                                      .number = 9,
                                      .flag_bits = {},
                                      .entry_flags = 0,
                                      .has_old = false,
                                      .in_kernels = false,
                                      .last_revision = 0xff,
                                      .capacity = 4,
                                      .tables = &kTables};
constexpr Dialect kDialect{kTraits};

Trace attaches(std::initializer_list<std::uint8_t> progs) {
  Trace trace;
  trace.header.dialect = kDialect;
  trace.header.capacity = 2;
  for (const std::uint8_t p : progs) {
    trace.header.loaded.set(p);
    Operation op;
    op.verb = Verb::attach;
    op.point = {0, Hook::ingress};
    op.prog = ref(Prog{p});
    trace.operations.push_back(op);
  }
  return trace;
}

// What a target answers that has the model for its implementation. A broken one never lets go.
class Toggler : public Stepper {
 public:
  explicit Toggler(bool broken = false) : broken_(broken) {}
  void begin(const Header& header) override { world_.reset(header); }
  void apply(const Operation& op, Observation& seen) override {
    World after = world_;
    Prediction p;
    after.step(op, p);
    seen = p.observation;
    if (!broken_ || p.decision.change != Change::remove) {
      world_ = after;
      return;
    }
    seen.references = world_.references();
    world_.chain(op.point)->list(seen.after);
  }
  std::vector<Observation> run(const Trace& trace) {
    begin(trace.header);
    std::vector<Observation> seen(trace.operations.size());
    for (std::size_t i = 0; i < seen.size(); ++i) apply(trace.operations[i], seen[i]);
    return seen;
  }

 private:
  bool broken_;
  World world_;
};

TEST(OfThreeRules, TheWorldDoesWhatTheySay) {
  Trace trace = attaches({0, 1, 2, 0, 2});
  trace.header.revision = 0xfe;
  const std::vector<Observation> seen = Toggler().run(trace);
  const Errno errors[] = {Errno::ok, Errno::ok, Errno::busy, Errno::ok, Errno::ok};
  const std::uint64_t revisions[] = {0xff, 1, 1, 2, 3};
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].error, errors[i]) << i;
    EXPECT_EQ(seen[i].after.revision, revisions[i]) << i;
  }
  EXPECT_EQ(describe(seen.back().after), "[p2 p1]");
}

TEST(OfThreeRules, WhatHasNoRulesIsNoRequestOfTheDialect) {
  World world;
  world.reset(attaches({0}).header);
  Operation op;
  op.verb = Verb::detach;
  op.point = {0, Hook::ingress};
  EXPECT_THROW(world.decision(op), std::logic_error);
}

TEST(OfThreeRules, TheSpecificationHasThem) {
  EXPECT_EQ(all_clauses(kDialect).size(), 3U);
  EXPECT_NE(specification(kDialect).find("| `toggle.takes` | ok, remove |"), std::string::npos);
  EXPECT_EQ(specification(kDialect).find("## detach"), std::string::npos);
}

TEST(OfThreeRules, TheJudgeFindsWhoBreaksThem) {
  const Trace trace = attaches({0, 1, 0, 2, 2});
  EXPECT_TRUE(check(trace, Toggler().run(trace)).conforms());

  const Verdict verdict = check_first(trace, Toggler(true).run(trace));
  ASSERT_FALSE(verdict.conforms());
  EXPECT_EQ(verdict.deviations[0].step, 2U);
  EXPECT_EQ(bucket(verdict.deviations[0], kDialect), "toggle.tcx.attach.toggle.takes.list");
}

TEST(OfThreeRules, AnObligationIsProvedOfThemAndRefutedWhereTheyAreBroken) {
  const proofs::KnownDialect known(proofs::rows_of_tables<kToggleTables>(kDialect));
  proofs::ProveOptions options;
  options.dialect = kDialect;
  options.obligation = "revision";
  const auto results = proofs::prove(options, {});
  ASSERT_EQ(results.size(), 1U);
  EXPECT_TRUE(results[0].holds()) << results[0].detail;
  EXPECT_EQ(results[0].queries, 2);
  ASSERT_EQ(results[0].breaks.size(), 1U);
  EXPECT_EQ(results[0].breaks[0].shown->trace.header.dialect, kDialect);
}

// Names do not count: the lists of none, one and two programs.
TEST(OfThreeRules, AnExplorationFindsEveryStateAndTheShortestDeviation) {
  const Bounds bounds{.dialect = kDialect, .progs = 3, .links = 0, .capacity = 2};
  Toggler sound;
  const Exploration all = explore(bounds, &sound, {});
  EXPECT_FALSE(all.deviation);
  EXPECT_EQ(all.parent.size(), 3U);
  EXPECT_EQ(all.depth, 2U);

  Toggler broken(true);
  const Exploration found = explore(bounds, &broken, {});
  ASSERT_TRUE(found.deviation);
  EXPECT_EQ(found.deviation->operations, attaches({0, 0}).operations);
}

}  // namespace
}  // namespace mprogcheck

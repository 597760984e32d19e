// SPDX-License-Identifier: GPL-2.0-only
// What is proved is what runs: the encoding of proofs/ against the executable model, both ways.
//
// Thousands of concrete states and requests go through the encoding and come out as the model has
// them; every counterexample the solver finds is decoded, and means the same to the model and to
// our implementation.
#include <gtest/gtest.h>

#include "impl/inprocess/inprocess.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "proofs/prove.hpp"
#include "proofs/step.hpp"
#include "props/generate/generator.hpp"

namespace mprogcheck::proofs {
namespace {

// --- Concrete values as terms

Terms::Link lift(Link l) {
  return l == kNoLink ? Terms::no_link() : Terms::Link(l.raw);
}

Bool lift(bool b) {
  return Bool(b);
}
Int lift(int i) {
  return i;
}
Revision lift(std::uint64_t r) {
  return r;
}
Terms::Prog lift(Prog p) {
  return p.raw;
}

Request<Terms> lift(const Request<Plain>& r) {
  std::vector<z3::expr> values;
  for_each_field(r, [&](auto, auto, const auto& field) { values.push_back(lift(field).e); });
  Request<Terms> out;
  auto next = values.begin();
  for_each_field(out, [&](auto, auto, auto& field) { field.e = *next++; });
  return out;
}

SymbolicChain lift(const Chain& list) {
  const auto value = [&list](const Int& i, auto of) {
    auto result = of(0);
    for (int k = 1; k < list.size(); ++k) result = Terms::ite(i == Int(k), of(k), result);
    return result;
  };
  SymbolicChain c;
  c.length = list.size();
  c.slots = list.capacity();
  c.now = list.revision();
  c.prog = [=](const Int& i) {
    return value(i, [&](int k) { return Terms::Prog(list.prog(k).raw); });
  };
  c.owner = [=](const Int& i) { return value(i, [&](int k) { return lift(list.owner(k)); }); };
  c.is_first = [=](const Int& i) {
    return value(i, [&](int k) { return Bool(list.is_first(k)); });
  };
  c.is_last = [=](const Int& i) { return value(i, [&](int k) { return Bool(list.is_last(k)); }); };
  c.at = [&list](const Terms::Prog& p) {
    Int at = -1;
    for (int k = 0; k < list.size(); ++k)
      at = Terms::ite(p == Terms::Prog(list.prog(k).raw), Int(k), at);
    return at;
  };
  c.prog_of = [](const Terms::Link&) { return Terms::Prog(0); };  // asked by no rule
  return c;
}

bool is_true(const Bool& b) {
  return b.e.simplify().is_true();
}

// The list that the rules look at: asking one does not concern it in the sense of World.
std::optional<Point> looked_at_by(const World& world, const Operation& op) {
  const bool asks = op.verb == Verb::query || op.verb == Verb::packet;
  const bool tells = op.verb == Verb::info || op.verb == Verb::fdinfo;
  if (tells && op.link.kind == Ref::Kind::link && world.link(Link{op.link.raw}).attached)
    return world.link(Link{op.link.raw}).point;
  if (!asks) return world.concerns(op);
  return world.chain(op.point) ? std::optional(op.point) : std::nullopt;
}

// A model at work: visit(world before, operation, list concerned, prediction, world after).
template <class Visit>
void walk(Dialect dialect, std::uint64_t seed, int traces, std::uint8_t capacity, Visit&& visit) {
  Random random(seed);
  for (int t = 0; t < traces && !testing::Test::HasFatalFailure(); ++t) {
    Scope scope;
    scope.dialect = dialect;
    scope.capacity = capacity;
    scope.progs = static_cast<std::uint8_t>(2 + random.below(5));
    if (random.below(4) == 0) scope.revision = 0xffffffffU - random.below(8);
    Generator generator(random, scope);
    World world;
    world.reset(header_of(scope));
    for (int i = 0; i < 24 && !testing::Test::HasFatalFailure(); ++i) {
      const Operation op = generator.next(world);
      const World before = world;
      Prediction p;
      world.step(op, p);
      Chain empty;
      empty.reset(capacity, 1);
      const auto where = looked_at_by(before, op);
      visit(before, op, where ? *before.chain(*where) : empty, p,
            where ? *world.chain(*where) : empty);
    }
  }
}

class Encoding : public testing::TestWithParam<Dialect> {};

TEST_P(Encoding, gives_every_guard_index_and_list_of_the_model) {
  const Dialect dialect = GetParam();
  const Session session;
  int steps = 0, changes = 0;
  walk(dialect, 1, 250, 4,
       [&](const World& before, const Operation& op, const Chain& list, const Prediction& p,
           const Chain& after) {
         const Step step(dialect, op.verb, lift(list), lift(before.request(op)));
         // One formula, so that what it shares is looked at once.
         Bool all = step.decides(p.decision.rule);
         for (std::size_t i = 0; i < step.rows.size(); ++i) {
           // An effect is met only where no error is due.
           const bool effect = step.rows[i].clause.force == Force::effect;
           const Bool holds = effect ? step.rows[i].guard && !step.refused() : step.rows[i].guard;
           all = all && holds == Bool((p.decision.met >> i & 1) != 0);
         }
         const SymbolicChain then = step.after(p.decision.rule);
         all = all && then.length == Int(after.size()) && then.now == Revision(after.revision());
         for (int i = 0; i < after.size(); ++i)
           all = all && then.prog(i) == Terms::Prog(after.prog(i).raw) &&
                 then.owner(i) == lift(after.owner(i)) &&
                 then.is_first(i) == Bool(after.is_first(i)) &&
                 then.is_last(i) == Bool(after.is_last(i)) &&
                 then.at(Terms::Prog(after.prog(i).raw)) == Int(i);
         ASSERT_TRUE(is_true(all)) << print(op);
         ++steps;
         changes += step.changes(p.decision.rule);
       });
  EXPECT_GT(steps, 3000);
  EXPECT_GT(changes, 1000);
}

// The list `c` is the concrete one.
Bool is_list(const SymbolicChain& c, const Chain& list) {
  Bool same = c.length == Int(list.size()) && c.slots == Int(list.capacity()) &&
              c.now == Revision(list.revision());
  for (int i = 0; i < list.size(); ++i)
    same = same && c.prog(i) == Terms::Prog(list.prog(i).raw) &&
           c.owner(i) == lift(list.owner(i)) && c.is_first(i) == Bool(list.is_first(i)) &&
           c.is_last(i) == Bool(list.is_last(i));
  return same;
}

// The axioms leave room for every state the model reaches, and none for another outcome there.
TEST_P(Encoding, axioms_admit_what_is_reached_and_its_outcome_alone) {
  const Dialect dialect = GetParam();
  int tried = 0;
  walk(dialect, 2, 20, 4,
       [&](const World& before, const Operation& op, const Chain& list, const Prediction& p,
           const Chain&) {
         for (const bool quantified : {true, false}) {
           const Session session;
           const AnyChain from = quantified ? endless(dialect) : written_out(dialect, 4);
           const Request<Terms> request = lift(before.request(op));
           const Step step(dialect, op.verb, from.chain, request);
           z3::solver solver(Session::z3());
           for (const Bool& a : from.axioms) solver.add(a.e);
           solver.add(is_list(from.chain, list).e);
           const Bool decides = step.decides(p.decision.rule);
           solver.push();
           solver.add(!decides.e);
           ASSERT_EQ(solver.check(), z3::unsat) << print(op);
           solver.pop();
           if (quantified) continue;  // it would say unknown
           for (const Bool& b : well_formed(dialect, op.verb, from.chain, request)) solver.add(b.e);
           ASSERT_EQ(solver.check(), z3::sat) << print(op) << "\n" << solver;
         }
         ++tried;
       });
  EXPECT_GT(tried, 200);
}

INSTANTIATE_TEST_SUITE_P(OfBoth, Encoding, testing::Values(Dialect::mainline, Dialect::rfc2),
                         [](const auto& dialect) { return std::string(word(dialect.param)); });

class Obligation : public testing::TestWithParam<std::string> {};

// Proved for lists of any length; refuted wherever a rule is broken, by a trace that starts from
// the empty list, means the same to the concrete rules, and that our implementation answers as the
// unbroken rules do.
TEST_P(Obligation, holds_and_would_not_if_a_rule_were_broken) {
  ProveOptions options;
  options.obligation = GetParam();
  int breaks = 0;
  for (const ProofResult& r : prove(options, {})) {
    EXPECT_EQ(r.outcome, Outcome::proved) << word(r.dialect) << ": " << r.detail;
    EXPECT_FALSE(r.breaks.empty()) << word(r.dialect);
    for (const BreakResult& b : r.breaks) {
      ++breaks;
      ASSERT_EQ(b.outcome, Outcome::refuted) << b.words;
      EXPECT_EQ(b.shown->encoding_error, "") << b.words;
      EXPECT_EQ(b.shown->unreachable, "") << b.words;
      InProcess impl;
      std::vector<std::vector<Observation>> seen;
      impl.run(std::span(&b.shown->trace, 1), seen);
      EXPECT_TRUE(check(b.shown->trace, seen[0]).conforms()) << print(b.shown->trace);
      EXPECT_TRUE(misprints(b.shown->trace).empty()) << print(b.shown->trace);
    }
  }
  EXPECT_GT(breaks, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, Obligation, testing::ValuesIn(obligation_names()),
                         [](const auto& name) { return name.param; });

TEST(Proofs, TheSameWithEverySlotOfARealListWrittenOut) {
  ProveOptions options;
  options.obligation = "before";
  options.written_out = static_cast<int>(kMaxCapacity);
  const auto results = prove(options, {});
  ASSERT_EQ(results.size(), 2U);
  for (const ProofResult& r : results) EXPECT_EQ(r.outcome, Outcome::proved) << r.detail;
}

TEST(Proofs, SayUnknownWhereTheSolverMayNotThink) {
  ProveOptions options;
  options.obligation = "order";
  options.limit = 1;
  for (const ProofResult& r : prove(options, {})) {
    EXPECT_EQ(r.outcome, Outcome::unknown);
    EXPECT_FALSE(r.holds());
  }
}

}  // namespace
}  // namespace mprogcheck::proofs

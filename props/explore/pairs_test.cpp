// SPDX-License-Identifier: GPL-2.0-only
// The explored worlds are large enough: two clauses that can hold of one request do so in one of
// them, or the solver proves that they cannot, on lists of any length.
#include <gtest/gtest.h>

#include <array>

#include "model/words/text.hpp"
#include "model/world/world.hpp"
#include "proofs/solver.hpp"
#include "proofs/step.hpp"
#include "props/explore/explore.hpp"

namespace mprogcheck {
namespace {

using proofs::Bool;
using proofs::Step;
using proofs::Terms;

constexpr Verb kAsked[] = {Verb::attach,      Verb::link_create, Verb::detach,
                           Verb::link_update, Verb::link_detach, Verb::close};

// Worlds of 3 programs and 1 link, with so many slots. With 2 programs, or without links, some
// pairs are not met.
constexpr std::uint8_t kSlots[] = {1, 3};

using Met = decltype(Exploration::met_with);

Met met_in_worlds(Dialect dialect) {
  Met all{};
  for (const std::uint8_t slots : kSlots) {
    const Bounds bounds{
        .dialect = dialect, .progs = 3, .links = 1, .capacity = slots, .revisions = true};
    const Exploration e = explore(bounds, nullptr, {});
    for (std::size_t v = 0; v < all.size(); ++v)
      for (std::size_t i = 0; i < all[v].size(); ++i) all[v][i] |= e.met_with[v][i];
  }
  return all;
}

// What a walk asks: all objects are there and are what they should be.
Bool is_asked(const Step& s) {
  const Request<Terms>& r = s.request;
  Bool all = !r.other_flags && r.hook_known && r.device_known && !r.not_netkit && !r.not_primary &&
             !r.single_device && r.privileged && !r.long_attribute && !r.dirty_tail &&
             !r.dirty_gap && !r.of_filter && !r.has_filters;
  for (const Object<Terms>* o : {&r.prog, &r.relative, &r.old, &r.link})
    all = all && !o->missing && !o->wrong_kind && !o->wrong_type;
  if (has_trait(s.verb, Trait::inserts) || s.verb == Verb::link_update) all = all && !r.prog.none;
  if (has_trait(s.verb, Trait::changes_link)) all = all && !r.link.none;
  return all;
}

class Pairs : public testing::TestWithParam<Dialect> {};

TEST_P(Pairs, that_can_meet_do_so_in_an_explored_world) {
  const Dialect dialect = GetParam();
  const Met met = met_in_worlds(dialect);
  std::size_t reached = 0, cannot = 0;
  for (const Verb verb : kAsked) {
    const proofs::Session session;
    const Step step(dialect, verb, proofs::endless(dialect));
    proofs::Solver solver(step, 20'000'000, nullptr);
    solver.add(is_asked(step).e);
    for (std::size_t i = 0; i < step.rows.size(); ++i)
      for (std::size_t k = i + 1; k < step.rows.size(); ++k) {
        const Clause &one = step.rows[i].clause, &two = step.rows[k].clause;
        if (one.force == Force::effect || two.force == Force::effect) continue;
        if ((met[static_cast<std::size_t>(verb)][i] >> k & 1) != 0) {
          ++reached;
          continue;
        }
        solver.push();
        solver.add((step.rows[i].guard && step.rows[k].guard).e);
        EXPECT_EQ(solver.check(), z3::unsat)
            << word(verb) << ": " << one.id << " and " << two.id << " are met in no world";
        solver.pop();
        ++cannot;
      }
  }
  EXPECT_EQ(reached, dialect->has_ends() ? 293U : 188U);
  EXPECT_GT(cannot, 100U);
}

INSTANTIATE_TEST_SUITE_P(OfBoth, Pairs, testing::Values(Dialect::mainline, Dialect::rfc2),
                         [](const auto& dialect) { return std::string(word(dialect.param)); });

}  // namespace
}  // namespace mprogcheck

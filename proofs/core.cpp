// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/core.hpp"

#include <z3++.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace mprogcheck::proofs {
namespace {

using Set = std::vector<std::size_t>;  // of directives, ascending

// Programs have integer positions, and are on the list or not. Two may share a position: what is
// true of a partial order is true of each total one that continues it.
class Positions {
 public:
  Positions(std::span<const std::string> list, std::span<const Directive> directives)
      : solver_(z3_), on_(z3_), at_(z3_), wants_(z3_), switches_(z3_) {
    std::map<std::string, int> number;
    for (const std::string& name : programs_of(list, directives)) {
      const int n = static_cast<int>(number.size());
      number[name] = n;
      on_.push_back(z3_.bool_const(("on" + std::to_string(n)).c_str()));
      at_.push_back(z3_.int_const(("at" + std::to_string(n)).c_str()));
    }
    for (int n = 0; n < static_cast<int>(list.size()); ++n) {
      solver_.add(on_[n]);
      if (n > 0) solver_.add(at_[n - 1] < at_[n]);
    }
    for (const Directive& d : directives) {
      wants_.push_back(meaning(d, number));
      switches_.push_back(z3_.bool_const(("directive" + std::to_string(switches_.size())).c_str()));
      solver_.add(z3::implies(switches_.back(), wants_.back()));
    }
  }

  std::size_t size() const { return wants_.size(); }

  bool satisfiable(const Set& set) {
    z3::expr_vector assumed(z3_);
    for (const std::size_t d : set) assumed.push_back(switches_[static_cast<int>(d)]);
    const z3::check_result answer = solver_.check(assumed);
    if (answer == z3::unknown) throw std::runtime_error("the solver gave up on the directives");
    return answer == z3::sat;
  }

  // Of those that satisfiable() has just refuted, some that suffice.
  Set core() {
    Set some;
    const z3::expr_vector core = solver_.unsat_core();
    for (std::size_t d = 0; d < size(); ++d)
      for (const auto& c : core)
        if (z3::eq(c, switches_[static_cast<int>(d)])) some.push_back(d);
    return some;
  }

  // All that hold in the order that satisfiable() has just found.
  Set holding() {
    Set those;
    const z3::model found = solver_.get_model();
    for (std::size_t d = 0; d < size(); ++d)
      if (found.eval(wants_[static_cast<int>(d)], true).is_true()) those.push_back(d);
    return those;
  }

  // What those that satisfiable() has just accepted can grow to: as long as one of the others can
  // be had besides, with all that then hold.
  Set grown() {
    for (Set set = holding();;) {
      z3::expr_vector another(z3_);
      for (std::size_t d = 0; d < size(); ++d)
        if (!std::binary_search(set.begin(), set.end(), d))
          another.push_back(switches_[static_cast<int>(d)]);
      solver_.push();
      solver_.add(z3::mk_or(another));
      const bool more = satisfiable(set);
      if (more) set = holding();
      solver_.pop();
      if (!more) return set;
    }
  }

  z3::context& context() { return z3_; }

 private:
  z3::expr meaning(const Directive& d, const std::map<std::string, int>& number) {
    const int prog = number.at(d.prog);
    z3::expr wanted = on_[prog];
    if (d.relative())
      return wanted && on_[number.at(d.other)] &&
             at_[number.at(d.front())] < at_[number.at(d.behind())];
    if (d.wish == Wish::present) return wanted;
    for (int other = 0; other < static_cast<int>(on_.size()); ++other)
      if (other != prog)
        wanted = wanted && z3::implies(on_[other], d.wish == Wish::first ? at_[prog] < at_[other]
                                                                         : at_[other] < at_[prog]);
    return wanted;
  }

  z3::context z3_;
  z3::solver solver_;
  z3::expr_vector on_, at_, wants_, switches_;
};

Set without(const Set& set, std::size_t which) {
  Set rest = set;
  rest.erase(std::find(rest.begin(), rest.end(), which));
  return rest;
}

// A contradictory set that can lose none.
Set minimised(Positions& positions, Set set) {
  for (const std::size_t d : Set(set)) {
    if (!std::binary_search(set.begin(), set.end(), d)) continue;
    if (!positions.satisfiable(without(set, d))) set = positions.core();
  }
  return set;
}

}  // namespace

// That a set can lose none does not make it smallest. What contradicts itself has a directive
// outside of every set that can be satisfied; so smaller candidates are drawn that have one outside
// of each such set known, until there is none left. Each candidate that can be satisfied makes
// another set known.
std::vector<std::size_t> smallest_core(std::span<const std::string> list,
                                       std::span<const Directive> directives) {
  Positions positions(list, directives);
  Set all;
  for (std::size_t d = 0; d < directives.size(); ++d) all.push_back(d);
  if (positions.satisfiable(all)) return {};
  Set least = minimised(positions, positions.core());

  z3::context& z3 = positions.context();
  z3::solver candidates(z3);
  z3::expr_vector chosen(z3);
  for (const std::size_t d : all)
    chosen.push_back(z3.bool_const(("chosen" + std::to_string(d)).c_str()));
  for (;;) {
    candidates.push();
    candidates.add(z3::atmost(chosen, static_cast<unsigned>(least.size() - 1)));
    const z3::check_result answer = candidates.check();
    if (answer == z3::unknown) throw std::runtime_error("the solver gave up on smaller sets");
    if (answer == z3::unsat) return least;
    Set candidate;
    const z3::model found = candidates.get_model();
    for (const std::size_t d : all)
      if (found.eval(chosen[static_cast<int>(d)], true).is_true()) candidate.push_back(d);
    candidates.pop();
    if (!positions.satisfiable(candidate)) {
      least = minimised(positions, positions.core());
      continue;
    }
    const Set together = positions.grown();
    z3::expr_vector outside(z3);
    for (const std::size_t d : all)
      if (!std::binary_search(together.begin(), together.end(), d))
        outside.push_back(chosen[static_cast<int>(d)]);
    candidates.add(z3::mk_or(outside));
  }
}

}  // namespace mprogcheck::proofs

// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/core.hpp"

#include <z3++.h>

#include <map>
#include <optional>
#include <stdexcept>

namespace mprogcheck::proofs {
namespace {

// Programs have integer positions, and are on the list or not. Two may share a position: what is
// true of a partial order is true of each total one that continues it.
class Positions {
 public:
  Positions(std::span<const std::string> list, std::span<const Directive> directives)
      : solver_(z3_), on_(z3_), at_(z3_), switches_(z3_) {
    z3::params limits(z3_);
    limits.set("rlimit", 20'000'000U);  // of each question; deterministic, as a clock is not
    solver_.set(limits);
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
      switches_.push_back(z3_.bool_const(("directive" + std::to_string(switches_.size())).c_str()));
      solver_.add(z3::implies(switches_.back(), meaning(d, number)));
    }
  }

  // All together, or all but one.
  bool satisfiable(std::optional<int> without = std::nullopt) {
    z3::expr_vector assumed(z3_);
    for (int d = 0; d < size(); ++d)
      if (d != without) assumed.push_back(switches_[d]);
    const z3::check_result answer = solver_.check(assumed);
    if (answer == z3::unknown) throw std::runtime_error("the solver gave up on the directives");
    return answer == z3::sat;
  }

  int size() const { return static_cast<int>(switches_.size()); }

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
  z3::expr_vector on_, at_, switches_;
};

}  // namespace

bool satisfiable(std::span<const std::string> list, std::span<const Directive> directives) {
  return Positions(list, directives).satisfiable();
}

bool irreducible(std::span<const std::string> list, std::span<const Directive> directives) {
  Positions positions(list, directives);
  if (positions.satisfiable()) return false;
  for (int d = 0; d < positions.size(); ++d)
    if (!positions.satisfiable(d)) return false;
  return true;
}

}  // namespace mprogcheck::proofs

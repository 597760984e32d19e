// SPDX-License-Identifier: GPL-2.0-only
// What has to hold of every step from every list of any length, and what it is there to catch.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "proofs/step.hpp"

namespace mprogcheck::proofs {

// Wherever `assume` holds of a step, `goal` does.
struct Query {
  std::string about;  // the rule, for people
  Bool assume, goal;
};

struct Obligation {
  std::string_view name;
  std::string_view sentence;
  bool (*of_dialect)(Dialect);  // whether the dialect can keep it or break it
  std::vector<Verb> verbs;      // of those, the ones that have rules in the dialect
  void (*ask)(const Step&, std::vector<Query>&);
  // Each must be refuted where the dialect has the rule; every dialect has one at least.
  std::vector<Break> breaks;
  // Whether it is among those checked with all 63 slots written out.
  bool core = false;
};

// All of them, in the order in which they are reported.
std::span<const Obligation> obligations();

}  // namespace mprogcheck::proofs

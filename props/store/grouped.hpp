// SPDX-License-Identifier: GPL-2.0-only
// Findings as people count them: a deviation of a target is one, whatever campaigns met it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "props/store/store.hpp"

namespace mprogcheck {

struct GroupedFinding {
  stored::Finding best;  // the minimal one, or the shortest; times and dates are of all
  std::string target, dialect;
  std::set<std::string> releases;  // on which it was met
  std::string status, why;         // open, known or fixed, and what the mark says
};

// By bucket and target.
std::vector<GroupedFinding> grouped_findings(const Store& store);

}  // namespace mprogcheck

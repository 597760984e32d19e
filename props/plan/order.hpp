// SPDX-License-Identifier: GPL-2.0-only
// The directives of several owners as a graph: an order that keeps all of them, or the few that
// contradict.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/words/directive.hpp"

namespace mprogcheck {

// One program in front of another, and which directive says so; none: the list has it so.
struct Hop {
  std::string front, behind;
  std::optional<std::size_t> directive;
};

// Either an order of all programs, or a cycle of the fewest directives and then the fewest hops.
struct Ordering {
  std::vector<std::string> order;
  std::vector<Hop> cycle;
};

Ordering order_of(std::span<const std::string> list, std::span<const Directive> directives);

// A smallest set of directives that no list satisfies on which the programs of `list` stand in its
// order: their indices, ascending; none if all directives can be satisfied. How many slots a list
// has is left aside.
std::vector<std::size_t> smallest_core(std::span<const std::string> list,
                                       std::span<const Directive> directives);

}  // namespace mprogcheck

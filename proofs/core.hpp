// SPDX-License-Identifier: GPL-2.0-only
// Which few directives contradict each other. No solver's types here: callers need none.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/directive.hpp"

namespace mprogcheck::proofs {

// A smallest set of directives that no list satisfies on which the programs of `list` stand in its
// order: their indices, ascending; none if all directives can be satisfied. How many slots a list
// has is left aside. Deterministic. Throws std::runtime_error if the solver gives up.
std::vector<std::size_t> smallest_core(std::span<const std::string> list,
                                       std::span<const Directive> directives);

}  // namespace mprogcheck::proofs

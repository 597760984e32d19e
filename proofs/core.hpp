// SPDX-License-Identifier: GPL-2.0-only
// What the solver says of directives, whatever a graph says. No solver's types here: callers need
// none.
#pragma once

#include <span>
#include <string>

#include "model/words/directive.hpp"

namespace mprogcheck::proofs {

// Whether a list can satisfy them on which the programs of `list` stand in its order. How many
// slots it has is left aside. Throws std::runtime_error if the solver gives up.
bool satisfiable(std::span<const std::string> list, std::span<const Directive> directives);

// Whether they contradict, and without any one of them do not.
bool irreducible(std::span<const std::string> list, std::span<const Directive> directives);

}  // namespace mprogcheck::proofs

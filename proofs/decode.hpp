// SPDX-License-Identifier: GPL-2.0-only
// From a solver's model back to a trace.
#pragma once

#include "proofs/prove.hpp"
#include "proofs/step.hpp"

namespace mprogcheck::proofs {

// `step` starts from a written-out chain, and `model` satisfies its axioms. `broken` is what was
// broken of it: the concrete rules are broken alike before they are asked for the claimed outcome.
Counterexample decode(const Step& step, const z3::model& model, const Break& broken);

}  // namespace mprogcheck::proofs

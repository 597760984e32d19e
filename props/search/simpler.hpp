// SPDX-License-Identifier: GPL-2.0-only
// What is simpler than an operation, field by field, and how much there is to read in one.
#pragma once

#include <cstddef>
#include <functional>

#include "model/words/operation.hpp"

namespace mprogcheck::simpler {

// How much of the operation a reader has to take in besides its verb and operands.
std::size_t parts_of(const Operation& op);

// Applies the change to an operation, and keeps the result if it does as well.
using Attempt = std::function<void(const std::function<void(Operation&)>& change)>;

// Calls attempt for each change that makes an operation of this verb simpler: small values first,
// then bits, then what belongs to the packet or the device, then operands, then the simpler verb.
void simplify(Verb verb, const Attempt& attempt);

}  // namespace mprogcheck::simpler

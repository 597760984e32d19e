// SPDX-License-Identifier: GPL-2.0-only
// From the seed of a campaign to the choices of one of its traces.
#pragma once

#include <cstdint>

#include "model/words/choices.hpp"
#include "model/words/dialect.hpp"

namespace mprogcheck {

// A trace's own sequence of choices, whichever thread draws it.
inline Random choices_of(std::uint64_t seed, Dialect dialect, std::uint64_t index) {
  Random mix(seed ^ (std::uint64_t{dialect->number} << 56));
  return Random(mix.next() ^ Random(index).next());
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// RapidCheck as an engine of choices: properties draw what campaigns draw, and shrink towards
// choice 0.
#pragma once

#include <rapidcheck.h>

#include <cstdint>

namespace mprogcheck {

// Only inside a property or rc::gen::exec. At its nominal size inRange is even; scaled by the size
// of a small test it would starve the later choices.
struct RapidChoices {
  static constexpr bool kEven = false;
  std::uint32_t below(std::uint32_t n) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, n));
  }
};

}  // namespace mprogcheck

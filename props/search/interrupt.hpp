// SPDX-License-Identifier: GPL-2.0-only
// Ctrl-C, SIGTERM, a terminal that is closed and a reader that goes away end what runs between two
// of its steps, so that what it has found is told and nothing half done is left.
//
//   const std::atomic<bool>& stop = end_on_signals();   // for what is told to stop
//   explore(bounds, nullptr, [](const std::string&) { unless_interrupted(); });   // for all else
#pragma once

#include <atomic>
#include <string>

#include "impl/target.hpp"

namespace mprogcheck {

// Never a pass, never a finding.
struct Interrupted : CannotRun {
  using CannotRun::CannotRun;
};

// From here on the first signal sets the flag; a second one, seconds later, ends the program. A
// signal that is ignored stays so.
const std::atomic<bool>& end_on_signals();

// Throws Interrupted if the flag is set, with how far it came.
void unless_interrupted(const std::string& how_far = "");

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Runs a stress of the lists of this kernel or of our module, in a network namespace of its own and
// with processes that it forks.
#pragma once

#include "impl/stress/limits.hpp"

namespace mprogcheck::kernel {

// Throws CannotRun.
StressRound run_stress(const StressOptions& options);

}  // namespace mprogcheck::kernel

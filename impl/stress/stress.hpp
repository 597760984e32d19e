// SPDX-License-Identifier: GPL-2.0-only
// A stress of the lists of this kernel, or of our module, in a network namespace of its own and by
// processes that are forked for it.
#pragma once

#include "impl/stress/limits.hpp"

namespace mprogcheck::kernel {

// Throws CannotRun.
StressRound run_stress(const StressOptions& options);

}  // namespace mprogcheck::kernel

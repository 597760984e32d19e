// SPDX-License-Identifier: GPL-2.0-only
// Traces for benchmarks.
#pragma once

#include <vector>

#include "impl/target.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck {

// Traces as a campaign draws them, but made of plain calls of bpf(2) and close(2) alone, so that a
// baseline loop (impl/kernel/baseline_loop.hpp) can run them too. lists_only: and of these only
// attach, detach and query, with REPLACE and all the other flags.
std::vector<Trace> call_traces(Capabilities can, bool lists_only);

}  // namespace mprogcheck

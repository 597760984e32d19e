// SPDX-License-Identifier: GPL-2.0-only
// Lists of the length real ones have: what goes wrong only near the last slot, or behind the first
// few entries, no small world shows.
#pragma once

#include <vector>

#include "model/words/trace.hpp"

namespace mprogcheck {

// A few traces that fill lists to their capacity from the tail, from the head and from within, by
// programs and by links, are refused one more, replace and remove at every place, and look often.
std::vector<Trace> long_lists(Dialect dialect);

}  // namespace mprogcheck

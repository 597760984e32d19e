// SPDX-License-Identifier: GPL-2.0-only
// The state of a Guide between two runs, as the store keeps it.
#pragma once

#include <cstdint>
#include <vector>

namespace mprogcheck {

// What a guided campaign has met: how often each feature, by the first `traces` traces.
struct Guidance {
  std::uint64_t traces = 0;
  std::vector<std::uint32_t> times;  // kFeatures of them; none before the first trace
  bool operator==(const Guidance&) const = default;
};

}  // namespace mprogcheck

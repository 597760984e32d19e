// SPDX-License-Identifier: GPL-2.0-only
// What one run of a trace showed: one observation for each operation that was reached. A kernel
// that dies takes the rest of its trace with it, so whoever reads a step must expect that there is
// nothing to read.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/words/observation.hpp"

namespace mprogcheck {

// A view, as std::span is one; it has no operator[] on purpose.
class Observations {
 public:
  Observations(std::span<const Observation> seen) : seen_(seen) {}
  Observations(const std::vector<Observation>& seen) : seen_(seen) {}

  // How many operations were reached.
  std::size_t reached() const { return seen_.size(); }
  // Null where the operation was not reached.
  const Observation* at(std::size_t step) const {
    return step < seen_.size() ? &seen_[step] : nullptr;
  }

 private:
  std::span<const Observation> seen_;
};

}  // namespace mprogcheck

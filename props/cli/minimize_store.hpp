// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace mprogcheck::cli {

// mprogcheck minimize --store: finishes what the campaigns of a store have left.
struct MinimizeStore {
  std::string store;
  double seconds = 0;  // 0: to the end
  bool json = false;
};
int minimize_store(const MinimizeStore& options);

}  // namespace mprogcheck::cli

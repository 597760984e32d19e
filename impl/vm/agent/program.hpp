// SPDX-License-Identifier: GPL-2.0-only
// What the programs that tests send into a guest share.
#pragma once

#include <cstdio>
#include <exception>

namespace mprogcheck::kernel {

// The exit status: 0 if all was sound; 1 if not, or if it could not be tried, with the reason on
// standard output, which is all that comes back.
inline int status_of(bool (*all_is_sound)()) {
  try {
    return all_is_sound() ? 0 : 1;
  } catch (const std::exception& e) {
    std::printf("%s\n", e.what());
    return 1;
  }
}

}  // namespace mprogcheck::kernel

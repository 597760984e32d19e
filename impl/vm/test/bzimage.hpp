// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace mprogcheck::vm {

// As little of a bzImage as its readers look at, and large enough for a package with a kernel.
inline std::string bzimage(const std::string& banner) {
  std::string bytes(5U << 18, '\0');
  for (std::size_t i = 0x400, n = 1; i < bytes.size(); ++i)  // so that it does not compress
    bytes[i] = static_cast<char>((n = n * 6364136223846793005U + 1) >> 56);
  bytes[0x1f1] = 1;
  const std::size_t paragraphs = (bytes.size() - 0x400) / 16;
  for (int i = 0; i < 4; ++i)
    bytes[0x1f4 + static_cast<std::size_t>(i)] = static_cast<char>(paragraphs >> 8 * i);
  bytes.replace(0x202, 4, "HdrS");
  bytes[0x207] = 2;  // protocol 2.0
  bytes[0x20f] = 1;  // the version stands at 0x100 + 0x200
  bytes[0x211] = 1;  // loaded high
  bytes.replace(0x300, banner.size() + 1, banner + '\0');
  return bytes;
}

}  // namespace mprogcheck::vm

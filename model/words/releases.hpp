// SPDX-License-Identifier: GPL-2.0-only
// Releases of Linux, and ranges of them as the header of a known deviation names them:
//
//   releases from 6.16
//   releases 6.6 to 6.12.113, 6.13 to 6.18.13, 7.3-rc2
//
// A series without a point release is all of it, from its first candidate to its last point
// release: "from 6.16" begins with 6.16-rc1, and "6.6 to 6.12" ends behind each 6.12.y.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mprogcheck {

// Named as in the kernel's Makefile.
struct Release {
  static constexpr std::uint32_t kFinal = ~std::uint32_t{0};
  std::uint32_t version = 0, patchlevel = 0, sublevel = 0;
  std::uint32_t candidate = kFinal;  // 7 of 7.3-rc7
  auto operator<=>(const Release&) const = default;
};

// The release that a kernel says it is, whatever stands behind it: "6.12.95+deb12-cloud-amd64",
// "7.3.0-rc7". Nothing if the text does not begin with one.
std::optional<Release> release_in(std::string_view uname);

struct ReleaseRange {
  Release first, last;  // both are in it
};

// `fail` is told where in the text something is wrong, and what; nothing is returned then.
using ReleasesFail = std::function<void(std::size_t at, const std::string& what)>;
std::vector<ReleaseRange> ranges_in(std::string_view releases, const ReleasesFail& fail = {});

// Whether the release is in one of the ranges.
bool lists(std::string_view releases, const Release& release);

}  // namespace mprogcheck

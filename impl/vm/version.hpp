// SPDX-License-Identifier: GPL-2.0-only
// Versions of kernels: as Debian writes them, as the kernel does, and as people name them.
#pragma once

#include <string>
#include <string_view>

namespace mprogcheck::vm {

// Negative, 0 or positive, in the order that Debian's policy (5.6.12) defines: runs of digits as
// numbers, '~' in front of everything else, so that 7.3~rc7 < 7.3 < 7.3.4. Without epochs.
int compare_versions(std::string_view a, std::string_view b);

// "7.3~rc7-1~exp1" -> "7.3-rc7", "6.12.57+deb13-cloud-amd64" -> "6.12.57": what upstream calls it.
// Empty if the text does not begin with a release.
std::string release_in(std::string_view text);

// "7.3-rc7" -> "7.3~rc7": as compare_versions() wants it.
std::string in_debian_order(std::string_view release);

// Whether a name means this release, uname or package: equal to it, or its beginning up to where a
// number or a word ends. So 6.1 means 6.1.7 but not 6.12, and 7.3-rc means 7.3-rc7.
bool means(std::string_view name, std::string_view text);

}  // namespace mprogcheck::vm

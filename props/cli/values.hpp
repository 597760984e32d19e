// SPDX-License-Identifier: GPL-2.0-only
// Values on the command line: what is wrong with one, and one in the form the program reads.
#pragma once

#include "props/cli/command.hpp"

namespace mprogcheck::cli {

// A number in decimal digits.
Check decimal(Range range);
// 4096, 300K, 512M, 2G, in powers of 1024. Makes bytes of it.
Check size_in_bytes();
// 90, 60s, 10m, 1.5h; at most kLongestHours. Makes seconds of it.
Check duration();
inline constexpr int kLongestHours = 1000;
// A day as ISO 8601 has it, alone or with the time of day.
Check iso_date();
// Not empty; `what` it has to be: "a directory".
Check named(const std::string& what);

}  // namespace mprogcheck::cli

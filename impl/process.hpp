// SPDX-License-Identifier: GPL-2.0-only
// A program run to its end: what it said, and how it ended.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "impl/target.hpp"

namespace mprogcheck {

// Runs `arguments`, the first of which is looked up in PATH, with nothing on standard input, in a
// process group of its own. What is over time is killed with all it has started. Throws CannotRun
// if it cannot be started at all.
ProgramResult run_process(const std::vector<std::string>& arguments, std::chrono::seconds limit);

}  // namespace mprogcheck

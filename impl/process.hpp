// SPDX-License-Identifier: GPL-2.0-only
// Other programs, run to their end without a shell: what they said, and how they ended.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "impl/target.hpp"

namespace mprogcheck {

using Tick = std::function<void()>;

struct Running {
  std::optional<std::chrono::seconds> limit = {};  // killed after that; its status is 124 then
  Tick tick = {};                 // called ten times a second; if it throws, the program is killed
  std::string* errors = nullptr;  // takes what it says on standard error; else the output has it
};

// Of what a program says, nobody reads more.
inline constexpr std::size_t kMostOutput = 1U << 20;

// Runs `arguments`, the first of which is looked up in PATH, with nothing on standard input and
// messages in English, in a process group of its own. The group is killed once the program has
// ended, is over its time, or we end, in whatever way. Throws CannotRun if it cannot be started,
// and what the tick throws.
ProgramResult run_process(const std::vector<std::string>& arguments, const Running& how = {});

}  // namespace mprogcheck

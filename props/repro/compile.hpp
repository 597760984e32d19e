// SPDX-License-Identifier: GPL-2.0-only
// A C reproducer as an executable, by the compiler that is here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "impl/safe_file.hpp"

namespace mprogcheck {

struct Compiled {
  std::filesystem::path executable;  // valid as long as the compiler is; empty: it did not compile
  std::string said;                  // by the compiler, if it did not
};

// Static where the libraries for it are here: that runs in a guest that has none. Each executable
// takes the place of the last one, in a folder that goes with the object.
class Compiler {
 public:
  Compiler();
  Compiled compile(const std::string& program);

 private:
  TemporaryFolder folder_;
  // Ways to compile; those that fail with a program that another compiles are not tried again.
  std::vector<std::vector<std::string>> ways_;
};

}  // namespace mprogcheck

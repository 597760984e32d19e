// SPDX-License-Identifier: GPL-2.0-only
// What the program says of itself.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mprogcheck::cli {

// "0.1 (13aa2f0)"
std::string version();
// What --version prints: version and commit, and the compiler.
std::string version_text();

// Behind the verbs, in the help of the whole program and in the manual.
struct Section {
  std::string title;
  std::vector<std::pair<std::string, std::string>> rows;
};
const std::vector<Section>& sections();

}  // namespace mprogcheck::cli

// SPDX-License-Identifier: GPL-2.0-only
// The kernel modules a guest gets, and where they lie.
#pragma once

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mprogcheck::vm {

// In the order in which the agent loads them: what needs another stands behind it.
inline constexpr std::string_view kModules[] = {"sch_ingress"};

// Whether a file has this module, packed in whatever way or not at all.
inline bool is_module(const std::filesystem::path& file, std::string_view name) {
  const std::string is = file.filename(), plain = std::string(name) + ".ko";
  return is == plain || is.starts_with(plain + ".");
}

inline bool is_wanted_module(const std::filesystem::path& file) {
  return std::any_of(std::begin(kModules), std::end(kModules),
                     [&](std::string_view name) { return is_module(file, name); });
}

// Those that a kernel has, in that order, with their files: in its folder, as in the cache; below
// kernel/ there, as of usr/lib/modules/RELEASE/vmlinuz; of boot/vmlinuz-RELEASE, where that would
// be. A kernel may have none, as they can be built in. Throws as read_bzimage().
using ModuleFiles = std::vector<std::pair<std::string, std::filesystem::path>>;
ModuleFiles modules_of(const std::filesystem::path& image);

// Ours, which is told from those by what it is called. A guest that gets it runs traces on it.
inline constexpr std::string_view kOurModule = "mprogcheck";
// The kernel that a module was built for, as uname(2) has it. Throws CannotRun.
std::string release_of_module(const std::filesystem::path& module);
// The faults that can be planted in it by its parameter `fault`, in the order of their names.
// Throws CannotRun.
std::set<std::string> faults_of_module(const std::filesystem::path& module);

}  // namespace mprogcheck::vm

// SPDX-License-Identifier: GPL-2.0-only
// Where the program finds what belongs to it: relative to itself, so that it can be installed
// anywhere.
#include <fmt/format.h>

#include <cstdlib>

#include "props/cli/cli.hpp"

namespace mprogcheck::cli {
namespace {

namespace fs = std::filesystem;

fs::path own_directory() {
  return fs::read_symlink("/proc/self/exe").parent_path();
}

// The first of them that is there; the first if none is.
fs::path first_there(const std::vector<fs::path>& paths) {
  std::error_code error;
  for (const fs::path& path : paths)
    if (fs::exists(path, error)) return path;
  return paths[0];
}

}  // namespace

fs::path data_file(const fs::path& name) {
  const char* const chosen = std::getenv("MPROGCHECK_DATA");
  if (chosen && *chosen) return fs::path(chosen) / name;
  // Beside a program that is not installed: as the build directory has it.
  return first_there({own_directory().parent_path() / "share/mprogcheck" / name,
                      own_directory() / "share" / name});
}

fs::path guest_file(const fs::path& name) {
  return first_there(
      {own_directory() / name, own_directory().parent_path() / "lib/mprogcheck" / name});
}

}  // namespace mprogcheck::cli

// SPDX-License-Identifier: GPL-2.0-only
// Files that are whole or not there, folders that one run has to itself, and folders that go with
// their run. Who owns what is said by flock(2), which the kernel undoes however a run ends: what a
// killed run has left is told from what another run is using, and removed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "impl/descriptor.hpp"
#include "impl/target.hpp"

namespace mprogcheck {

struct NotWritten : CannotRun {
  using CannotRun::CannotRun;
};

// Writes a file, over what is there: to a temporary file beside it, which takes its place once the
// disk has all of it. Returns once the disk has the name as well. Throws NotWritten; what was there
// before is then unchanged.
void write_whole(const std::filesystem::path& file, std::string_view text);

// Removes temporary files of write_whole() that runs which ended have left in the folder.
void remove_leftovers(const std::filesystem::path& folder);

// Removes the temporary folders of runs that ended without doing so.
void remove_left_folders();

// A folder for results, made if need be, for one run at a time. It is removed at the end if it was
// made here and is empty. Throws NotWritten if it cannot be made or another run has it.
class ResultFolder {
 public:
  explicit ResultFolder(const std::filesystem::path& folder);
  ~ResultFolder();
  ResultFolder(const ResultFolder&) = delete;

 private:
  Descriptor held_;
  std::vector<std::filesystem::path> made_;  // the deepest last
};

// An empty folder below the one for temporary files. It goes with this, or, if the run is killed,
// when the next run makes one or takes a folder for results. Throws NotWritten.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  Descriptor held_;
};

}  // namespace mprogcheck

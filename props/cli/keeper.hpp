// SPDX-License-Identifier: GPL-2.0-only
// Puts what a campaign finds on disk before it is told.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "props/cli/report.hpp"
#include "props/repro/repro.hpp"
#include "props/store/record.hpp"

namespace mprogcheck::cli {

// The trace as a C program that shows the deviation; empty if it has none.
std::string program_of(const Trace& trace, const std::string& bucket, const Deviation& deviation,
                       const ReproOrigin& origin);

// Writes the trace as it was met, at once; and in its place the minimal one, with its C program:
// into the store if there is one, and into files. A file of an earlier run is left as it is.
class Keeper {
 public:
  Keeper(std::filesystem::path directory, ReproOrigin origin, bool strict)
      : directory_(std::move(directory)), origin_(std::move(origin)), strict_(strict) {}

  // From now on into the store as well.
  void record_in(Recording& recording) { recording_ = &recording; }

  // One that cannot be written is told, and printed in full at the end.
  void keep(const Finding& finding, bool last = false);

  // After all that is new was kept in its last form.
  WrittenFindings written() const;

 private:
  struct Kept {
    std::string stem, text;  // of the trace, if it is written
    bool whole = false;
    Written written;
  };
  void write(const Finding& finding, Kept& kept, const std::string& program);
  void write_beside(const Kept& kept, const char* suffix, const std::string& text) const;
  std::filesystem::path named(const std::string& stem, const char* suffix) const;
  bool is_file(const std::string& stem, const char* suffix) const;

  std::filesystem::path directory_;
  ReproOrigin origin_;
  bool strict_;
  Recording* recording_ = nullptr;
  std::map<std::string, Kept> files_;  // by bucket
  std::set<std::string> told_;
};

}  // namespace mprogcheck::cli

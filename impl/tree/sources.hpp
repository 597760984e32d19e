// SPDX-License-Identifier: GPL-2.0-only
// The files of a kernel tree that make tcx, and the library that is built from a copy of them and
// the headers in impl/tree/shim, which stand for the rest of a kernel. Nothing of it is run here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "impl/descriptor.hpp"
#include "impl/safe_file.hpp"

namespace mprogcheck::tree {

// The files as they are in a tree; those of `kOptional` may be missing.
struct Sources {
  std::filesystem::path folder;
  std::string release;                       // as in its Makefile: "7.3.0-rc7"
  std::map<std::string, std::string> files;  // by path in the tree
};

// Throws CannotRun: there is no such folder, it is no kernel tree, it is one without tcx, a file is
// missing. Each says what to do.
Sources read_sources(const std::filesystem::path& folder);

// The paths of all files that are read, the Makefile included.
std::vector<std::string> wanted_files();

struct BuildOptions {
  std::filesystem::path shim;
  bool sanitize = false;  // with address and undefined-behaviour sanitizers
  bool coverage = false;  // not optimised, and counts what is met
};

// Builds a library for each length of lists that is asked for, once. May be used by several
// threads.
class Builder {
 public:
  Builder(Sources sources, BuildOptions options);

  const Sources& sources() const { return sources_; }
  const BuildOptions& options() const { return options_; }

  // The library for lists of so many programs. Throws CannotRun: there is no compiler, or the files
  // do not fit the shim, with the first symbol that is missing; or the compiler's words, shortened.
  const Descriptor& library(std::uint8_t capacity);

  // Where the compiler has left what gcov needs.
  const std::filesystem::path& folder() const { return work_.path(); }
  // What a worker says, without the folder in which its library was built.
  std::string without_folder(std::string text) const;

 private:
  Descriptor build(std::uint8_t capacity);

  Sources sources_;
  BuildOptions options_;
  TemporaryFolder work_;
  std::mutex mutex_;
  std::map<std::uint8_t, Descriptor> libraries_;
};

// What the first complaint of a compiler or linker comes to, as a sentence; for people.
std::string complaint_in(const std::string& output);

}  // namespace mprogcheck::tree

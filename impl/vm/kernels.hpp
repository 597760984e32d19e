// SPDX-License-Identifier: GPL-2.0-only
// Kernels to be had: what Debian's suites offer, what is installed here, what the cache keeps.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mprogcheck::vm {

struct KernelPackage {
  std::string release;  // upstream's name: "6.12.57", "7.3-rc7"
  std::string uname;    // "6.12.57+deb13-cloud-amd64"
  std::string package;  // empty for those installed here
  std::string version;  // Debian's: "7.3~rc7-1~exp1"; of others, the uname
  std::string suite;    // "trixie"; "installed"; "gone" where only the cache still has it
  std::string architecture = "amd64";
  std::uint64_t size = 0;  // bytes: of what is to be fetched, or of the image once it is here
  bool cached = false;     // in our cache
  std::string path;        // of the bzImage, if it is here
};

// A suite of a Debian archive.
struct Suite {
  std::string repository;  // where it is, as apt writes it; ends with '/'
  std::string name;
  std::string trust;  // apt's option for it: signed-by=KEYRING
};

// Enough for about forty images.
inline constexpr std::uint64_t kCacheLimit = std::uint64_t{512} << 20;

// Where kernels come from and go to.
struct KernelStore {
  std::filesystem::path cache;  // empty: mprogcheck/kernels in $XDG_CACHE_HOME (or ~/.cache)
  std::uint64_t cache_limit = kCacheLimit;   // bytes of images kept; the least recently used go
  bool refresh = false;                      // ask the mirror even if its lists are fresh
  std::filesystem::path root = "/";          // below: boot/ and usr/lib/modules/ of this machine
  std::optional<std::vector<Suite>> suites;  // not set: those of this machine's Debian mirror
  std::function<void(const std::string&)> progress = [](const std::string&) {};
  std::function<void(const std::string&)> warn = [](const std::string&) {};
};

// One row per kernel, newest first. The mirror's lists are kept for hours; where it cannot be
// asked, older ones do, with a warning, or what is here already. Throws CannotRun if there is
// nothing at all: no apt, no mirror, no network.
std::vector<KernelPackage> available(const KernelStore& store);

// The bzImage for a name: "6.12", "7.3-rc", a whole release, uname or package (the newest that is
// meant), or a path. Fetched, verified and put into the cache if need be. Throws
// std::invalid_argument if nothing has that name or the file is no bzImage; CannotRun if it
// cannot be had here.
std::filesystem::path image_of(const std::string& name, const KernelStore& store);

// A folder with these files of the source of a kernel, by their paths in it: of the newest package
// linux-source-* of Debian's that the name means, a series or a release. It is fetched where the
// cache does not have it. Throws CannotRun; std::invalid_argument where there is none of that name.
std::filesystem::path source_of(const std::string& name, const std::vector<std::string>& wanted,
                                const KernelStore& store);

}  // namespace mprogcheck::vm

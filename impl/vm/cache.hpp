// SPDX-License-Identifier: GPL-2.0-only
// The directory that keeps kernels. Below it: each kernel as a folder PACKAGE_VERSION with
// `bzImage` and its modules, `kernels` (what the mirror had), `apt` (its lists), `part` (what is
// not finished), `lock`.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mprogcheck::vm {

class Cache {
 public:
  // An empty directory means mprogcheck/kernels below $XDG_CACHE_HOME or ~/.cache. Throws CannotRun
  // if it cannot be made.
  explicit Cache(std::filesystem::path directory);

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path offers() const { return directory_ / "kernels"; }
  // The bzImage of one kernel, and of all that are here.
  std::filesystem::path image(const std::string& package, const std::string& version) const;
  std::vector<std::filesystem::path> images() const;

  // Marks an image as used now.
  static void touch(const std::filesystem::path& image);
  // Removes the least recently used kernels, with their modules, until the others fit; never the
  // one whose image is `keep`. So it does with what earlier versions kept, which had no modules.
  void evict(std::uint64_t limit, const std::filesystem::path& keep) const;

 private:
  std::filesystem::path directory_;
};

// Held while the cache changes; reading needs no lock, as whole files take their places. Throws
// CannotRun if there can be no lock file. `tick` is called while another run holds it.
class CacheLock {
 public:
  CacheLock(const Cache& cache, const std::function<void()>& tick);
  ~CacheLock();
  CacheLock(const CacheLock&) = delete;
  // An empty directory for files that become part of the cache by a rename.
  const std::filesystem::path& part() const { return part_; }

 private:
  int fd_;
  std::filesystem::path part_;
};

}  // namespace mprogcheck::vm

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "impl/target.hpp"
#include "impl/vm/pattern.hpp"

namespace mprogcheck::vm {
namespace fs = std::filesystem;
namespace {

constexpr const char* kImage = "bzImage";
constexpr const char* kElsewhere = "; set XDG_CACHE_HOME to a directory for caches";

fs::path default_directory() {
  // The XDG specification: what is not absolute is to be ignored.
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache == '/') return fs::path(cache) / "mprogcheck/kernels";
  const char* home = std::getenv("HOME");
  if (home && *home == '/') return fs::path(home) / ".cache/mprogcheck/kernels";
  throw CannotRun("there is no place for kernels: neither XDG_CACHE_HOME nor HOME is set");
}

// Who can write there decides what is booted, and what is removed; so does who can put another
// folder in its place. In a folder with the sticky bit, as /tmp, nobody can do that with what is
// another's.
void need_own(const fs::path& directory) {
  std::error_code error;
  const fs::path whole = fs::canonical(directory, error);
  for (fs::path at = whole; !error; at = at.parent_path()) {
    const bool is_above = at != whole;
    struct stat status {};
    if (::stat(at.c_str(), &status) != 0) error = {errno, std::generic_category()};
    if (error) break;
    if (status.st_uid != 0 && status.st_uid != ::geteuid())
      throw CannotRun(at.string() + ": belongs to another user, number " +
                      std::to_string(status.st_uid) + kElsewhere);
    const mode_t others = is_above ? S_IWOTH : S_IWGRP | S_IWOTH;
    if ((status.st_mode & others) && !(is_above && (status.st_mode & S_ISVTX)))
      throw CannotRun(at.string() +
                      ": other users can write to it; 'chmod go-w' it once you "
                      "know what is in there, or" +
                      std::string(kElsewhere + 1));
    if (!at.has_relative_path()) return;
  }
  throw CannotRun(directory.string() + ": cannot be used: " + error.message() + kElsewhere);
}

}  // namespace

Cache::Cache(fs::path directory)
    : directory_(directory.empty() ? default_directory() : std::move(directory)) {
  std::error_code error;
  const bool made = fs::create_directories(directory_, error);
  if (made)
    fs::permissions(directory_, fs::perms::group_write | fs::perms::others_write,
                    fs::perm_options::remove, error);
  if (error)
    throw CannotRun(directory_.string() + ": cannot be made: " + error.message() + kElsewhere);
  need_own(directory_);
}

fs::path Cache::image(const std::string& package, const std::string& version) const {
  // As Debian's policy has them. What else a list says would be a place outside of the cache.
  static const Pattern kPackage("^[a-z0-9][a-z0-9+.-]*$"), kVersion("^[0-9][A-Za-z0-9.+~:-]*$");
  if (!kPackage.in(package) || !kVersion.in(version))
    throw CannotRun("'" + package + "' of version '" + version +
                    "' is no package; 'mprogcheck kernels list --refresh' asks the mirror again");
  return directory_ / (package + "_" + version) / kImage;
}

std::vector<fs::path> Cache::images() const {
  std::vector<fs::path> out;
  std::error_code error;
  const auto is = [](const fs::path& path, fs::file_type type) {
    std::error_code none;
    return fs::symlink_status(path, none).type() == type;  // a link would lead out of here
  };
  for (const auto& entry : fs::directory_iterator(directory_, error))
    if (is(entry.path(), fs::file_type::directory) &&
        is(entry.path() / kImage, fs::file_type::regular))
      out.push_back(entry.path() / kImage);
  return out;
}

void Cache::touch(const fs::path& image) {
  std::error_code not_ours;  // then it is used all the same
  fs::last_write_time(image, fs::file_time_type::clock::now(), not_ours);
}

void Cache::evict(std::uint64_t limit, const fs::path& keep) const {
  struct Kept {
    fs::file_time_type used;
    std::uintmax_t size = 0;
    fs::path folder;
  };
  std::vector<Kept> oldest_first;
  std::uintmax_t all = 0;
  for (const fs::path& image : images()) {
    Kept& kept = oldest_first.emplace_back();
    kept.used = fs::last_write_time(image);
    kept.folder = image.parent_path();
    for (const auto& file : fs::directory_iterator(kept.folder)) kept.size += file.file_size();
    all += kept.size;
  }
  std::sort(oldest_first.begin(), oldest_first.end(),
            [](const Kept& a, const Kept& b) { return a.used < b.used; });
  for (const Kept& kept : oldest_first) {
    if (all <= limit) break;
    if (kept.folder == keep.parent_path()) continue;
    fs::remove_all(kept.folder);
    all -= kept.size;
  }
  const std::vector<fs::directory_entry> entries(fs::directory_iterator(directory_), {});
  for (const auto& entry : entries)
    if (entry.path().extension() == ".bzImage" || entry.path().filename() == "offers")
      fs::remove(entry.path());
}

CacheLock::CacheLock(const Cache& cache, const std::function<void()>& tick)
    : fd_(open((cache.directory() / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)),
      part_(cache.directory() / "part") {
  const auto failed = [&] {
    const std::string why = std::strerror(errno);
    if (fd_ >= 0) close(fd_);
    return CannotRun(cache.directory().string() + ": cannot be written to: " + why + kElsewhere);
  };
  if (fd_ < 0) throw failed();
  while (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw failed();
    if (tick) tick();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  // What is in there was left by a run that was killed.
  std::error_code error;
  fs::remove_all(part_, error);
  fs::create_directory(part_, error);
  if (error) {
    errno = error.value();
    throw failed();
  }
}

CacheLock::~CacheLock() {
  std::error_code error;
  fs::remove_all(part_, error);
  close(fd_);
}

}  // namespace mprogcheck::vm

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/safe_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace mprogcheck {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = ".mprogcheck-", kSuffix = ".part";
constexpr std::string_view kTemporary = "mprogcheck-work-";

[[noreturn]] void failed(const fs::path& file, const char* what, int error) {
  throw NotWritten(file.string() + ": cannot be " + what + ": " + std::strerror(error));
}

// Nobody else has it, and it is still where its name says.
enum class Owner { us, another, gone };
Owner lock(const Descriptor& it, const fs::path& name) {
  // A file system without locks tells no runs apart, and refuses none.
  if (::flock(it.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return Owner::another;
  struct stat held {
  }, named{};
  if (::fstat(it.number(), &held) != 0 || ::lstat(name.c_str(), &named) != 0) return Owner::gone;
  return held.st_ino == named.st_ino && held.st_dev == named.st_dev ? Owner::us : Owner::gone;
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

struct Part {
  fs::path name;
  Descriptor file;
};

// Between its creation and its lock another run may take it for a leftover.
Part new_part(const fs::path& file) {
  static std::atomic<unsigned> number{0};
  for (;;) {
    Part part;
    part.name = folder_of(file) / (std::string(kPrefix) + std::to_string(::getpid()) + "-" +
                                   std::to_string(number++) + std::string(kSuffix));
    part.file =
        Descriptor(::open(part.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!part.file.is_open() && errno != EEXIST) failed(file, "written", errno);
    if (part.file.is_open() && lock(part.file, part.name) == Owner::us) return part;
  }
}

// 0, or the error.
int write_all(const Descriptor& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(file.number(), text.data(), text.size());
    if (put < 0 && errno != EINTR) return errno;
    if (put > 0) text.remove_prefix(static_cast<std::size_t>(put));
  }
  return ::fsync(file.number()) == 0 ? 0 : errno;
}

// Not every file system can do this for a folder (EINVAL).
int sync_folder(const fs::path& folder) {
  const Descriptor it(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return it.is_open() && ::fsync(it.number()) != 0 && errno != EINVAL ? errno : 0;
}

}  // namespace

void write_whole(const fs::path& file, std::string_view text) {
  const Part part = new_part(file);
  int error = write_all(part.file, text);
  if (error == 0 && ::rename(part.name.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(part.name.c_str());
    failed(file, "written", error);
  }
  if ((error = sync_folder(folder_of(file))) != 0) failed(file, "written", error);
}

void remove_leftovers(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    const Descriptor it(
        ::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (it.is_open() && lock(it, entry.path()) == Owner::us)
      fs::remove(entry.path(), error);  // also an empty folder, made to try whether one can be
  }
}

ResultFolder::ResultFolder(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  for (;;) {
    fs::path at;
    for (const fs::path& step : whole) {
      at /= step;
      if (::mkdir(at.c_str(), 0777) == 0) made_.push_back(at);
    }
    held_ = Descriptor(::open(whole.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!held_.is_open()) failed(folder, "used", errno);
    const Owner owner = lock(held_, whole / ".");
    if (owner == Owner::us) break;
    if (owner == Owner::another)
      throw NotWritten(folder.string() +
                       ": another run is writing to it; wait for it, or name another directory");
  }
  remove_leftovers(folder);
  remove_left_folders();
}

ResultFolder::~ResultFolder() {
  for (auto at = made_.rbegin(); at != made_.rend(); ++at)
    if (::rmdir(at->c_str()) != 0) break;
}

void remove_left_folders() {
  std::error_code error;
  const fs::path top = fs::temp_directory_path(error);
  for (const auto& entry : fs::directory_iterator(top, error)) {
    if (!entry.path().filename().string().starts_with(kTemporary)) continue;
    struct stat what {};
    const Descriptor it(
        ::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    // What another user has made there is not ours to remove.
    if (it.is_open() && ::fstat(it.number(), &what) == 0 && what.st_uid == ::geteuid() &&
        lock(it, entry.path()) == Owner::us)
      fs::remove_all(entry.path(), error);
  }
}

TemporaryFolder::TemporaryFolder() {
  remove_left_folders();
  std::error_code error;
  const fs::path top = fs::temp_directory_path(error);
  if (error) throw NotWritten("there is no folder for temporary files: " + error.message());
  do {
    std::string name = (top / (std::string(kTemporary) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) failed(name, "made", errno);
    path_ = name;
    held_ = Descriptor(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  } while (!held_.is_open() || lock(held_, path_) != Owner::us);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace mprogcheck

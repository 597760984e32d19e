// SPDX-License-Identifier: GPL-2.0-only
#include "impl/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "impl/descriptor.hpp"

namespace mprogcheck {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw Unreadable(file.string() + ": " + why);
}

bool opened_by_the_caller(const std::filesystem::path& file) {
  const std::string name = file.lexically_normal().string();
  return name == "/dev/stdin" || name.starts_with("/dev/fd/") || name.starts_with("/proc/self/fd/");
}

// Without waiting for a writer of a FIFO, and without taking a terminal as our own.
Descriptor open_file(const std::filesystem::path& file, bool streams) {
  Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!in.is_open() && errno == ENOENT) refuse(file, "no such file");
  if (!in.is_open()) refuse(file, std::string("cannot be read: ") + std::strerror(errno));
  struct stat status {};
  if (::fstat(in.number(), &status) != 0)
    refuse(file, std::string("cannot be read: ") + std::strerror(errno));
  if (S_ISDIR(status.st_mode)) refuse(file, "is a directory; name a file");
  if (S_ISREG(status.st_mode)) return in;
  if (!streams || !opened_by_the_caller(file))
    refuse(file, std::string("is no file but ") + (S_ISFIFO(status.st_mode)
                                                       ? "a pipe; write what it brings into a file"
                                                       : "a device; name a file"));
  if (const int flags = ::fcntl(in.number(), F_GETFL);
      flags < 0 || ::fcntl(in.number(), F_SETFL, flags & ~O_NONBLOCK) != 0)
    refuse(file, std::string("cannot be read: ") + std::strerror(errno));
  return in;
}

// Up to so many bytes: a file may grow meanwhile, or not be as long as it says.
std::string read_up_to(const Descriptor& in, const std::filesystem::path& file, std::size_t most) {
  constexpr std::size_t kPart = 1U << 16;
  std::string text;
  while (text.size() < most) {
    const std::size_t before = text.size(), part = std::min(kPart, most - before);
    text.resize(before + part);
    const ssize_t got = ::read(in.number(), text.data() + before, part);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(file, std::string("reading failed: ") + std::strerror(errno));
    if (got == 0) break;
  }
  return text;
}

std::string in_units(std::size_t bytes) {
  constexpr std::size_t kMiB = 1U << 20;
  return bytes % kMiB == 0 ? std::to_string(bytes / kMiB) + " MiB"
                           : std::to_string(bytes) + " bytes";
}

}  // namespace

std::string read_file(const std::filesystem::path& file, std::size_t most) {
  std::string text = read_up_to(open_file(file, true), file, most + 1);
  if (text.size() > most)
    refuse(file, "is larger than anything that is wanted here (" + in_units(most) +
                     "); name another file");
  return text;
}

std::string read_beginning(const std::filesystem::path& file, std::size_t most) {
  return read_up_to(open_file(file, false), file, most);
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "model/text.hpp"
#include "props/cli/cli.hpp"

namespace mprogcheck::cli {
namespace fs = std::filesystem;

namespace {

// A trace is text for people. What is longer than this is something else.
constexpr std::uintmax_t kLongestFile = 64U << 20;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw BadInput(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad())
    throw BadInput(fmt::format("{}: reading failed: {}", file.string(), std::strerror(errno)));
  return text.str();
}

}  // namespace

std::vector<Trace> read_traces(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) throw BadInput(fmt::format("{}: no such file", file.string()));
  if (fs::is_directory(status))
    throw BadInput(fmt::format("{}: is a directory; name trace files, for instance {}/*.trace",
                               file.string(), file.string()));
  if (fs::is_regular_file(status) && fs::file_size(file, error) > kLongestFile)
    throw BadInput(fmt::format("{}: is larger than any trace (64 MiB)", file.string()));
  return parse(content(file), file.string());
}

void write_new(const fs::path& file, const std::string& text) {
  std::error_code error;
  if (fs::exists(file, error)) {
    if (fs::is_regular_file(file, error) && content(file) == text) return;
    throw BadInput(fmt::format("{}: is there already, with another content; name another file",
                               file.string()));
  }
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw BadInput(fmt::format("{}: cannot be written: {}", file.string(), std::strerror(errno)));
}

void need_writable(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    throw BadInput(fmt::format("{}: cannot be made: {}", directory.string(), error.message()));
  if (!fs::is_directory(directory, error))
    throw BadInput(fmt::format("{}: is not a directory", directory.string()));
  if (access(directory.c_str(), W_OK | X_OK) != 0)
    throw BadInput(
        fmt::format("{}: cannot be written to: {}", directory.string(), std::strerror(errno)));
}

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}
Progress::~Progress() {
  clear();
}

void Progress::operator()(const std::string& text) {
  if (!terminal_) return;
  fmt::print(stderr, "\r\033[K{}", text.substr(0, 120));
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

}  // namespace mprogcheck::cli

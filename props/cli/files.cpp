// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "impl/read_file.hpp"
#include "impl/safe_file.hpp"
#include "model/words/plain_text.hpp"
#include "props/cli/cli.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace fs = std::filesystem;

namespace {

// A trace is text for people. What is longer is something else.
constexpr std::size_t kLongestFile = 64U << 20;

}  // namespace

std::string content(const fs::path& file) {
  try {
    return read_file(file, kLongestFile);
  } catch (const Unreadable& e) {
    throw BadInput(e.what());
  }
}

std::string where(const fs::path& file, Spot spot) {
  return fmt::format("{}:{}:{}", file.string(), spot.line, spot.column);
}

std::vector<Trace> read_traces(const fs::path& file, std::vector<Spots>* spots) {
  if (std::error_code none; fs::is_directory(file, none))
    throw BadInput(fmt::format("{}: is a directory; name trace files, for instance {}/*.trace",
                               file.string(), file.string()));
  std::vector<Spots> own;
  if (!spots) spots = &own;
  std::vector<Trace> traces = parse(content(file), file.string(), spots);
  // Every target would conform to such a trace.
  for (std::size_t i = 0; i < traces.size(); ++i)
    if (traces[i].operations.empty())
      throw ParseError(fmt::format("{}: this trace has no operations; add one, or remove the trace",
                                   where(file, (*spots)[i].dialect)));
  return traces;
}

bool is_there(const fs::path& file, const std::string& text) {
  std::error_code error;
  if (!fs::exists(file, error)) return false;
  if (fs::is_regular_file(file, error) && fs::file_size(file, error) == text.size() &&
      content(file) == text)
    return true;
  throw BadInput(fmt::format("{}: exists with another content; name another file", file.string()));
}

void write_new(const fs::path& file, const std::string& text) {
  if (is_there(file, text)) return;
  write_over(file, text);
}

void write_over(const fs::path& file, const std::string& text) {
  try {
    write_whole(file, text);
  } catch (const NotWritten& e) {
    throw BadInput(e.what());
  }
}

std::unique_ptr<ResultFolder> alone_in(const fs::path& directory) {
  need_usable(directory);
  try {
    return std::make_unique<ResultFolder>(directory);
  } catch (const NotWritten& e) {
    throw BadInput(e.what());
  }
}

std::string free_stem(const fs::path& directory, const std::string& stem, const std::string& suffix,
                      const std::optional<std::string>& text) {
  const auto taken = [&](const std::string& name) {
    const fs::path file = directory / (name + suffix);
    std::error_code error;
    if (!fs::exists(file, error)) return false;
    try {
      return !text || !is_there(file, *text);
    } catch (const BadInput&) {
      return true;
    }
  };
  std::string name = stem;
  for (int n = 2; taken(name); ++n) name = fmt::format("{}-{}", stem, n);
  return name;
}

void write_all_new(const fs::path& directory, const std::map<std::string, std::string>& files) {
  for (const auto& [name, text] : files) is_there(directory / name, text);
  need_writable(directory);
  for (const auto& [name, text] : files) write_new(directory / name, text);
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

void need_usable(const fs::path& directory) {
  fs::path there = fs::absolute(directory).lexically_normal();
  std::error_code error;
  fs::file_status status = fs::symlink_status(there, error);
  while (status.type() == fs::file_type::not_found && there.has_relative_path()) {
    there = there.parent_path();
    status = fs::symlink_status(there, error);
  }
  if (status.type() != fs::file_type::not_found) status = fs::status(there, error);
  if (status.type() == fs::file_type::none)
    throw BadInput(fmt::format("{}: cannot be used: {}", directory.string(), error.message()));
  if (!fs::is_directory(status))
    throw BadInput(fmt::format("{}: cannot be made: {} is not a directory", directory.string(),
                               there.string()));
  // Permissions alone do not say it: try.
  remove_leftovers(there);
  const fs::path probe = there / fmt::format(".mprogcheck-{}.part", ::getpid());
  if (::mkdir(probe.c_str(), 0700) != 0 && errno != EEXIST)
    throw BadInput(fmt::format("{}: nothing can be written in {}: {}; name another directory",
                               directory.string(), there.string(), std::strerror(errno)));
  fs::remove(probe, error);
}

void need_usable_file(const fs::path& file) {
  std::error_code error;
  const fs::path directory = fs::absolute(file).parent_path();
  if (fs::is_directory(file, error) || !file.has_filename())
    throw BadInput(fmt::format("{}: is a directory; name a file", file.string()));
  if (!fs::is_directory(directory, error))
    throw BadInput(fmt::format("{}: cannot be written: {} is not a directory", file.string(),
                               directory.string()));
  if (!fs::exists(file, error)) need_usable(directory);
}

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
}
Progress::~Progress() {
  clear();
}

void Progress::operator()(const std::string& text) {
  unless_interrupted(text);
  show(text);
}

void Progress::show(const std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || (shown_ && now - when_ < std::chrono::milliseconds(50))) return;
  std::fputs(("\r\033[K" + plain_text(text.substr(0, 120))).c_str(), stderr);
  shown_ = true;
  when_ = now;
}

void Progress::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

void flush(FILE* prose) {
  if (std::fflush(prose) != 0)
    throw CannotRun(fmt::format("the report cannot be written: {}", std::strerror(errno)));
}

}  // namespace mprogcheck::cli

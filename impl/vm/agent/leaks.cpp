// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/agent/leaks.hpp"

#include <sys/mount.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace mprogcheck::vm {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSlabs = "/sys/kernel/debug/slab";
constexpr int kTries = 100;

// Files of debugfs and the command line have no size.
std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool tracked() {
  static const bool is = [] {
    if (content("/proc/cmdline").find("slub_debug") == std::string::npos) return false;
    ::mount("debug", "/sys/kernel/debug", "debugfs", 0, nullptr);
    return fs::exists(kSlabs);
  }();
  return is;
}

std::vector<std::string> leaks_now(std::string_view module) {
  std::vector<std::string> out;
  std::error_code none;
  for (const auto& slab : fs::directory_iterator(kSlabs, none))
    for (std::string& one :
         leaks_in(content(slab.path() / "alloc_traces"), module, slab.path().filename().string()))
      out.push_back(std::move(one));
  return out;
}

}  // namespace

// An entry is a line with the number and the caller, then its stack, a line each, then an empty
// line. The innermost function of the module is the one that asked.
std::vector<std::string> leaks_in(std::string_view traces, std::string_view module,
                                  std::string_view slab) {
  const std::string mark = " [" + std::string(module) + "]";
  std::vector<std::string> out;
  while (!traces.empty()) {
    const std::string_view entry = traces.substr(0, traces.find("\n\n"));
    traces.remove_prefix(std::min(traces.size(), entry.size() + 2));
    const std::size_t at = entry.find(mark);
    if (at == entry.npos) continue;
    const std::size_t line = entry.find_last_of("\n ", at - 1) + 1;
    const std::size_t number = entry.find_first_not_of("\n ");
    out.push_back(std::string(slab) + ": " +
                  std::string(entry.substr(number, entry.find(' ', number) - number)) + " of " +
                  std::string(entry.substr(line, at + mark.size() - line)));
  }
  return out;
}

std::vector<std::string> leaks_of(std::string_view module) {
  std::vector<std::string> out;
  if (!tracked()) return out;
  for (int i = 0; i < kTries && !(out = leaks_now(module)).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return out;
}

}  // namespace mprogcheck::vm

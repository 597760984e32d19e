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
constexpr int kSame = 8;
// Of the kernel's own indices, such as that of all devices: what one of ours made them grow by
// stays when that goes. (Whatever has a number of ours is in another slab as well.)
constexpr const char* kShared = "radix_tree_node";
// And of a caller's table of descriptors, when a link needs one more.
constexpr std::string_view kOfCallers[] = {" expand_files+", " alloc_fdtable+"};

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

using Slabs = std::vector<std::string>;

Slabs all_slabs() {
  Slabs out;
  std::error_code none;
  for (const auto& slab : fs::directory_iterator(kSlabs, none))
    if (slab.path().filename() != kShared) out.push_back(slab.path().filename());
  return out;
}

// Leaves those slabs that have some.
std::vector<std::string> leaks_now(std::string_view module, Slabs& slabs) {
  std::vector<std::string> out;
  std::erase_if(slabs, [&](const std::string& name) {
    const auto some = leaks_in(content(fs::path(kSlabs) / name / "alloc_traces"), module, name);
    out.insert(out.end(), some.begin(), some.end());
    return some.empty();
  });
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
    const bool of_caller = std::any_of(std::begin(kOfCallers), std::end(kOfCallers),
                                       [&](auto what) { return entry.find(what) != entry.npos; });
    if (at == entry.npos || of_caller) continue;
    const std::size_t line = entry.find_last_of("\n ", at - 1) + 1;
    const std::size_t number = entry.find_first_not_of("\n ");
    out.push_back(std::string(slab) + ": " +
                  std::string(entry.substr(number, entry.find(' ', number) - number)) + " of " +
                  std::string(entry.substr(line, at + mark.size() - line)));
  }
  return out;
}

// What is freed when no reader can be looking at it any more waits for up to five seconds before
// that, to go with others (kfree_rcu). So what stays the same for a while is looked at again.
std::vector<std::string> leaks_of(std::string_view module) {
  std::vector<std::string> out;
  if (!tracked()) return out;
  Slabs slabs =
      all_slabs();  // to look at all of them takes long, and nothing is allocated any more
  for (int same = 0; same < kSame;) {
    std::vector<std::string> now = leaks_now(module, slabs);
    if (now.empty()) return now;
    same = now == out ? same + 1 : 0;
    out = std::move(now);
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return out;
}

}  // namespace mprogcheck::vm

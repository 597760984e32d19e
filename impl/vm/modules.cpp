// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/modules.hpp"

#include "impl/read_file.hpp"
#include "impl/target.hpp"
#include "impl/vm/bzimage.hpp"

namespace mprogcheck::vm {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostOfModule = 64U << 20;

template <class Files>
fs::path found(std::string_view name, const fs::path& folder) {
  std::error_code none;
  for (const auto& entry : Files(folder, none))
    if (is_module(entry.path(), name)) return entry.path();
  return {};
}

// As modinfo(8) tells it: all values of a field that the module has.
std::vector<std::string> information(const fs::path& module, std::string_view field) {
  std::string bytes;
  try {
    bytes = read_file(module, kMostOfModule);
  } catch (const Unreadable& e) {
    throw CannotRun(e.what());
  }
  const std::string mark = std::string(1, '\0') + std::string(field) + "=";
  std::vector<std::string> values;
  for (auto at = bytes.find(mark); at != bytes.npos; at = bytes.find(mark, at)) {
    at += mark.size();
    values.emplace_back(bytes.c_str() + at);
  }
  return values;
}

}  // namespace

ModuleFiles modules_of(const fs::path& image) {
  const fs::path folder = fs::absolute(image).parent_path();
  std::vector<fs::path> trees{folder};
  if (folder.filename() == "boot")
    for (const char* modules : {"usr/lib/modules", "lib/modules"})
      trees.push_back(folder.parent_path() / modules / read_bzimage(image).uname);
  ModuleFiles out;
  for (const std::string_view name : kModules) {
    fs::path file = found<fs::directory_iterator>(name, folder);
    for (const fs::path& tree : trees)
      if (file.empty()) file = found<fs::recursive_directory_iterator>(name, tree / "kernel");
    if (!file.empty()) out.emplace_back(name, file);
  }
  return out;
}

std::string release_of_module(const fs::path& module) {
  const auto vermagic = information(module, "vermagic");
  if (vermagic.empty()) throw CannotRun(module.string() + " is no kernel module");
  return vermagic[0].substr(0, vermagic[0].find(' '));
}

std::set<std::string> faults_of_module(const fs::path& module) {
  const auto faults = information(module, "fault");
  return {faults.begin(), faults.end()};
}

}  // namespace mprogcheck::vm

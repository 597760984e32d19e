// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/modules.hpp"

#include <fstream>
#include <iterator>

#include "impl/target.hpp"
#include "impl/vm/bzimage.hpp"

namespace mprogcheck::vm {
namespace fs = std::filesystem;
namespace {

template <class Files>
fs::path found(std::string_view name, const fs::path& folder) {
  std::error_code none;
  for (const auto& entry : Files(folder, none))
    if (is_module(entry.path(), name)) return entry.path();
  return {};
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
  constexpr std::string_view kMark = "vermagic=";
  std::ifstream in(module, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const auto at = bytes.find(kMark);
  if (at == bytes.npos) throw CannotRun(module.string() + " is no kernel module");
  const auto begin = at + kMark.size();
  return bytes.substr(begin, bytes.find(' ', begin) - begin);
}

}  // namespace mprogcheck::vm

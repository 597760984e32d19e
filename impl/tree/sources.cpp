// SPDX-License-Identifier: GPL-2.0-only
#include "impl/tree/sources.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>
#include <sstream>
#include <vector>

#include "impl/process.hpp"
#include "impl/read_file.hpp"
#include "impl/target.hpp"
#include "model/words/dialect.hpp"
#include "model/words/plain_text.hpp"

namespace mprogcheck::tree {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostOfFile = 4U << 20;

constexpr const char* kMakefile = "Makefile";
constexpr const char* kMprog = "kernel/bpf/mprog.c";
constexpr const char* kMprogHeader = "include/linux/bpf_mprog.h";
constexpr const char* kUapi = "include/uapi/linux/bpf.h";
// Without it there are no qdiscs.
constexpr const char* kQdiscs = "net/sched/sch_ingress.c";
constexpr std::array kNeeded = {kMprog, kMprogHeader, "kernel/bpf/tcx.c", "include/net/tcx.h",
                                kUapi};

constexpr const char* kHowToGet =
    "give the folder that has the sources of Linux, or a series that Debian has, as tree:7.3";

bool is_file(const fs::path& path) {
  std::error_code none;
  return fs::is_regular_file(path, none);
}

std::string text_of(const fs::path& file) {
  try {
    return read_file(file, kMostOfFile);
  } catch (const Unreadable& e) {
    throw CannotRun(e.what());
  }
}

// VERSION, PATCHLEVEL, SUBLEVEL and EXTRAVERSION of its first lines; empty if they are not there.
std::string release_of(const std::string& makefile) {
  const auto value = [&](const std::string& name) -> std::string {
    std::smatch found;
    const std::regex line("(^|\n)" + name + " *= *([-0-9a-z.]*)");
    return std::regex_search(makefile, found, line) ? found[2].str() : "";
  };
  const std::string version = value("VERSION"), patchlevel = value("PATCHLEVEL");
  if (version.empty() || patchlevel.empty()) return {};
  const std::string sublevel = value("SUBLEVEL");
  return version + "." + patchlevel + "." + (sublevel.empty() ? "0" : sublevel) +
         value("EXTRAVERSION");
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw CannotRun("could not write " + file.string());
}

// The header with another length of lists; empty if it does not say how long they are.
std::string with_slots(const std::string& header, unsigned slots) {
  static const std::regex length("(#define[ \t]+BPF_MPROG_MAX[ \t]+)[0-9]+");
  if (!std::regex_search(header, length)) return {};
  return std::regex_replace(header, length, "$01" + std::to_string(slots),
                            std::regex_constants::format_first_only);
}

// Lines of no more than so many columns and bytes in all.
std::string shortened(const std::string& text) {
  constexpr std::size_t kMostLines = 6, kMostColumns = 200;
  std::istringstream lines(plain_text(text));
  std::string out, line;
  for (std::size_t n = 0; n < kMostLines && std::getline(lines, line); ++n)
    out += "\n  " + line.substr(0, kMostColumns);
  return out;
}

// Each occurrence of the text, left out.
std::string without(std::string text, const std::string& what) {
  for (std::size_t at; (at = text.find(what)) != std::string::npos;) text.erase(at, what.size());
  return text;
}

}  // namespace

std::vector<std::string> wanted_files() {
  std::vector<std::string> out{kMakefile, kQdiscs};
  out.insert(out.end(), kNeeded.begin(), kNeeded.end());
  return out;
}

Sources read_sources(const fs::path& folder) {
  std::error_code none;
  if (!fs::is_directory(folder, none))
    throw CannotRun("there is no folder " + folder.string() + "; " + kHowToGet);
  Sources out;
  out.folder = folder;
  if (is_file(folder / kMakefile)) out.release = release_of(text_of(folder / kMakefile));
  if (out.release.empty() || !fs::is_directory(folder / "kernel", none))
    throw CannotRun(folder.string() +
                    " is no kernel tree: it has no Makefile that names a release, or no folder "
                    "'kernel'; " +
                    kHowToGet);
  if (!is_file(folder / kMprog))
    throw CannotRun("Linux " + out.release + " in " + folder.string() +
                    " is too old for tcx: it has no " + kMprog +
                    ", which Linux 6.6 and newer have");
  for (const char* const name : kNeeded) {
    if (!is_file(folder / name))
      throw CannotRun("the kernel tree " + folder.string() + " has no " + name + "; " + kHowToGet);
    out.files[name] = text_of(folder / name);
  }
  if (is_file(folder / kQdiscs)) out.files[kQdiscs] = text_of(folder / kQdiscs);
  return out;
}

Builder::Builder(Sources sources, BuildOptions options)
    : sources_(std::move(sources)), options_(std::move(options)) {}

const Descriptor& Builder::library(std::uint8_t capacity) {
  const std::scoped_lock lock(mutex_);
  const auto found = libraries_.find(capacity);
  if (found != libraries_.end()) return found->second;
  return libraries_.emplace(capacity, build(capacity)).first->second;
}

std::string Builder::without_folder(std::string text) const {
  // Also that of the tool, in front of what is meant to be seen from there.
  for (const fs::path& folder : {work_.path() / "tree", options_.shim, fs::current_path()})
    text = without(std::move(text), folder.string() + "/");
  return text;
}

Descriptor Builder::build(std::uint8_t capacity) {
  const fs::path copy = work_.path() / "tree",
                 library = work_.path() / (std::to_string(capacity) + ".so");
  for (const auto& [name, text] : sources_.files) {
    const bool other = name == kMprogHeader && capacity != kMaxCapacity;
    const std::string changed = other ? with_slots(text, capacity + 1U) : text;
    if (changed.empty())
      throw CannotRun(
          std::string(kMprogHeader) +
          " does not define BPF_MPROG_MAX as a number, so lists are as long as it says");
    write(copy / name, changed);
  }
  const auto says = [&](const char* file, const char* word) {
    return sources_.files.at(file).find(word) != std::string::npos;
  };
  std::vector<std::string> line{"gcc",
                                "-std=gnu11",
                                "-O2",
                                "-g",
                                "-w",
                                "-fPIC",
                                "-shared",
                                "-fno-strict-aliasing",
                                "-fwrapv",
                                "-fvisibility=hidden",
                                "-Wl,-z,defs",
                                "-Werror=implicit-function-declaration",
                                "-Werror=incompatible-pointer-types",
                                "-Werror=int-conversion",
                                "-DCONFIG_NET_XGRESS",
                                "-DCONFIG_BPF_SYSCALL",
                                "-fmacro-prefix-map=" + copy.string() + "/=",
                                "-fdebug-prefix-map=" + copy.string() + "/=",
                                "-I" + options_.shim.string(),
                                "-I" + (copy / "include").string()};
  // What the tree has, which the front of bpf(2) in the shim has to know of.
  if (says(kMprogHeader, "bpf_mprog_detach_empty")) line.emplace_back("-DTREE_DETACH_EMPTY");
  static const std::regex path_fd("path_fd;[^}]*}[ \t]*uprobe_multi;");
  if (std::regex_search(sources_.files.at(kUapi), path_fd))
    line.emplace_back("-DTREE_UPROBE_PATH_FD");
  if (sources_.files.contains(kQdiscs)) line.emplace_back("-DTREE_QDISCS");
  if (options_.sanitize)
    line.insert(line.end(), {"-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                             "-fno-omit-frame-pointer"});
  if (options_.coverage)
    line.insert(line.end(), {"-O0", "--coverage", "-fprofile-info-section=gcov_info",
                             "-fprofile-update=single", "-DTREE_COVERAGE"});
  for (const auto& [name, text] : sources_.files)
    if (name.ends_with(".c")) line.push_back((copy / name).string());
  std::vector<std::string> shim;
  for (const auto& entry : fs::directory_iterator(options_.shim))
    if (entry.path().extension() == ".c") shim.push_back(entry.path().string());
  std::sort(shim.begin(), shim.end());
  line.insert(line.end(), shim.begin(), shim.end());
  line.insert(line.end(), {"-o", library.string()});
  ProgramResult compiled;
  try {
    compiled = run_process(line, {.limit = std::chrono::seconds(120)});
  } catch (const CannotRun&) {
    throw CannotRun("there is no gcc, which compiles the files of a kernel tree (Debian: gcc)");
  }
  if (compiled.status != 0) {
    throw CannotRun("the files of Linux " + sources_.release + " in " + sources_.folder.string() +
                    " do not compile: " + complaint_in(without_folder(compiled.output)));
  }
  Descriptor out(::open(library.c_str(), O_RDONLY | O_CLOEXEC));
  if (!out.is_open()) throw CannotRun("the compiler wrote no " + library.string());
  return out;
}

std::string complaint_in(const std::string& output) {
  // What the file wants and the shim has not; the words are gcc's, ld's and those of cpp.
  static const std::pair<std::regex, const char*> kMissing[] = {
      {std::regex("implicit declaration of function [‘']([A-Za-z0-9_]+)"), "the function "},
      {std::regex("undefined reference to [`'‘]([A-Za-z0-9_]+)"), "the function "},
      {std::regex("fatal error: ([^:\n]+): No such file"), "the header "},
      {std::regex("unknown type name [‘']([A-Za-z0-9_]+)"), "the type "},
      {std::regex("[‘']([A-Za-z0-9_]+)[’'] undeclared"), "the symbol "},
      {std::regex("[‘'](?:const )?((?:struct|union) [A-Za-z0-9_]+)[’'] has no member named "
                  "[‘']([A-Za-z0-9_]+)"),
       "in "},
  };
  const std::pair<std::regex, const char*>* what = nullptr;
  std::smatch first;
  for (const auto& missing : kMissing) {
    std::smatch found;
    if (!std::regex_search(output, found, missing.first)) continue;
    if (what && first.position() <= found.position()) continue;
    what = &missing, first = found;
  }
  std::istringstream lines(output);
  std::string errors, line;
  while (std::getline(lines, line))
    if (line.find("error") != std::string::npos || line.find("undefined") != std::string::npos)
      errors += line + "\n";
  const std::string words = shortened(errors.empty() ? output : errors);
  if (!what) return "the compiler says:" + words;
  const std::string symbol =
      first.size() > 2 ? first[1].str() + " the member " + first[2].str() : first[1].str();
  return what->second + symbol +
         " is missing, which nothing in the tree's files or in mprogcheck's shim of a kernel "
         "(impl/tree/shim) has:" +
         words;
}

}  // namespace mprogcheck::tree

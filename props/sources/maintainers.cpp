// SPDX-License-Identifier: GPL-2.0-only
#include "props/sources/maintainers.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <sstream>

#include "impl/process.hpp"
#include "impl/read_file.hpp"
#include "impl/target.hpp"

namespace mprogcheck::sources {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongest = 16U << 20;
constexpr std::chrono::seconds kPatience{60};

void add(std::vector<std::string>& to, const std::string& address) {
  if (std::find(to.begin(), to.end(), address) == to.end()) to.push_back(address);
}

// A folder means all below it; a star stops at a slash.
bool matches(const std::string& pattern, const std::string& file) {
  if (!pattern.ends_with('/')) return fnmatch(pattern.c_str(), file.c_str(), FNM_PATHNAME) == 0;
  const auto slashes = std::count(pattern.begin(), pattern.end(), '/');
  std::size_t end = 0;
  for (std::ptrdiff_t i = 0; i < slashes; ++i) {
    end = file.find('/', end);
    if (end == file.npos) return false;
    ++end;
  }
  return fnmatch(pattern.c_str(), file.substr(0, end).c_str(), FNM_PATHNAME) == 0;
}

struct Section {
  std::string title;
  std::vector<std::string> maintainers, others, files, excluded;

  bool concerns(const std::vector<std::string>& asked) const {
    const auto among = [](const std::vector<std::string>& patterns, const std::string& file) {
      return std::any_of(patterns.begin(), patterns.end(),
                         [&](const std::string& p) { return matches(p, file); });
    };
    if (title == "THE REST") return true;
    return std::any_of(asked.begin(), asked.end(), [&](const std::string& file) {
      return among(files, file) && !among(excluded, file);
    });
  }
};

}  // namespace

Recipients recipients_in(std::string_view maintainers, const std::vector<std::string>& files) {
  std::vector<Section> sections;
  std::istringstream in{std::string(maintainers)};
  for (std::string line, before; std::getline(in, line); before = line) {
    if (line.size() < 3 || line[1] != ':') continue;
    if (before.size() < 2 || before[1] != ':') sections.push_back({before, {}, {}, {}, {}});
    if (sections.empty()) continue;
    std::string value = line.substr(std::min(line.find_first_not_of(" \t", 2), line.size()));
    value.erase(value.find_last_not_of(" \t\r") + 1);
    Section& s = sections.back();
    if (line[0] == 'L') value = value.substr(0, value.find(' '));
    if (value.empty()) continue;
    if (line[0] == 'M') s.maintainers.push_back(value);
    if (line[0] == 'R' || line[0] == 'L') s.others.push_back(value);
    if (line[0] == 'F') s.files.push_back(value);
    if (line[0] == 'X') s.excluded.push_back(value);
  }
  Recipients out;
  for (const Section& s : sections) {
    if (!s.concerns(files)) continue;
    if (s.title != "THE REST")
      for (const std::string& m : s.maintainers) add(out.to, m);
    for (const std::string& o : s.others) add(out.cc, o);
  }
  return out;
}

Recipients recipients_printed(std::string_view lines) {
  Recipients out;
  std::istringstream in{std::string(lines)};
  for (std::string line; std::getline(in, line);) {
    // The name may have parentheses as well.
    const std::size_t mark = line.find('>');
    const std::size_t role = line.find(" (", mark == line.npos ? 0 : mark);
    const std::string address = line.substr(0, role);
    if (address.find('@') == address.npos) continue;
    const bool leads = role != line.npos && (line.compare(role, 13, " (maintainer:") == 0 ||
                                             line.compare(role, 12, " (supporter:") == 0);
    add(leads ? out.to : out.cc, address);
  }
  return out;
}

Recipients recipients(const fs::path& tree, const std::vector<std::string>& files) {
  const fs::path list = tree / "MAINTAINERS", script = tree / "scripts" / "get_maintainer.pl";
  std::string text;
  try {
    text = read_file(list, kLongest);
  } catch (const Unreadable& e) {
    throw CannotRun(std::string(e.what()) + "; name a kernel tree with --tree");
  }
  std::error_code none;
  if (fs::exists(script, none)) try {
      // It works in the tree, and looks at no history.
      std::vector<std::string> command{"env",
                                       "-C",
                                       fs::absolute(tree).string(),
                                       "perl",
                                       "scripts/get_maintainer.pl",
                                       "--no-git",
                                       "--no-git-fallback",
                                       "--rolestats",
                                       "--no-keywords"};
      for (const std::string& f : files)
        if (fs::exists(tree / f, none)) command.insert(command.end(), {"-f", f});
      std::string errors;
      const ProgramResult r =
          run_process(command, {.limit = kPatience, .tick = {}, .errors = &errors});
      if (const Recipients out = recipients_printed(r.output); r.status == 0 && out != Recipients{})
        return out;
    } catch (const CannotRun&) {
      // There is no perl.
    }
  return recipients_in(text, files);
}

}  // namespace mprogcheck::sources

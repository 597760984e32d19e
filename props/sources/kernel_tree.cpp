// SPDX-License-Identifier: GPL-2.0-only
#include "props/sources/kernel_tree.hpp"

#include <zlib.h>

#include <charconv>
#include <sstream>

#include "impl/read_file.hpp"
#include "impl/target.hpp"

namespace mprogcheck::sources {
namespace {

constexpr std::size_t kMostOfSource = 64U << 20;  // and of a manual page

std::optional<std::string> source_file(const std::filesystem::path& path) {
  try {
    return read_file(path, kMostOfSource);
  } catch (const Unreadable&) {
    return std::nullopt;
  }
}

// "VERSION = 6" in the first lines of the Makefile.
std::optional<int> number_of(const std::string& makefile, const std::string& name) {
  std::istringstream lines(makefile);
  std::string line;
  while (std::getline(lines, line)) {
    int number = 0;
    if (!line.starts_with(name + " = ")) continue;
    const char* const from = line.data() + name.size() + 3;
    if (std::from_chars(from, line.data() + line.size(), number).ec == std::errc{}) return number;
  }
  return std::nullopt;
}

Release release_of(const std::filesystem::path& tree) {
  const auto makefile = source_file(tree / "Makefile");
  const auto version = makefile ? number_of(*makefile, "VERSION") : std::nullopt;
  const auto patchlevel = makefile ? number_of(*makefile, "PATCHLEVEL") : std::nullopt;
  if (!version || !patchlevel || !std::filesystem::is_directory(tree / "kernel/bpf"))
    throw CannotRun(tree.string() + ": is no kernel tree; name the folder that has its Makefile");
  return {*version, *patchlevel};
}

bool is_word(char c) {
  return is_identifier({&c, 1});
}

// As it is filled into lines, which end anywhere: one blank between two words.
std::string filled(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char blank = c == '\n' || c == '\t' ? ' ' : c;
    if (blank != ' ' || !out.ends_with(' ')) out += blank;
  }
  return out;
}

// Where manual pages are, unless the user says.
constexpr std::string_view kManFolders[] = {"/usr/share/man", "/usr/local/share/man"};

}  // namespace

std::optional<Release> release_from(std::string_view text) {
  Release release;
  const char* const end = text.data() + text.size();
  const auto [dot, failed] = std::from_chars(text.data(), end, release.version);
  if (failed != std::errc{} || dot == end || *dot != '.') return std::nullopt;
  if (std::from_chars(dot + 1, end, release.patchlevel).ec != std::errc{}) return std::nullopt;
  return release;
}

bool has(std::string_view text, std::string_view word) {
  if (!is_identifier(word)) return text.find(word) != std::string_view::npos;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end])))
      return true;
  }
  return false;
}

std::string without_markup(std::string_view roff) {
  std::string out;
  for (std::size_t i = 0; i < roff.size(); ++i) {
    const bool line_begins = i == 0 || roff[i - 1] == '\n';
    // A request such as ".BR bpf (2)": its arguments are text.
    if (line_begins && (roff[i] == '.' || roff[i] == '\'')) {
      while (i < roff.size() && roff[i] != ' ' && roff[i] != '\n') ++i;
      if (i < roff.size() && roff[i] == '\n') out += '\n';
      continue;
    }
    if (roff[i] == '"') continue;
    if (roff[i] != '\\') {
      out += roff[i];
      continue;
    }
    const char escape = ++i < roff.size() ? roff[i] : '\n';
    if (escape == '-') out += '-';
    if (escape == 'e') out += '\\';
    // A character by name, as \(aq or \[aq]; a font, as \fB, \f(CW or \f[B]; a string, as \*x.
    const bool font = escape == 'f' || escape == '*';
    if (font) ++i;
    const char opens = i < roff.size() ? roff[i] : '\n';
    std::string_view name;
    if (opens == '(') {
      name = roff.substr(i + 1, 2);
      i += 2;
    } else if (opens == '[') {
      name = roff.substr(i + 1, roff.find(']', i) - i - 1);
      i += name.size() + 1;
    }
    if (!font && name == "aq") out += '\'';
  }
  return filled(out);
}

std::optional<std::string> read_page(const std::filesystem::path& path) {
  if (std::error_code none; !std::filesystem::is_regular_file(path, none)) return std::nullopt;
  const gzFile in = gzopen(path.c_str(), "rb");
  if (!in) return std::nullopt;
  std::string text;
  char part[1 << 14];
  int got = 0;
  while (text.size() <= kMostOfSource && (got = gzread(in, part, sizeof part)) > 0)
    text.append(part, static_cast<std::size_t>(got));
  const bool whole = got == 0;
  gzclose(in);
  return whole ? std::optional(std::move(text)) : std::nullopt;
}

Library::Library(std::filesystem::path tree, std::filesystem::path man)
    : tree_(std::move(tree)), man_(std::move(man)), release_(release_of(tree_)) {
  if (!man_.empty() && !std::filesystem::is_directory(man_))
    throw CannotRun(man_.string() +
                    ": is no folder of manual pages; it has to have man2, man7 and so on");
}

const std::optional<std::string>& Library::file(const std::string& path) {
  const auto [it, first] = files_.try_emplace(path);
  if (first) it->second = source_file(tree_ / path);
  return it->second;
}

// "bpf(2)" is man2/bpf.2.gz.
const std::optional<std::string>& Library::page(const std::string& page) {
  const auto [it, first] = pages_.try_emplace(page);
  if (!first) return it->second;
  const auto open = page.find('(');
  const std::string section = page.substr(open + 1, 1), name = page.substr(0, open) + "." + section;
  std::vector<std::filesystem::path> folders(std::begin(kManFolders), std::end(kManFolders));
  if (!man_.empty()) folders = {man_};
  for (const auto& folder : folders)
    for (const char* ending : {"", ".gz"})
      if (const auto path = folder / ("man" + section) / (name + ending);
          !it->second && std::filesystem::exists(path))
        if (const auto text = read_page(path)) it->second = without_markup(*text);
  return it->second;
}

Found Library::look_up(const Reference& r) {
  const std::string place(r.place);
  if (r.kind == Reference::Kind::man) {
    const auto& text = page(place);
    return !text ? Found::elsewhere : has(*text, r.word) ? Found::yes : Found::no;
  }
  if (r.kind != Reference::Kind::file) return Found::elsewhere;
  const auto since = release_from(r.since);
  if (since && *since > release_) return Found::younger;
  const auto& text = file(place);
  return text && has(*text, r.word) ? Found::yes : Found::no;
}

std::string Library::why_not(const Reference& r) {
  const std::string place(r.place);
  if (r.kind == Reference::Kind::file && !file(place)) return "the tree has no such file";
  return r.kind == Reference::Kind::man ? "the page has no such word" : "the file has no such word";
}

}  // namespace mprogcheck::sources

// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/pieces.hpp"

#include <algorithm>
#include <cctype>

#include "runtime.hpp"

namespace mprogcheck::repro {
namespace {

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string trimmed(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return text;
}

// The names that a definition of C introduces, by what stands behind them.
std::vector<std::string> defined_by(std::string_view code) {
  std::vector<std::string> out;
  int braces = 0, brackets = 0;
  const bool is_enum = code.substr(0, 4) == "enum";
  bool assigned = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '{' || c == '}') braces += c == '{' ? 1 : -1;
    if (c == '[' || c == ']') brackets += c == '[' ? 1 : -1;
    if (c == '=') assigned = true;
    if ((c == ',' || c == ';') && braces == (is_enum ? 1 : 0)) assigned = false;
    if (!is_name(c)) continue;
    std::size_t end = i;
    while (end < code.size() && is_name(code[end])) ++end;
    const std::string_view name = code.substr(i, end - i);
    const std::size_t next = std::min(code.find_first_not_of(" \t\n", end), code.size() - 1);
    const char behind = code[next];
    i = end - 1;
    if (assigned || brackets) continue;
    if (braces == 1 && is_enum) out.emplace_back(name);
    if (braces) continue;
    const std::string before = trimmed(std::string(code.substr(0, end - name.size())));
    if (before == "struct" && behind == '{') out.emplace_back(name);
    if (behind == '[' || behind == '=' || behind == ';' || behind == ',') out.emplace_back(name);
    if (behind == '(') {
      out.emplace_back(name);
      break;
    }
  }
  return out;
}

void add_names(std::string_view code, std::vector<std::string>& out) {
  for (const std::string_view name : names_in(code)) out.emplace_back(name);
}

// Lines of the preprocessor, each a piece.
void add_directives(const std::vector<std::string>& lines, std::vector<Piece>& out) {
  std::string remark;
  bool first = true;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i][0] != '#') {
      remark += lines[i] + "\n";
      continue;
    }
    Piece piece;
    piece.text = lines[i];
    while (piece.text.back() == '\\') piece.text += "\n" + lines[++i];
    const std::string code = code_of(piece.text);
    if (code.substr(0, 8) == "#include") {
      const std::size_t remarks = std::min(piece.text.find("//"), piece.text.size());
      add_names(std::string_view(piece.text).substr(remarks), piece.defines);
      piece.text = trimmed(piece.text.substr(0, remarks));
    } else {
      std::vector<std::string_view> names = names_in(code);
      piece.defines.emplace_back(names.at(1));  // behind `define`
      piece.uses.assign(names.begin() + 2, names.end());
    }
    piece.remark = remark;
    piece.joined = !first;
    first = false;
    out.push_back(std::move(piece));
  }
}

void add_paragraph(const std::string& text, std::vector<Piece>& out) {
  const std::string code = code_of(text);
  const std::size_t start = code.find_first_not_of(" \t\n");
  if (start == std::string::npos) return;  // the comment at the head of a file
  if (code[start] == '#') return add_directives(lines_of(text), out);
  Piece piece;
  piece.text = trimmed(text);
  piece.defines = defined_by(std::string_view(code).substr(start));
  add_names(code, piece.uses);
  out.push_back(std::move(piece));
}

}  // namespace

std::string code_of(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text.substr(i, 2) == "//") {
      end = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "/*") {
      end = std::min(text.find("*/", i + 2), text.size() - 2) + 2;
    } else if (text[i] == '"' || text[i] == '\'') {
      while (end < text.size() && text[end] != text[i]) end += text[end] == '\\' ? 2 : 1;
      ++end;
    } else {
      ++i;
      continue;
    }
    for (; i < std::min(end, text.size()); ++i)
      if (text[i] != '\n') out[i] = ' ';
  }
  return out;
}

std::vector<std::string_view> names_in(std::string_view code) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (!is_name(code[i])) continue;
    std::size_t end = i;
    while (end < code.size() && is_name(code[end])) ++end;
    const bool member = i > 0 && (code[i - 1] == '.' || (i > 1 && code.substr(i - 2, 2) == "->"));
    if (!member && std::isdigit(static_cast<unsigned char>(code[i])) == 0)
      out.push_back(code.substr(i, end - i));
    i = end - 1;
  }
  return out;
}

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> out;
  const std::vector<std::string> lines = lines_of(text), code = lines_of(code_of(text));
  std::string paragraph;
  int braces = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const char c : code[i]) braces += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (braces == 0 && lines[i].empty()) {
      add_paragraph(paragraph, out);
      paragraph.clear();
    } else {
      paragraph += lines[i] + "\n";
    }
  }
  add_paragraph(paragraph, out);
  return out;
}

std::string without_ifdefs(std::string_view text, const std::set<std::string_view>& defined) {
  std::string out;
  std::vector<bool> kept;  // what is behind each #ifdef that is open
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("#ifdef "))
      kept.push_back(defined.contains(std::string_view(line).substr(7)));
    else if (line == "#else")
      kept.back() = !kept.back();
    else if (line == "#endif")
      kept.pop_back();
    else if (std::find(kept.begin(), kept.end(), false) == kept.end())
      out += line + "\n";
  }
  return out;
}

std::string with_runtime(std::string_view declarations, std::string_view text,
                         const std::set<std::string_view>& defined) {
  std::vector<Piece> all = pieces_of(kRuntime[0]);
  for (Piece& piece : pieces_of(declarations)) all.push_back(std::move(piece));
  for (std::size_t i = 1; i < std::size(kRuntime); ++i)
    for (Piece& piece : pieces_of(without_ifdefs(kRuntime[i], defined)))
      all.push_back(std::move(piece));

  std::vector<bool> used(all.size());
  std::set<std::string, std::less<>> names;
  const auto add = [&](std::string_view name) {
    names.emplace(name);
    // Errors are too many to be told behind their header.
    if (name[0] == 'E' && std::none_of(name.begin(), name.end(), [](char c) {
          return c == '_' || std::islower(static_cast<unsigned char>(c));
        }))
      names.emplace("errno");
  };
  const std::string code = code_of(text);
  for (const std::string_view name : names_in(code)) add(name);
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& defines = all[i].defines;
      if (used[i] || (!defines.empty() &&
                      std::none_of(defines.begin(), defines.end(),
                                   [&](const std::string& d) { return names.contains(d); })))
        continue;
      used[i] = more = true;
      for (const std::string& name : all[i].uses) add(name);
    }
  }
  std::string out;
  bool begun = false;  // a group of joined pieces
  bool lines = false;  // what is written last is a definition of a line or two
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].joined) begun = false;
    if (!used[i]) continue;
    const bool line = std::count(all[i].text.begin(), all[i].text.end(), '\n') < 2 &&
                      all[i].text.substr(0, 8) != "#include";
    const bool close = begun || (line && lines && all[i].remark.empty());
    if (!close) out += (out.empty() ? "" : "\n") + all[i].remark;
    begun = true;
    lines = line;
    out += all[i].text + "\n";
  }
  return out + "\n" + std::string(text);
}

std::span<const std::string_view> runtime_files() {
  return kRuntime;
}

}  // namespace mprogcheck::repro

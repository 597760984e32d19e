// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/narrow.hpp"

#include <algorithm>

namespace mprogcheck::repro {
namespace {

struct Break {
  std::size_t at = 0;  // the rest begins here; 0: there is none
  enum class Where { code, string, comment } where{};
};

// The best place at which no more than `most` columns stand in front, if the line begins in a
// comment or not. Comma over blank over string.
Break break_of(const std::string& line, std::size_t most, bool in_comment) {
  Break code, comma, string, comment;
  const std::size_t indent = std::min(line.find_first_not_of(" \t*"), line.size());
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    // Up to a blank that goes, before a backslash in a directive, or a quote behind the blank.
    const std::size_t taken =
        columns(std::string_view(line).substr(0, i)) + (line[0] == '#' ? 2 : 0);
    const bool fits = taken + (quote ? 2 : 0) <= most;
    const char c = line[i];
    if (in_comment) {
      if (fits && c == ' ' && i > indent) comment = {i + 1, Break::Where::comment};
      if (line.compare(i, 2, "*/") == 0) in_comment = false, ++i;
    } else if (quote) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      } else if (fits && quote == '"' && c == ' ') {
        string = {i + 1, Break::Where::string};
      }
    } else if (line.compare(i, 2, "/*") == 0) {
      in_comment = true, ++i;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (fits && c == ' ' && i > indent) {
      (line[i - 1] == ',' ? comma : code) = {i + 1, Break::Where::code};
    }
  }
  // A comma that leaves most of the line empty is a worse place.
  if (comma.at && comma.at * 2 > std::max(code.at, string.at)) return comma;
  if (code.at && code.at * 2 > string.at) return code;
  return string.at ? string : code.at ? code : comment;
}

bool ends_in_comment(std::string_view line, bool in_comment) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string_view two = line.substr(i, 2);
    if (in_comment) {
      if (two == "*/") in_comment = false, ++i;
    } else if (quote) {
      if (line[i] == '\\')
        ++i;
      else if (line[i] == quote)
        quote = 0;
    } else if (two == "/*") {
      in_comment = true, ++i;
    } else if (two == "//") {
      return false;
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    }
  }
  return in_comment;
}

}  // namespace

std::size_t columns(std::string_view line) {
  std::size_t out = 0;
  for (const char c : line) out = c == '\t' ? (out / 8 + 1) * 8 : out + 1;
  return out;
}

std::string narrow_c(std::string_view program, std::size_t most) {
  std::string out;
  bool in_comment = false;
  for (std::size_t begin = 0; begin < program.size();) {
    const std::size_t end = std::min(program.find('\n', begin), program.size());
    std::string line(program.substr(begin, end - begin));
    begin = end + 1;
    const std::string indent = line.substr(0, std::min(line.find_first_not_of("\t "), line.size()));
    const bool directive = line.starts_with('#');
    while (columns(line) > most) {
      const Break b = break_of(line, most, in_comment);
      if (b.at == 0) break;
      std::string front = line.substr(0, b.at), rest = line.substr(b.at);
      const bool opens = b.where == Break::Where::comment && !in_comment;
      in_comment = ends_in_comment(front, in_comment);
      front.erase(front.find_last_not_of(' ') + 1);
      std::string next = indent + "\t";
      if (b.where == Break::Where::string)
        front += line[b.at - 1] == ' ' ? " \"" : "\"", rest = '"' + rest;
      if (b.where == Break::Where::comment)
        next = opens || indent.empty() ? indent + " * " : indent + "* ";
      if (b.where == Break::Where::comment && !opens && indent.ends_with(' ')) next = indent + "* ";
      out += front + (directive && b.where != Break::Where::comment ? " \\\n" : "\n");
      line = next + rest;
    }
    in_comment = ends_in_comment(line, in_comment);
    out += line + "\n";
  }
  return out;
}

}  // namespace mprogcheck::repro

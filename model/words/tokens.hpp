// SPDX-License-Identifier: GPL-2.0-only
// Words, names and numbers of one line of text, and complaints that say where they stand.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/text.hpp"

namespace mprogcheck::tokens {

struct Token {
  std::string_view text;
  std::size_t column;  // from 1
};

struct Where {
  std::string_view file;
  std::size_t line;
};

[[noreturn]] inline void fail(const Where& at, std::size_t column, const std::string& what) {
  throw ParseError(std::string(at.file) + ":" + std::to_string(at.line) + ":" +
                   std::to_string(column) + ": " + what);
}

inline std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text.substr(0, 40)) out += (c >= ' ' && c < 127) ? c : '?';
  return out + (text.size() > 40 ? "...'" : "'");
}

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

inline std::string_view trimmed(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

inline std::vector<Token> tokens_of(std::string_view line) {
  std::vector<Token> out;
  for (std::size_t i = 0; i < line.size();) {
    if (is_space(line[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < line.size() && !is_space(line[end])) ++end;
    out.push_back({line.substr(i, end - i), i + 1});
    i = end;
  }
  return out;
}

// The words of the line at hand, taken one by one.
class LineReader {
 protected:
  explicit LineReader(std::string_view file) : at_{file, 0} {}

  // The number in a name such as p7; the text is all or the first part of the token.
  std::uint8_t indexed(Token at, std::string_view text, char kind, std::size_t limit) {
    std::size_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data() + (text.empty() ? 0 : 1), text.data() + text.size(), value);
    const bool is_name = text.size() > 1 && text[0] == kind && error == std::errc{} &&
                         end == text.data() + text.size() && (text[1] != '0' || text.size() == 2);
    if (!is_name || value >= limit)
      fail(at_, at.column,
           "expected a name from " + std::string(1, kind) + "0 to " + kind +
               std::to_string(limit - 1) + ", not " + quoted(text));
    return static_cast<std::uint8_t>(value);
  }

  // Whether the token looks like such a name, however large its number.
  static bool is_name(Token t, char kind) {
    return t.text.size() > 1 && t.text[0] == kind && t.text[1] >= '0' && t.text[1] <= '9';
  }

  std::uint64_t number(Token t, std::uint64_t least, std::uint64_t most) {
    std::string_view digits = t.text;
    const bool hex = digits.starts_with("0x");
    if (hex) digits.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || end != digits.data() + digits.size() || value < least ||
        value > most)
      fail(at_, t.column,
           "expected a number from " + std::to_string(least) + " to " + std::to_string(most) +
               ", not " + quoted(t.text));
    return value;
  }

  Token need(const std::string& what) {
    if (next_ >= tokens_.size() || tokens_[next_].text == "=>")
      fail(at_, next_ < tokens_.size() ? tokens_[next_].column : end_column_, "expected " + what);
    return tokens_[next_++];
  }

  void no_more() {
    if (next_ < tokens_.size())
      fail(at_, tokens_[next_].column, "did not expect " + quoted(tokens_[next_].text));
  }

  Where at_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t end_column_ = 1;
};

}  // namespace mprogcheck::tokens

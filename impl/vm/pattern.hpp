// SPDX-License-Identifier: GPL-2.0-only
// Extended regular expressions of POSIX (regex(7)), by the C library. std::regex costs every file
// that includes it seconds of compiling, and overflows the stack on long lines.
#pragma once

#include <regex.h>

#include <optional>
#include <string>
#include <vector>

namespace mprogcheck::vm {

class Pattern {
 public:
  // Throws std::logic_error if it is no regular expression.
  explicit Pattern(const char* expression);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // The first match in the text, then its groups; a group that took no part is empty.
  std::optional<std::vector<std::string>> in(const std::string& text) const;
  // The text with `by` in place of each match.
  std::string replaced(const std::string& text, const std::string& by) const;

 private:
  regex_t compiled_;
};

}  // namespace mprogcheck::vm

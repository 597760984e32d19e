// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/pattern.hpp"

#include <array>
#include <new>
#include <stdexcept>

namespace mprogcheck::vm {

Pattern::Pattern(const char* expression) {
  const int error = regcomp(&compiled_, expression, REG_EXTENDED);
  if (error == REG_ESPACE) throw std::bad_alloc();
  if (error != 0) throw std::logic_error("not a regular expression: " + std::string(expression));
}

Pattern::~Pattern() {
  regfree(&compiled_);
}

std::optional<std::vector<std::string>> Pattern::in(const std::string& text) const {
  std::array<regmatch_t, 8> at;
  if (regexec(&compiled_, text.c_str(), at.size(), at.data(), 0) != 0) return std::nullopt;
  std::vector<std::string> groups;
  for (std::size_t i = 0; i <= compiled_.re_nsub && i < at.size(); ++i)
    groups.push_back(at[i].rm_so < 0
                         ? std::string()
                         : text.substr(static_cast<std::size_t>(at[i].rm_so),
                                       static_cast<std::size_t>(at[i].rm_eo - at[i].rm_so)));
  return groups;
}

std::string Pattern::replaced(const std::string& text, const std::string& by) const {
  std::string out;
  const char* rest = text.c_str();
  regmatch_t at;
  while (*rest && regexec(&compiled_, rest, 1, &at, rest == text.c_str() ? 0 : REG_NOTBOL) == 0) {
    if (at.rm_eo == 0) break;  // it matches nothing, for ever
    out.append(rest, static_cast<std::size_t>(at.rm_so)).append(by);
    rest += at.rm_eo;
  }
  return out + rest;
}

}  // namespace mprogcheck::vm

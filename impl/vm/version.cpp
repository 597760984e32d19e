// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/version.hpp"

#include <algorithm>

#include "impl/vm/pattern.hpp"

namespace mprogcheck::vm {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Where a character stands in the order; the end of a version, or of its run of other characters,
// has 0.
int rank(std::string_view text) {
  if (text.empty() || is_digit(text[0])) return 0;
  if (text[0] == '~') return -1;
  return is_letter(text[0]) ? text[0] : text[0] + 256;
}

std::string_view take_number(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  std::string_view number = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

}  // namespace

int compare_versions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while (rank(a) != 0 || rank(b) != 0) {
      if (rank(a) != rank(b)) return rank(a) - rank(b);
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
    const std::string_view m = take_number(a), n = take_number(b);
    if (m.size() != n.size()) return m.size() < n.size() ? -1 : 1;
    if (const int order = m.compare(n); order != 0) return order;
  }
  return 0;
}

std::string release_in(std::string_view text) {
  static const Pattern kRelease("^([0-9]+\\.[0-9]+(\\.[0-9]+)*)([-~](rc[0-9]+))?");
  const auto m = kRelease.in(std::string(text));
  if (!m) return {};
  return (*m)[4].empty() ? (*m)[1] : (*m)[1] + "-" + (*m)[4];
}

std::string in_debian_order(std::string_view release) {
  std::string out(release);
  if (const auto rc = out.find("-rc"); rc != out.npos) out[rc] = '~';
  return out;
}

bool means(std::string_view name, std::string_view text) {
  if (name.empty() || !text.starts_with(name)) return false;
  if (name.size() == text.size()) return true;
  const char last = name.back(), next = text[name.size()];
  return is_digit(last) ? !is_digit(next) : is_letter(last) && !is_letter(next);
}

}  // namespace mprogcheck::vm

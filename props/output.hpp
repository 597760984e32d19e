// SPDX-License-Identifier: GPL-2.0-only
// Printing to people. fmt::print throws where a stream cannot be written. For standard output that
// is right: a report that does not arrive is none. What cannot be told on standard error is lost,
// and that changes no verdict.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace mprogcheck {

// As plain_text() makes it, in colours.
void put(FILE* out, std::string_view text);

template <class... T>
void tell(FILE* out, fmt::format_string<T...> format, T&&... args) {
  put(out, fmt::format(format, std::forward<T>(args)...));
}

// Colours of verdicts. "auto" colours what goes to a terminal, unless NO_COLOR is set
// (https://no-color.org) or the terminal is dumb.
void choose_color(std::string_view when);  // auto, always, never

// A verdict as it is printed to that stream: green, red or yellow, or as it is.
std::string good(FILE* out, std::string_view verdict);
std::string bad(FILE* out, std::string_view verdict);
std::string unsure(FILE* out, std::string_view verdict);

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Printing to people. fmt::print throws where a stream cannot be written. For standard output that
// is right: a report that does not arrive is none. What cannot be told on standard error is lost,
// and that changes no verdict.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace mprogcheck {

template <class... T>
void tell(FILE* out, fmt::format_string<T...> format, T&&... args) {
  if (out == stderr)
    std::fputs(fmt::format(format, std::forward<T>(args)...).c_str(), out);
  else
    fmt::print(out, format, std::forward<T>(args)...);
}

}  // namespace mprogcheck

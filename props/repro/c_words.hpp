// SPDX-License-Identifier: GPL-2.0-only
// Words of C that the paragraphs of a C reproducer share. Not for use elsewhere.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "props/repro/plan.hpp"

namespace mprogcheck::repro::c_words {

inline std::string error(Errno e) {
  return e == Errno::ok ? "0" : to_string(e);
}

// By whom it is asked, the request, and what it must lead to.
inline std::string expect(const Step& step, std::string_view result) {
  std::string out;
  const Operation& op = step.op;
  if (op.caller != Caller::root)
    out += fmt::format("\tcaller = {};\n", op.caller == Caller::nobody ? "NOBODY" : "USERNS");
  out += fmt::format("\texpect({}, {});\n", result, error(step.must.error));
  return out;
}

// `rows` in braces, eight to a line where there are more.
inline std::string in_macro(std::string_view macro, std::string_view none,
                            const std::vector<std::string>& rows) {
  if (rows.empty()) return std::string(none);
  std::string out = fmt::format("{}(", macro);
  for (std::size_t i = 0; i < rows.size(); ++i)
    out += fmt::format("{}{}", i == 0 ? "" : i % 8 ? ", " : ",\n\t\t", rows[i]);
  return out + ")";
}

// Nothing is asked of the kernel, and nothing comes back.
inline std::string nothing(std::string_view why) {
  return fmt::format("\tsay(expected, \"nothing\");\n\tsay(observed, \"nothing\"); /* {} */\n",
                     why);
}

}  // namespace mprogcheck::repro::c_words

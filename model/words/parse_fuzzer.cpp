// SPDX-License-Identifier: GPL-2.0-only
// libFuzzer: whatever the bytes, the parser answers with traces or with a ParseError; and what it
// took for a trace survives being printed and parsed again.
#include <cstdlib>

#include "model/words/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mprogcheck;
  std::vector<Trace> traces;
  try {
    traces = parse(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
  } catch (const ParseError&) {
    return 0;
  }
  for (const Trace& trace : traces) {
    const auto again = parse(print(trace), "printed");
    if (again.size() != 1 || !(again[0] == trace)) std::abort();
  }
  return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/one_trace.hpp"

#include <fmt/format.h>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"

namespace mprogcheck::cli {

Trace only_trace(const std::string& file) {
  auto traces = read_traces(file);
  if (traces.size() != 1)
    throw BadInput(fmt::format("{}: holds {} traces; name a file with one", file, traces.size()));
  return std::move(traces[0]);
}

void deliver(std::string_view verb, const std::string& out, bool json, const std::string& text,
             const Json& document) {
  if (!out.empty()) try {
      write_new(out, text);
    } catch (const BadInput&) {
      fmt::print(json ? stderr : stdout, "{}", text);  // rather than lost
      throw;
    }
  if (json)
    print_json(verb, document);
  else if (out.empty())
    fmt::print("{}", text);
}

}  // namespace mprogcheck::cli

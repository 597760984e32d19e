// SPDX-License-Identifier: GPL-2.0-only
// libFuzzer as an engine of choices: bytes become a trace, and our implementation has to conform.
#include <cstdio>
#include <cstdlib>

#include "impl/inprocess/inprocess.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/generate/generator.hpp"
#include "props/search/minimize.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mprogcheck;
  static InProcess target;
  Bytes choices(std::span(data, size));
  const Dialect dialect = choices.below(2) ? Dialect::rfc2 : Dialect::mainline;
  const Scope scope = draw_scope(choices, dialect, target.capabilities());
  Generator generator(choices, scope);
  Trace trace;
  trace.header = header_of(scope);
  World world;
  world.reset(trace.header);
  Prediction predicted;
  Observation seen;
  target.begin(trace.header);
  while (!choices.empty() && trace.operations.size() < 256) {
    trace.operations.push_back(generator.next(world));
    world.step(trace.operations.back(), predicted);
    target.apply(trace.operations.back(), seen);
    if (seen == predicted.observation) continue;
    const auto shown = deviations_on(target, trace);
    if (shown.empty()) continue;  // permitted
    std::fputs((print(trace) + explain(shown[0].deviation, trace) + "\n").c_str(), stderr);
    std::abort();
  }
  return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "props/generate/call_traces.hpp"

#include "model/words/forms.hpp"
#include "props/generate/generator.hpp"

namespace mprogcheck {

std::vector<Trace> call_traces(Capabilities can, bool lists_only) {
  can.hazards = can.packets = can.qdiscs = can.netkit = can.filters = false;
  std::vector<Trace> traces(128);
  Random choices(1);
  for (Trace& trace : traces) {
    Scope scope = draw_scope(choices, Dialect::mainline, can);
    scope.removes = false;
    if (lists_only) scope.links = 0;
    Generator generator(choices, scope);
    trace.header = header_of(scope);
    World world;
    world.reset(trace.header);
    Prediction p;
    while (trace.operations.size() < std::size_t{64} + scope.prefill) {
      const Operation op = generator.next(world);
      const bool a_call = has_trait(op.verb, Trait::bpf) || (op.verb == Verb::close && !lists_only);
      if (!a_call) continue;
      world.step(op, p);
      trace.operations.push_back(op);
    }
  }
  return traces;
}

}  // namespace mprogcheck

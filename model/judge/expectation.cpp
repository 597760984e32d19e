// SPDX-License-Identifier: GPL-2.0-only
// What a trace file says behind its operations, beside what the model says.
#include "model/judge/check.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {

bool agrees(const Expected& written, const Expected& model) {
  return written.error == model.error &&
         (written.fate == Fate::none || written.fate == model.fate) &&
         (!written.revision || written.revision == model.revision) &&
         (!written.count || written.count == model.count) &&
         (!written.progs || written.progs == model.progs) &&
         (!written.at || written.at == model.at) &&
         (!written.links || written.links == model.links) &&
         (!written.entry_flags || written.entry_flags == model.entry_flags);
}

std::vector<Misprint> misprints(const Trace& trace) {
  std::vector<Misprint> out;
  if (trace.expected.empty()) return out;
  World world;
  world.reset(trace.header);
  Prediction p;
  for (std::size_t i = 0; i < trace.operations.size(); ++i) {
    world.step(trace.operations[i], p);
    if (!trace.expected[i]) continue;
    const Expected& written = *trace.expected[i];
    const Expected model = expected_of(trace.operations[i], p.observation);
    if (!agrees(written, model)) out.push_back({i, print(written), print(model)});
  }
  return out;
}

void annotate(Trace& trace) {
  trace.expected.clear();
  World world;
  world.reset(trace.header);
  Prediction p;
  for (const Operation& op : trace.operations) {
    world.step(op, p);
    trace.expected.push_back(expected_of(op, p.observation));
  }
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// One trace of an unguided campaign, drawn by its number.
#include "props/search/campaign.hpp"
#include "props/search/choices_of.hpp"

namespace mprogcheck {

Capabilities capabilities_used(const CampaignOptions& options, const Capabilities& all) {
  Capabilities can = all;
  can.hazards = can.hazards && options.hazards;
  can.foreign &= ~options.avoid;
  return can;
}

Trace generate(const CampaignOptions& options, const Capabilities& all, std::uint64_t index) {
  Random c = choices_of(options.seed, options.dialect, index);
  const Scope scope = draw_scope(c, options.dialect, capabilities_used(options, all));
  Generator generator(c, scope);
  Trace trace;
  trace.header = header_of(scope);
  World world;
  world.reset(trace.header);
  Prediction p;
  for (std::size_t i = 0; i < std::size_t{options.operations} + scope.prefill; ++i) {
    trace.operations.push_back(generator.next(world));
    world.step(trace.operations.back(), p);
  }
  return trace;
}

}  // namespace mprogcheck

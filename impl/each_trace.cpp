// SPDX-License-Identifier: GPL-2.0-only
#include "impl/each_trace.hpp"

namespace mprogcheck {

std::string EachTrace::run_alone(const Trace& trace, std::vector<Observation>& seen) {
  std::vector<std::vector<Observation>> one;
  try {
    target_.run(std::span(&trace, 1), one);
  } catch (const CannotRun& why) {
    if (++failed_in_a_row_ == kMostInARow) throw;
    seen.clear();
    return "cannot go on with it: " + std::string(why.what());
  }
  failed_in_a_row_ = 0;
  seen = std::move(one[0]);
  return {};
}

std::vector<std::string> EachTrace::run(std::span<const Trace> traces,
                                        std::vector<std::vector<Observation>>& seen) {
  std::vector<std::string> why_not(traces.size());
  seen.resize(traces.size());
  if (traces.size() > 1) try {
      target_.run(traces, seen);
      failed_in_a_row_ = 0;
      return why_not;
    } catch (const CannotRun&) {
      seen.resize(traces.size());
    }
  for (std::size_t i = 0; i < traces.size(); ++i) why_not[i] = run_alone(traces[i], seen[i]);
  return why_not;
}

}  // namespace mprogcheck

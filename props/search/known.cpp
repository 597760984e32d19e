// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/known.hpp"

#include "props/search/minimize.hpp"

namespace mprogcheck {

bool is_of(const Trace& known, std::string_view target) {
  const std::string all = " " + known.target + " ";
  return all.find(" " + std::string(target) + " ") != std::string::npos;
}

Known known_of(Target& target, const std::vector<Trace>& traces) {
  Known known;
  for (const Trace& trace : traces) {
    const auto shown = deviations_on(target, trace);
    if (shown.empty()) known.gone.push_back(trace);
    for (const Shown& s : shown) {
      known.reasons[s.bucket] = trace.reason.empty() ? "known" : trace.reason;
      known.shown.try_emplace(s.bucket, s.deviation, trace);
    }
  }
  return known;
}

}  // namespace mprogcheck

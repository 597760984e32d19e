// SPDX-License-Identifier: GPL-2.0-only
#include "props/store/grouped.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace mprogcheck {
using stored::Campaign;

std::vector<GroupedFinding> grouped_findings(const Store& store) {
  std::map<std::string, Campaign> by_id;
  for (Campaign& c : store.campaigns()) by_id[c.id] = std::move(c);
  std::map<std::pair<std::string, std::string>, GroupedFinding> all;
  for (const stored::Finding& f : store.findings()) {
    const Campaign& campaign = by_id.at(f.campaign);
    const auto [at, is_new] = all.try_emplace({f.bucket, campaign.target});
    GroupedFinding& group = at->second;
    if (!campaign.release.empty()) group.releases.insert(campaign.release);
    stored::Finding& best = group.best;
    if (is_new) {
      best = f;
      group.target = campaign.target, group.dialect = campaign.dialect;
      continue;
    }
    const std::uint64_t times = best.times + f.times;
    const auto first = std::min(best.first_seen, f.first_seen);
    const auto last = std::max(best.last_seen, f.last_seen);
    const auto rank = [](const stored::Finding& x) {
      return std::tuple(!x.minimal, x.trace.size(), x.trace, x.campaign);
    };
    if (rank(f) < rank(best)) best = f;
    best.times = times, best.first_seen = first, best.last_seen = last;
  }
  std::map<std::pair<std::string, std::string>, std::string> why;
  for (stored::Mark& m : store.marks()) why[{m.bucket, m.target}] = std::move(m.why);
  std::vector<GroupedFinding> out;
  for (auto& [key, group] : all) {
    group.status = store.status(group.best, group.target);
    group.why = why[key];
    out.push_back(std::move(group));
  }
  return out;
}

}  // namespace mprogcheck

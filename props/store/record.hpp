// SPDX-License-Identifier: GPL-2.0-only
// What a campaign writes into a store while it runs, and what it finds there to go on from.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "props/search/campaign.hpp"
#include "props/store/store.hpp"

namespace mprogcheck {

// Clauses and pairs that were met, as the store has them.
std::vector<stored::Covered> covered(const Coverage& coverage);

// A finding of a store becomes the same by another trace, which shows it so.
void become(stored::Finding& row, const Trace& trace, const Deviation& deviation, bool minimal);

// Findings of which no campaign on the same target and release has a minimal trace: of each bucket
// the shortest there is, in the order of targets.
struct Unfinished {
  stored::Finding finding;
  stored::Campaign campaign;
};
std::vector<Unfinished> unfinished(const Store& store);

// One campaign of a run, from when its target is there.
class Recording {
 public:
  // A campaign that begins, or the last one of the store that is the same: of this target, release,
  // dialect, seed, shard and number of shards, guided or not.
  Recording(Store& store, stored::Campaign campaign, bool resume);

  const std::string& id() const { return campaign_.id; }
  // Where to go on, and what was found before; nothing if it begins.
  const stored::Totals& before() const { return before_; }
  const std::vector<stored::Finding>& found_before() const { return found_before_; }
  Guidance guidance() const { return store_.guidance(campaign_.id); }
  // The minimal traces among them, by bucket.
  std::map<std::string, Trace> minimal() const;

  void keep(const Finding& finding, const std::string& program = {});
  void done(const Chunk& chunk);

 private:
  Store& store_;
  stored::Campaign campaign_;
  stored::Totals before_;
  std::vector<stored::Finding> found_before_;
};

}  // namespace mprogcheck

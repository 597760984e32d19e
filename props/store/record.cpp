// SPDX-License-Identifier: GPL-2.0-only
#include "props/store/record.hpp"

#include <ctime>

#include "model/words/text.hpp"

namespace mprogcheck {
using stored::Campaign, stored::Covered, stored::Span;

namespace {

bool same(const Campaign& a, const Campaign& b) {
  return a.target == b.target && a.release == b.release && a.dialect == b.dialect &&
         a.seed == b.seed && a.shard == b.shard && a.shards == b.shards;
}

stored::Finding row_of(const std::string& campaign, const Finding& f, const std::string& program) {
  stored::Finding row;
  row.campaign = campaign;
  row.bucket = f.bucket;
  row.breaks = word(f.deviation.breach);
  row.clause = f.deviation.broken ? f.deviation.broken->id : f.deviation.clause;
  row.expected = f.deviation.expected;
  row.observed = f.deviation.observed;
  row.step = f.deviation.step + 1;
  row.trace = print(f.trace);
  row.minimal = f.minimal;
  row.index = f.index;
  row.times = f.times;
  row.known = f.known;
  row.security = f.security;
  row.console = f.last_words.console;
  row.program = program;
  row.first_seen = row.last_seen = std::time(nullptr);
  return row;
}

}  // namespace

std::vector<Covered> covered(const Coverage& coverage) {
  std::vector<Covered> out;
  for (const Coverage::Row& row : coverage.rows())
    if (row.met)
      out.push_back(
          {std::string(word(row.verb)) + "/" + std::string(row.clause), false, row.decided});
  for (std::string& pair : coverage.pairs_met()) out.push_back({std::move(pair), true, 0});
  return out;
}

Recording::Recording(Store& store, Campaign campaign, bool resume)
    : store_(store), campaign_(std::move(campaign)) {
  if (resume)
    for (const Campaign& c : store.campaigns())
      if (same(c, campaign_)) campaign_.id = c.id;
  if (campaign_.id.empty()) {
    campaign_.begun = std::time(nullptr);
    campaign_.id = store.begin(campaign_);
    return;
  }
  before_ = store.totals(campaign_.id);
  found_before_ = store.findings(campaign_.id);
}

std::map<std::string, Trace> Recording::minimal() const {
  std::map<std::string, Trace> out;
  for (const stored::Finding& f : found_before_)
    if (f.minimal) out.emplace(f.bucket, parse(f.trace, store_.file().string()).at(0));
  return out;
}

void Recording::keep(const Finding& finding, const std::string& program) {
  store_.keep(row_of(campaign_.id, finding, program));
}

void Recording::done(const Chunk& chunk) {
  std::vector<stored::Finding> seen;
  for (const auto& [bucket, f] : chunk.findings)
    seen.emplace_back().bucket = bucket, seen.back().times = f.times;
  stored::Span span;
  span.first = chunk.first;
  span.traces = chunk.traces;
  span.operations = chunk.coverage.operations();
  span.seconds = chunk.seconds;
  span.ended = std::time(nullptr);
  store_.add(campaign_.id, span, covered(chunk.coverage), seen);
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "props/store/record.hpp"

#include <ctime>
#include <map>
#include <tuple>

#include "model/words/text.hpp"

namespace mprogcheck {
using stored::Campaign, stored::Covered, stored::Span;

namespace {

bool same(const Campaign& a, const Campaign& b) {
  return a.target == b.target && a.release == b.release && a.dialect == b.dialect &&
         a.seed == b.seed && a.shard == b.shard && a.shards == b.shards && a.guided == b.guided;
}

stored::Finding row_of(const std::string& campaign, const Finding& f, const std::string& program) {
  stored::Finding row;
  row.campaign = campaign;
  row.bucket = f.bucket;
  become(row, f.trace, f.deviation, f.minimal);
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

void become(stored::Finding& row, const Trace& trace, const Deviation& d, bool minimal) {
  row.breaks = word(d.breach);
  row.clause = d.broken ? d.broken->id : d.clause;
  row.expected = d.expected;
  row.observed = d.observed;
  row.step = d.step + 1;
  row.trace = print(trace);
  row.minimal = minimal;
}

std::vector<Unfinished> unfinished(const Store& store) {
  std::map<std::string, Campaign> campaigns;
  for (Campaign& c : store.campaigns()) campaigns[c.id] = c;
  std::map<std::tuple<std::string, std::string, std::string>, Unfinished> best;
  for (const stored::Finding& f : store.findings()) {
    const Campaign& c = campaigns.at(f.campaign);
    const auto [at, is_new] = best.try_emplace({c.target, c.release, f.bucket}, Unfinished{f, c});
    const stored::Finding& before = at->second.finding;
    if (!is_new &&
        std::tuple(!f.minimal, f.trace.size()) < std::tuple(!before.minimal, before.trace.size()))
      at->second = {f, c};
  }
  std::vector<Unfinished> out;
  for (auto& [key, each] : best)
    if (!each.finding.minimal) out.push_back(std::move(each));
  return out;
}

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
  store_.add(campaign_.id, span, covered(chunk.coverage), seen, chunk.guidance);
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/known.hpp"

#include <algorithm>

#include "impl/each_trace.hpp"
#include "model/words/releases.hpp"

namespace mprogcheck {
namespace {

bool may_crash(const Trace& trace) {
  return std::any_of(trace.operations.begin(), trace.operations.end(),
                     [](const Operation& op) { return op.hazardous(); });
}

}  // namespace

Listed listed(const Trace& known, std::string_view name, std::string_view release) {
  const std::string all = " " + known.target + " ";
  if (all.find(" " + std::string(name) + " ") != std::string::npos) return Listed::name;
  const auto own = release_in(release);
  if (!own || known.releases.empty()) return Listed::nowhere;
  return lists(known.releases, *own) ? Listed::release : Listed::elsewhere;
}

Listed listed(const Trace& known, const Target& target) {
  return listed(known, target.name(), target.release());
}

void Known::saw(const Trace& known, const Verdict& verdict, Listed listed) {
  if (listed == Listed::nowhere) return;
  for (const Deviation& d : verdict.deviations) {
    if (bucket(d, known.header.dialect) != known.bucket) continue;
    Excuse excuse{known.reason, listed, d, known};
    const auto [at, is_new] = shown.try_emplace(known.bucket, excuse);
    if (!is_new && at->second.listed < listed) at->second = std::move(excuse);
    return;
  }
  if (listed == Listed::release) fixed.push_back(known);
  if (listed == Listed::name) gone.push_back(known);
}

const Excuse* Known::excuse(const std::string& bucket) const {
  const auto at = shown.find(bucket);
  return at == shown.end() ? nullptr : &at->second;
}

Known known_of(Target& target, const std::vector<Trace>& traces, bool hazards) {
  const Capabilities can = target.capabilities();
  std::vector<Trace> batch;
  std::vector<std::vector<Observation>> seen;
  Known out;
  EachTrace each(target);
  const auto run = [&] {
    if (batch.empty()) return;
    const std::vector<std::string> why_not = each.run(batch, seen);
    for (std::size_t i = 0; i < batch.size(); ++i)
      if (why_not[i].empty())
        out.saw(batch[i], check(batch[i], seen[i], binding_of(target)), listed(batch[i], target));
    batch.clear();
  };
  // One that crashes a guest takes all of its batch along.
  for (const bool crashing : {false, true})
    for (const Trace& trace : traces) {
      if (may_crash(trace) != crashing || (crashing && !hazards)) continue;
      if (listed(trace, target) == Listed::nowhere || !unsupported(trace, can).empty()) continue;
      batch.push_back(trace);
      if (crashing || batch.size() == target.batch()) run();
    }
  run();
  return out;
}

const Trace* known_as(std::span<const Trace> known, std::string_view bucket, const Target& target) {
  const Trace* best = nullptr;
  Listed most = Listed::nowhere;
  for (const Trace& trace : known) {
    if (trace.bucket != bucket) continue;
    const Listed here = listed(trace, target);
    if (here <= most) continue;
    most = here;
    best = &trace;
  }
  return best;
}

std::string Tally::text() const {
  std::string out = std::to_string(known) + " known, ";
  if (elsewhere) out += std::to_string(elsewhere) + " known on other releases, ";
  out += std::to_string(news) + " new";
  return differ ? out + ", " + std::to_string(differ) + " differ from code" : out;
}

Tally& Tally::operator+=(const Tally& other) {
  known += other.known, elsewhere += other.elsewhere;
  news += other.news, differ += other.differ;
  return *this;
}

bool is_security_relevant(const Deviation& d, const Trace& trace, std::string_view target) {
  if (!is_kernel(target)) return false;
  if (d.aspect == Aspect::harm) return true;
  // Memory: written past the room of an answer or beside an attribute, or sent along with a packet.
  if (d.clause == "attribute.within" || d.clause == "send.whole") return true;
  if (d.aspect == Aspect::answer && d.detail.starts_with(".overrun")) return true;
  // Somebody without privilege got past the check for it, however far.
  return d.aspect == Aspect::error && d.expected_error == Errno::perm &&
         trace.operations[d.step].caller == Caller::nobody;
}

}  // namespace mprogcheck

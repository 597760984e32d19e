// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/guide.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "props/search/choices_of.hpp"

namespace mprogcheck {
namespace {

// Found by trying, for the fewest operations until planted faults are found (bench guided). With
// fewer operations at a time, what is rare is met only where one step leads to it, and states that
// take several are no longer built. With more, there is less to choose.
constexpr std::uint32_t kWays = 24;
constexpr std::size_t kAtATime = 8;

// The less often, the rarer. In whole numbers, which are the same wherever they are computed.
constexpr std::uint64_t rarity_of(std::uint32_t times) {
  return (std::uint64_t{1} << 32) / (std::uint64_t{times} + 1);
}

constexpr std::uint64_t kGuided = 0x6775696465U;  // else it would draw what an unguided one draws

}  // namespace

Guide::Guide(const Options& options) : options_(options) {}

void Guide::go_on_from(const Guidance& met) {
  if (met.traces != 0 && met.times.size() != kFeatures)
    throw std::invalid_argument("what was met is of another number of features");
  met_ = met;
}

void Guide::begin(Continuation& way, std::uint64_t seed) const {
  way.choices = Random(seed);
  way.scope = draw_scope(way.choices, options_.dialect, options_.can);
  way.generator.emplace(way.choices, way.scope);
  way.world.reset(header_of(way.scope));
}

void Guide::go_on(Continuation& way, const Continuation& from, std::uint64_t seed) const {
  way.choices = Random(seed);
  way.scope = from.scope;
  way.generator.emplace(way.choices, way.scope);
  way.generator->go_on_from(*from.generator);
  way.world = from.world;
}

// Features count as met within the continuation, so that it gains nothing by meeting one twice.
void Guide::draw(Continuation& way, std::size_t operations, std::size_t fills) {
  way.operations.resize(fills + operations);
  way.features.clear();
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < way.operations.size(); ++i) {
    Operation& op = way.operations[i];
    way.generator->next(way.world, op);
    if (i < fills) {
      way.world.step(op, prediction_);
      continue;
    }
    encounter_.look(way.world, op);
    way.world.step(op, prediction_);
    const std::size_t first = way.features.size();
    encounter_.features(op, prediction_, way.features);
    std::uint64_t rarity = 0;
    for (std::size_t f = first; f < way.features.size(); ++f) {
      rarity += rarity_of(met_.times[way.features[f]]++);
    }
    all += rarity / (way.features.size() - first);
  }
  for (const std::uint16_t f : way.features) --met_.times[f];
  way.rarity = all / way.operations.size();
}

void Guide::next(std::uint64_t number, Trace& trace) {
  if (met_.times.empty()) met_.times.resize(kFeatures);
  Random draws = choices_of(options_.seed ^ kGuided, options_.dialect, number);
  Continuation *now = &ways_[0], *best = &ways_[1], *other = &ways_[2];
  trace.operations.clear();
  for (std::size_t done = 0; done < options_.operations; done += kAtATime) {
    const std::size_t more = std::min<std::size_t>(kAtATime, options_.operations - done);
    for (std::uint32_t i = 0; i < kWays; ++i) {
      if (done == 0)
        begin(*other, draws.next());
      else
        go_on(*other, *now, draws.next());
      draw(*other, more, done == 0 ? other->scope.prefill : 0);
      if (i == 0 || other->rarity > best->rarity) std::swap(best, other);
    }
    for (const std::uint16_t f : best->features) ++met_.times[f];
    if (done == 0) trace.header = header_of(best->scope);
    trace.operations.insert(trace.operations.end(), best->operations.begin(),
                            best->operations.end());
    std::swap(now, best);
  }
  ++met_.traces;
}

}  // namespace mprogcheck

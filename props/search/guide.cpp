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
constexpr std::uint32_t kContinuations = 24;
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

void Guide::begin(Continuation& to, std::uint64_t seed) const {
  to.choices = Random(seed);
  to.scope = draw_scope(to.choices, options_.dialect, options_.can);
  to.generator.emplace(to.choices, to.scope);
  to.world.reset(header_of(to.scope));
}

void Guide::go_on(Continuation& to, const Continuation& from, std::uint64_t seed) const {
  to.choices = Random(seed);
  to.scope = from.scope;
  to.generator.emplace(to.choices, to.scope);
  to.generator->go_on_from(*from.generator);
  to.world = from.world;
}

// Features count as met within the continuation, so that it gains nothing by meeting one twice.
void Guide::draw(Continuation& to, std::size_t operations, std::size_t fills) {
  to.operations.resize(fills + operations);
  to.features.clear();
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < to.operations.size(); ++i) {
    Operation& op = to.operations[i];
    to.generator->next(to.world, op);
    if (i < fills) {
      to.world.step(op, prediction_);
      continue;
    }
    encounter_.look(to.world, op);
    to.world.step(op, prediction_);
    const std::size_t first = to.features.size();
    encounter_.features(op, prediction_, to.features);
    std::uint64_t rarity = 0;
    for (std::size_t f = first; f < to.features.size(); ++f) {
      rarity += rarity_of(met_.times[to.features[f]]++);
    }
    all += rarity / (to.features.size() - first);
  }
  for (const std::uint16_t f : to.features) --met_.times[f];
  to.rarity = all / to.operations.size();
}

void Guide::next(std::uint64_t number, Trace& trace) {
  if (met_.times.empty()) met_.times.resize(kFeatures);
  Random draws = choices_of(options_.seed ^ kGuided, options_.dialect, number);
  Continuation *now = &drawn_[0], *best = &drawn_[1], *other = &drawn_[2];
  trace.operations.clear();
  for (std::size_t done = 0; done < options_.operations; done += kAtATime) {
    const std::size_t more = std::min<std::size_t>(kAtATime, options_.operations - done);
    for (std::uint32_t i = 0; i < kContinuations; ++i) {
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

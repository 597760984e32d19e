// SPDX-License-Identifier: GPL-2.0-only
// The operations that a generator draws: how often each, how its fields are drawn, and what has to
// be there for it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/words/choices.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {

// What an operation may need, as bits.
namespace need {
inline constexpr std::uint32_t links = 1, more_links = 2, packets = 4, removes = 8, qdiscs = 16,
                               end = 32;
}

template <class Generator>
struct KindOf {
  Verb verb;
  std::uint32_t weight;
  void (Generator::*fields)(const World& world, Operation& op);
  std::uint32_t needs = 0;
};

// The weights for each combination of what is there. The compiler makes them, because one of the
// operations is drawn at every step of a trace.
template <class Generator, std::size_t N>
constexpr std::array<Weights<N>, need::end> weights_of(
    const std::array<KindOf<Generator>, N>& kinds) {
  std::array<Weights<N>, need::end> all;
  for (std::uint32_t there = 0; there < need::end; ++there) {
    std::array<std::uint32_t, N> weights{};
    for (std::size_t i = 0; i < N; ++i)
      if ((kinds[i].needs & ~there) == 0) weights[i] = kinds[i].weight;
    all[there] = Weights<N>(weights);
  }
  return all;
}

}  // namespace mprogcheck

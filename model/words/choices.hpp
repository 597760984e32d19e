// SPDX-License-Identifier: GPL-2.0-only
// Where generators draw from: a bounded integer at a time, choice 0 being the simplest.
//
// Four engines stand behind the same interface: Random here (campaigns), Exhaustive here (all of a
// small world), Bytes here (libFuzzer), and RapidCheck's in rapidcheck_choices.hpp (properties,
// with shrinking).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mprogcheck {

template <class C>
concept Choices = requires(C& c, std::uint32_t n) {
  // A number in [0, n); n is at least 1.
  { c.below(n) } -> std::same_as<std::uint32_t>;
};

// An engine that counts through all choices sees each alternative once, whatever its weight.
template <class C>
concept EvenChoices = Choices<C> && C::kEven;

// How often each of N alternatives is to be picked; a weight of 0 means never.
template <std::size_t N>
class Weights {
 public:
  constexpr Weights() = default;
  constexpr explicit Weights(const std::array<std::uint32_t, N>& weights) {
    for (std::size_t i = 0; i < N; ++i) edges_[i] = sum_ += weights[i];
  }
  constexpr std::uint32_t sum() const { return sum_; }
  constexpr bool possible(std::size_t i) const { return edges_[i] != (i ? edges_[i - 1] : 0); }
  // The alternative that has `at`, of [0, sum). Which one is as good as random, so no branch may
  // depend on it: the processor would guess wrong.
  constexpr std::uint32_t alternative(std::uint32_t at) const {
    std::uint32_t index = 0;
    for (std::size_t i = 0; i + 1 < N; ++i) index += at >= edges_[i];
    return index;
  }

 private:
  std::array<std::uint32_t, N> edges_{};  // sums of the weights up to each
  std::uint32_t sum_ = 0;
};

template <Choices C, std::size_t N>
std::uint32_t pick(C& c, const Weights<N>& weights) {
  if constexpr (EvenChoices<C>) {
    std::array<std::uint32_t, N> possible{};
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < N; ++i)
      if (weights.possible(i)) possible[count++] = i;
    return possible[c.below(count)];
  } else {
    return weights.alternative(c.below(weights.sum()));
  }
}
// In place, so that the compiler sums up weights that are constant.
template <Choices C, std::size_t N>
[[gnu::always_inline]] inline std::uint32_t pick(C& c,
                                                 const std::array<std::uint32_t, N>& weights) {
  return pick(c, Weights<N>(weights));
}

// True once in n draws or so; false is the simpler choice.
template <Choices C>
bool one_in(C& c, std::uint32_t n) {
  if constexpr (EvenChoices<C>)
    return c.rare();
  else
    return c.below(n) == n - 1;
}

// SplitMix64 (Steele, Lea, Flood 2014): one seed, one sequence, on every machine.
class Random {
 public:
  static constexpr bool kEven = false;
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  // Small numbers take 16 bits each of a drawn 64; the bias that leaves, n / 65536, is nothing to a
  // fuzzer. Many are drawn at once, because a processor guesses wrong when a few run out: what
  // happened in between was as good as random.
  [[gnu::always_inline]] std::uint32_t below(std::uint32_t n) {
    if (n > 4096) return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
    if (at_ == pool_.size()) refill();
    return (std::uint32_t{pool_[at_++]} * n) >> 16;
  }

 private:
  [[gnu::noinline]] void refill() {
    for (std::size_t i = 0; i < pool_.size(); i += 4) {
      const std::uint64_t drawn = next();
      for (std::size_t j = 0; j < 4; ++j)
        pool_[i + j] = static_cast<std::uint16_t>(drawn >> (16 * j));
    }
    at_ = 0;
  }

  std::uint64_t state_;
  std::array<std::uint16_t, 64> pool_;  // unset until it is drawn
  std::size_t at_ = pool_.size();
};

// Bytes from a fuzzer; past their end every choice is 0.
class Bytes {
 public:
  static constexpr bool kEven = false;
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return at_ == bytes_.size(); }
  std::uint32_t below(std::uint32_t n) {
    std::uint32_t value = 0;
    for (std::uint32_t most = n - 1; most != 0; most >>= 8) value = value << 8 | byte();
    return value % n;
  }

 private:
  std::uint8_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0}; }
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// Runs a generator once for every sequence of choices it can make:
//
//   for (Exhaustive e; e.more();) visit(generate(e));
//
// Each run repeats the choices of the one before up to the last that can still be raised. Of the
// choices that one_in makes, `rare_at_most` are true in any one run: what takes several mistakes at
// once is left out.
class Exhaustive {
 public:
  static constexpr bool kEven = true;
  explicit Exhaustive(std::uint32_t rare_at_most = ~std::uint32_t{0})
      : rare_at_most_(rare_at_most) {}

  // True while there is a further run; call it before each.
  bool more() {
    rare_ = 0;
    if (first_) {
      first_ = false;
      return true;
    }
    made_.resize(at_);
    at_ = 0;
    while (!made_.empty()) {
      if (++made_.back().value < made_.back().limit) return true;
      made_.pop_back();
    }
    return false;
  }

  std::uint32_t below(std::uint32_t n) {
    if (at_ == made_.size()) made_.push_back({0, n});
    return made_[at_++].value;
  }

  bool rare() {
    if (rare_ == rare_at_most_ || below(2) == 0) return false;
    ++rare_;
    return true;
  }

 private:
  struct Made {
    std::uint32_t value, limit;
  };
  std::vector<Made> made_;
  std::size_t at_ = 0;
  std::uint32_t rare_at_most_, rare_ = 0;
  bool first_ = true;
};

}  // namespace mprogcheck

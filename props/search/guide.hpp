// SPDX-License-Identifier: GPL-2.0-only
// Draws the traces of a guided campaign. Of several continuations it takes the one whose features
// were met least often so far:
//
//   Guide guide({.dialect = d, .seed = 1, .can = target.capabilities()});
//   guide.next(0, trace);   // traces follow each other: each depends on all before it
//
// A trace grows by a few operations at a time. For each step several continuations are drawn and
// run on the model, which is cheap beside a kernel. The target is not asked, so the traces of a
// seed are the same on each target that can do the same, however many threads run them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "props/generate/generator.hpp"
#include "props/search/encounter.hpp"
#include "props/search/guidance.hpp"

namespace mprogcheck {

class Guide {
 public:
  struct Options {
    Dialect dialect = Dialect::mainline;
    std::uint64_t seed = 0;
    Capabilities can;
    std::uint32_t operations = 64;  // in a trace, beside those that fill the list
  };
  explicit Guide(const Options& options);

  // Goes on from there. The same options and `met` draw the same traces.
  void go_on_from(const Guidance& met);
  const Guidance& guidance() const { return met_; }

  // The next trace. `number` is its number among all shards, from which it draws.
  void next(std::uint64_t number, Trace& trace);

 private:
  struct Continuation {
    Continuation() : choices(0) {}
    Random choices;
    Scope scope;
    std::optional<Generator<Random>> generator;
    World world;
    std::vector<Operation> operations;
    std::vector<std::uint16_t> features;
    std::uint64_t rarity = 0;  // of its features, per operation
  };
  void begin(Continuation& to, std::uint64_t seed) const;
  void go_on(Continuation& to, const Continuation& from, std::uint64_t seed) const;
  void draw(Continuation& to, std::size_t operations, std::size_t fills);

  Options options_;
  Guidance met_;
  Encounter encounter_;
  Prediction prediction_;
  std::array<Continuation, 3> drawn_;
};

}  // namespace mprogcheck

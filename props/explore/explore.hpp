// SPDX-License-Identifier: GPL-2.0-only
// Every reachable state of a small world, breadth first: one attach point, a few programs and
// links, a list of a few slots.
//
// States that differ only in names are one. A revision is not part of a state, but every request
// is made without one, with the current one and with a stale one. The same walk beside an
// implementation finds the shortest deviation, or shows that within the bounds there is none.
#pragma once

#include <array>
#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "impl/target.hpp"
#include "props/explore/state.hpp"

namespace mprogcheck {

using StateGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, StateKey, Operation>;

struct Exploration {
  StateGraph graph;                 // vertex 0 is the empty list; one edge for each change of state
  std::uint64_t transitions = 0;    // requests made, over all states
  std::uint64_t refused = 0;        // of them
  std::size_t depth = 0;            // of the state that is hardest to reach
  std::vector<std::size_t> parent;  // the state it was first reached from
  std::vector<Operation> by;        // and the request
  // By command, for rule i of its table: the rules that held of one request together with it.
  std::array<std::array<std::uint64_t, 64>, kVerbs> met_with{};
  // Pairs of rules that refuse or may refuse, of one command, that held together.
  std::size_t pairs(Dialect dialect) const;
  // What two implementations differ in, if one was walked beside.
  std::optional<Trace> deviation;
};

// Called now and then; it may end by an exception what calls it.
using Say = std::function<void(const std::string&)>;

// Whether a trace that shows a difference in its last operation ends an exploration. What the
// target answered comes along where it is known.
using Wanted = std::function<bool(const Trace&, std::span<const Observation> seen)>;

// All of it. `beside`, if given, is asked everything the model is asked; the first deviation that
// is `wanted` (any, by default) ends it, and no shorter trace of the bounded world shows one.
// States that take `most` requests to reach are not left.
Exploration explore(const Bounds& bounds, Stepper* beside, const Say& progress,
                    const Wanted& wanted = {}, std::size_t most = SIZE_MAX);
// The same beside a target that is no Stepper too: it is asked the requests of a state in batches.
Exploration explore_beside(const Bounds& bounds, Target& beside, const Say& progress,
                           const Wanted& wanted = {}, std::size_t most = SIZE_MAX);

// A shorter trace than this that shows the same deviation, found in a world of its size; nothing
// where there is none there, or where the target or the trace cannot be walked.
std::optional<Trace> shorter_by_walk(Target& target, const Trace& trace, const std::string& bucket,
                                     const Say& progress = {});

// Few long traces that make every request in every state; `most` operations in each or so.
// Not of an exploration that ended at a deviation.
std::vector<Trace> tour(const Bounds& bounds, const Exploration& explored, std::size_t most,
                        const Say& progress = {});

// The changes of state as a graph for dot(1); parallel changes are one edge.
std::string dot_of(const Exploration& explored);

}  // namespace mprogcheck

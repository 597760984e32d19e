// SPDX-License-Identifier: GPL-2.0-only
// The states of a small world, without their names, and the requests that may be made in each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/world/world.hpp"

namespace mprogcheck {

// At most 7 programs, 3 links and 7 slots.
struct Bounds {
  Dialect dialect = Dialect::mainline;
  std::uint8_t progs = 3, links = 1, capacity = 3;
  bool revisions = true;  // requests expect none, the current one and the next one; else none
};

// A state without its names: entries in order, each with owner and flags; then the programs of
// links that own none. Regular.
using StateKey = std::uint64_t;

// From a world's names to those of its state and back.
struct Naming {
  std::vector<std::uint8_t> prog, link;  // by canonical number, the world's
};

StateKey state_of(const World& world, Naming* naming = nullptr);
// A world in that state, named canonically. Its lists are at `revision`.
World world_of(const Bounds& bounds, StateKey state, std::uint64_t revision);
// Every request that may be made in the state, in canonical names, against a list at `revision`.
using OnRequest = std::function<void(const Operation&)>;
void for_each_request(const Bounds& bounds, StateKey state, std::uint64_t revision,
                      const OnRequest& visit);
std::vector<Operation> requests(const Bounds& bounds, StateKey state, std::uint64_t revision);
// The request in the names of a world whose naming is given; a new link gets the name `fresh`.
Operation renamed(const Operation& op, const Naming& naming, std::uint8_t fresh);
// "[p0/l0 p1:last] l1(p2)"
std::string describe_state(StateKey state);

// The list there is.
inline constexpr Point kExploredPoint{0, Hook::ingress};

// What has to be there for a world of these bounds.
Header header_of(const Bounds& bounds);

}  // namespace mprogcheck

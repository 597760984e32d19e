// SPDX-License-Identifier: GPL-2.0-only
// A walk through an explored world: requests in canonical names become a trace with names of its
// own.
#pragma once

#include "props/explore/explore.hpp"

namespace mprogcheck {

// What requests() is asked with; a walk puts the list's own revision in its place.
inline constexpr std::uint64_t kWalkRevision = 1000;

class Walk {
 public:
  explicit Walk(const Bounds& bounds);  // at the empty list

  // The request in the walk's names, not yet made.
  Operation named(const Operation& canonical) const;
  void take(const Operation& canonical);
  // There are names for links left: a trace has so many, and uses each once.
  bool may_create() const;
  const World& world() const { return world_; }

  Trace trace;
  StateKey state{};

 private:
  World world_;
  Naming naming_;
};

// By the requests by which the state was first reached.
Walk walk_to(const Bounds& bounds, const Exploration& explored, std::size_t state);

}  // namespace mprogcheck

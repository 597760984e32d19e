// SPDX-License-Identifier: GPL-2.0-only
#include "props/explore/walk.hpp"

namespace mprogcheck {

Walk::Walk(const Bounds& bounds) {
  trace.header = header_of(bounds);
  world_.reset(trace.header);
  state = state_of(world_, &naming_);
}

bool Walk::may_create() const {
  return world_.links_named() + 1U < kMaxLinks;
}

Operation Walk::named(const Operation& canonical) const {
  Operation op = renamed(canonical, naming_, static_cast<std::uint8_t>(world_.links_named()));
  // Revisions of requests are given against kWalkRevision.
  if (op.revision != 0) op.revision += world_.chain(kExploredPoint)->revision() - kWalkRevision;
  return op;
}

void Walk::take(const Operation& canonical) {
  const Operation op = named(canonical);
  Prediction p;
  world_.step(op, p);
  trace.operations.push_back(op);
  if (p.decision.error == Errno::ok) state = state_of(world_, &naming_);
}

Walk walk_to(const Bounds& bounds, const Exploration& explored, std::size_t state) {
  std::vector<const Operation*> path;
  for (; state != 0; state = explored.parent[state]) path.push_back(&explored.by[state]);
  Walk walk(bounds);
  for (auto op = path.rbegin(); op != path.rend(); ++op) walk.take(**op);
  return walk;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// What is walked beside the model, one state after the other: it is asked each request of a state,
// and the answers that differ are found.
#pragma once

#include <memory>
#include <optional>

#include "impl/target.hpp"
#include "props/explore/walk.hpp"

namespace mprogcheck {

class Companion {
 public:
  virtual ~Companion() = default;
  // The requests that lead to the next state.
  virtual void enter(Walk walk) = 0;
  // A request of this state. The trace that shows a difference which is wanted, if one is known by
  // now: of an earlier request, perhaps.
  virtual std::optional<Trace> ask(const Operation& canonical) = 0;
  // All requests of the state have been asked.
  virtual std::optional<Trace> leave() = 0;
};

// Answers at once; it is taken to the state again where a request has changed it.
std::unique_ptr<Companion> companion(Stepper& stepper, const Wanted& wanted);
// Answers in batches: requests that are refused share a trace, one that is not ends it. A refusal
// that is permitted in place of the model's is no difference.
std::unique_ptr<Companion> companion(Target& target, const Wanted& wanted);

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Whether a history is linearizable: whether its calls can be put in one order, those that had
// returned before others were invoked in front of these, in which the model permits every answer
// (Herlihy, Wing 1990). The model is the rules that judge traces.
//
// The search goes through time and keeps every state the lists can be in, each with those calls
// under way that have taken effect already (Lowe 2017, just-in-time linearization). When a call
// returns, it must have taken effect: each state goes on through every order of calls under way
// that leads to it. States that are alike count once, and a call that changes nothing takes its
// place as soon as one fits, as nothing becomes impossible by that. Where nobody is under way there
// is mostly one state left, so the cost is that of the calls that overlap, not of the history.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/history.hpp"

namespace mprogcheck {

struct Linearization {
  // Undecided: more states than were allowed. That is no pass.
  enum class Verdict { linearizable, refused, undecided };
  Verdict verdict = Verdict::linearizable;
  std::size_t calls = 0;
  std::size_t contended = 0;    // while another process was changing the same list
  std::size_t most_states = 0;  // at any time

  // Where it is refused or undecided. Every answer that came before this call's is explained by
  // some order, but none of these permits this one as well.
  std::size_t call = 0;
  std::vector<std::size_t> concurrent;  // about the same list or its device, at the same time
  std::vector<std::string> permitted;   // what the model answers there in those orders
};

struct LinearizeOptions {
  std::size_t most_states = 10'000;
};
Linearization linearize(const History& history, LinearizeOptions options = {});

// For people: the call, what would be permitted, what was under way, and what came before on the
// same list. Calls are named by line.
std::string explain(const Linearization& result, const History& history, std::string_view file);

}  // namespace mprogcheck

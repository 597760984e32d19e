// SPDX-License-Identifier: GPL-2.0-only
// Proves the obligations over the rules that run. No solver's types here: callers need none.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/words/trace.hpp"

namespace mprogcheck::proofs {

// Of an obligation: `refuted` has a counterexample; `unknown`: the solver's limit was reached;
// `vacuous`: no request meets its condition. All but `proved` are failures.
enum class Outcome : std::uint8_t { proved, refuted, unknown, vacuous };
std::string_view word(Outcome outcome);

// A state and a request, as a trace that ends in the request.
struct Counterexample {
  std::string rule;            // that decides, where one does; the broken one, as it is broken
  std::string outcome;         // what it makes of the request: "ENOSPC", "insert at 2"
  Trace trace;                 // from the empty list; expected outcomes are the concrete model's
  std::string unreachable;     // why there is no such trace; empty where there is one
  std::string encoding_error;  // the concrete model claims otherwise: the encoding is wrong
};

// One deliberately broken rule, and what became of the obligation.
struct BreakResult {
  std::string words, command, clause;
  Outcome outcome = Outcome::unknown;  // to be refuted
  std::optional<Counterexample> shown;
};

struct ProofResult {
  std::string obligation, sentence;
  Dialect dialect = Dialect::mainline;
  Outcome outcome = Outcome::unknown;
  std::string detail;  // which rule was refuted or unknown
  int queries = 0;
  double seconds = 0;
  std::optional<Counterexample> counterexample;
  std::vector<BreakResult> breaks;
  bool holds() const;  // proved, and every break refuted and shown
};

struct ProveOptions {
  std::optional<Dialect> dialect;  // both without
  std::string obligation;          // by name; all without
  // Called with each query as SMT-LIB, under a name of its own, if given.
  std::function<void(const std::string& name, const std::string& text)> smtlib;
  // Prove the core ones over that many slots instead; no rule is broken then.
  int written_out = 0;
  std::uint64_t limit = 50'000'000;  // of the solver's resources, for each query
  // Set from outside, it ends: the results are those that were there.
  const std::atomic<bool>* stop = nullptr;
  // Called before each, with what is proved and how many there are.
  std::function<void(const std::string&)> progress;
};

// Names of all obligations, and of those that are proved with every slot written out, too.
std::vector<std::string> obligation_names();
std::vector<std::string> core_names();
// Why there is nothing to prove with these options, as a sentence; empty where there is something.
std::string why_nothing(const ProveOptions& options);

// Calls `done` after each. Deterministic: limits are resources, not clocks.
std::vector<ProofResult> prove(const ProveOptions& options,
                               const std::function<void(const ProofResult&)>& done);

}  // namespace mprogcheck::proofs

// SPDX-License-Identifier: GPL-2.0-only
// For every rule, and every two error rules of a command, a trace in which they hold; or the proof
// that there is none.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "model/rules/rule.hpp"
#include "model/words/operation.hpp"
#include "proofs/prove.hpp"

namespace mprogcheck::proofs {

struct Witness {
  Dialect dialect{};
  Verb verb{};
  std::string decides, meets;  // the rule that decides, and another that holds; or empty
  enum class Kind : std::uint8_t {
    met,      // `trace` shows it
    decided,  // ... but a third rule decides
    cannot,   // proved for lists of any length
    open,     // neither
  } kind = Kind::open;
  bool any_kernel = false;  // the trace can be run on a kernel: real capacity, first revision 1
  Counterexample shown;
};

// Of all commands. Deterministic. Once `stop` is set it ends, and what it returns is not all.
std::vector<Witness> witnesses(Dialect dialect, const std::function<void(const Witness&)>& done,
                               const std::atomic<bool>* stop = nullptr);

}  // namespace mprogcheck::proofs

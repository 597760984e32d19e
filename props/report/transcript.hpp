// SPDX-License-Identifier: GPL-2.0-only
// What was seen of a trace, operation by operation, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/judge/check.hpp"
#include "model/words/observations.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck::report {

// "not reached" where there is no observation.
std::string describe(const Operation& op, const Observation* seen);

// A line for each operation, with the deviations found there below it. `deviation` is how that word
// is written, which may be in colour.
std::string transcript(const Trace& trace, Observations seen, const Verdict& verdict,
                       std::string_view deviation = "DEVIATION");

// An answer that a clause permits in place of what the file expects: no deviation, and not what the
// author of the file wanted to see. Where the file expects what the model does not, that is its
// mistake (misprints()).
struct Refusal {
  std::size_t step;
  std::string expected, observed;
};
std::vector<Refusal> permitted_refusals(const Trace& trace, Observations seen,
                                        const Verdict& verdict);

// In one line: the result of the first operation, and of every other that is not just "ok". Ends
// with what harm the kernel came to.
std::string outcome(const Trace& trace, Observations seen);

}  // namespace mprogcheck::report

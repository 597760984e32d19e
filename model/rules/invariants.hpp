// SPDX-License-Identifier: GPL-2.0-only
// What the judge holds against every answer, whichever clause decides the request: rows that stand
// in no table of a command. The judge can only name what is listed here, so `spec` has all of it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/rules/rule.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck {

enum class Judged : std::uint8_t {
  harm,
  told,
  attribute_within,
  precedence,
  refusal_nothing,
  refusal_elsewhere,
  detach_memory,
  references,
  revision_first,
  revision_unmoved,
  revision_kept,
  revision_never_0,
  revision_never_returns,
  revision_emptied,
  revision_told,
  query_within,
  query_progs,
  query_links,
  query_flags,
  query_end_flags,
  send_whole,
  send_on,
  send_scrub,
  send_counted,
};
inline constexpr std::size_t kJudged = static_cast<std::size_t>(Judged::send_counted) + 1;

struct Invariant {
  Judged what;
  std::string_view command;  // as `spec` names it: "query", or what it is true of
  Clause clause;
};

// "any call", "any change": of a list, whatever made it.
inline constexpr std::string_view kAnyCall = "any call", kAnyChange = "any change";

// All of them, in this order; all_invariants()[i] is of value i.
std::span<const Invariant> all_invariants();
const Clause& clause_of(Judged what);

// Whether a target that speaks the dialect is judged by it.
bool concerns(Dialect dialect, Judged what);

}  // namespace mprogcheck

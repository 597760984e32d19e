// SPDX-License-Identifier: GPL-2.0-only
// What is already known of a target: deviations kept as traces, each with its reason and its
// bucket.
//
// A known deviation stands for its bucket and nothing else, and only on a target that shows it:
// what else a target does in the same trace is new.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/target.hpp"
#include "model/judge/check.hpp"

namespace mprogcheck {

// By what a target is judged.
inline Binding binding_of(const Target& target) {
  return target.is_kernel() ? Binding::promises : Binding::every_clause;
}

// What the header of a known deviation says of a target: nothing, that other releases of Linux have
// it, that this release has it, or that this target has it, by its name.
enum class Listed : std::uint8_t { nowhere, elsewhere, release, name };

// `release` as Target::release() says it.
Listed listed(const Trace& known, std::string_view name, std::string_view release);
Listed listed(const Trace& known, const Target& target);
// Whether it is one of this target, by release or by name.
inline bool is_of(const Trace& known, const Target& target) {
  return listed(known, target) >= Listed::release;
}

// A deviation that is known, as a target shows it.
struct Excuse {
  std::string reason;
  Listed listed{};
  Deviation deviation;
  Trace trace;
  bool elsewhere() const { return listed == Listed::elsewhere; }
};

struct Known {
  std::map<std::string, Excuse> shown;  // by bucket
  std::vector<Trace> fixed;             // of this release, but not shown: distributions backport
  std::vector<Trace> gone;  // of this target by its name, but not shown: the file is out of date

  // What came of a trace of a known deviation.
  void saw(const Trace& known, const Verdict& verdict, Listed listed);
  const Excuse* excuse(const std::string& bucket) const;
};

// Runs those traces that say something of the target, as far as it can run them. What may crash it
// is run only where that is wanted.
Known known_of(Target& target, const std::vector<Trace>& traces, bool hazards = true);

// The known deviation of that bucket without a run: one of this target rather than one of others;
// null if there is none.
const Trace* known_as(std::span<const Trace> known, std::string_view bucket, const Target& target);

// Of the deviations that a target shows.
struct Tally {
  std::size_t known = 0, elsewhere = 0, news = 0;
  std::size_t differ = 0;  // from code alone, and are not known
  void add(const Excuse* excuse) { ++(excuse->elsewhere() ? elsewhere : known); }
  void add_new(const Deviation& d) { ++(d.breach == Breach::code ? differ : news); }
  std::size_t all() const { return known + elsewhere + news + differ; }
  // Something new that is broken, or that differs from code, if that counts as well.
  bool deviates(bool strict) const { return news != 0 || (strict && differ != 0); }
  Tally& operator+=(const Tally& other);
  // "18 known, 0 new"; "16 known, 2 known on other releases, 1 new, 3 differ from code"
  std::string text() const;
};

// The reason of a known deviation that is security relevant begins with this.
inline constexpr std::string_view kSecurity = "security: ";
// Whether the kernel of that name was harmed, gave away or overwrote memory, or let somebody past
// who has no privilege, by what was seen alone.
bool is_security_relevant(const Deviation& deviation, const Trace& trace, std::string_view target);

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The verdict: a trace, what a target answered, and what the model makes of it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/invariants.hpp"
#include "model/words/observations.hpp"
#include "model/words/trace.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {

// What binds a target: every clause, as our own implementation and module; or promises alone, those
// of documents and selftests, as a kernel that people run. Of such a target, what differs from code
// alone is told as that, and a rule of our own does not judge it.
enum class Binding : std::uint8_t { every_clause, promises };

// An answer that no rule permits breaks the promise; one that a rule permits, but not the rule that
// stands first, breaks only the precedence. Where only an implementation says so, and that does not
// bind the target, the answer differs from code.
enum class Breach : std::uint8_t { promise, precedence, code };

// What differs: the error, the answer to a query or the fate of a packet, the list afterwards, its
// revision, the number of references held, what became of the kernel, or the devices or filters
// afterwards.
enum class Aspect : std::uint8_t {
  error,
  answer,
  list,
  revision,
  references,
  harm,
  devices,
  filters
};

struct Deviation {
  std::size_t step = 0;  // index of the operation
  Verb verb{};
  std::string_view clause;  // that decides the request, or an invariant of a name of its own
  // What the answer breaks, a row of `spec`: of an error that is due the clause with the best
  // source, of an answer the effect or an invariant. Null in a deviation that no judge made.
  const Clause* broken = nullptr;
  Breach breach{};
  Aspect aspect{};
  bool at_netkit = false;  // else at tcx, which any device has
  Errno expected_error{};
  Errno observed_error{};
  std::string detail;  // of an answer: what differs first, and what kind of request it was
  std::vector<std::string_view> permitted;  // clauses that were met and permit another error
  std::string expected;                     // for people
  std::string observed;
  bool operator==(const Deviation&) const = default;
};

struct Verdict {
  std::vector<Deviation> deviations;
  // Operations judged; less than the whole trace where a target showed a state nobody can go on
  // from.
  std::size_t judged = 0;
  // Of each operation the rule that was asked for: its place among clauses_of(). Behind a
  // difference it depends on what the target showed, so only the judge knows.
  std::vector<std::uint8_t> rules;
  // Nothing is broken. What differs from code alone breaks nothing, unless that is wanted.
  bool conforms(bool strict = false) const;
};

// Judges every operation, and goes on after a difference with the state the target showed, so that
// one run can report several. Operations that were not reached are not judged.
Verdict check(const Trace& trace, Observations observations,
              Binding binding = Binding::every_clause);

// The first deviation alone, where there is one; stops there.
Verdict check_first(const Trace& trace, Observations observations,
                    Binding binding = Binding::every_clause);

// Two deviations with the same bucket are the same finding: verb, clause, aspect, expected and
// observed error, dialect and kind of attach point. Of an answer also what of it differs first, and
// whether the query gave no array of programs, the detach named one, or a program answered an
// undefined verdict: one known deviation must not stand for others that show in the same place.
std::string bucket(const Deviation& deviation, Dialect dialect);

std::string_view word(Breach breach);
// "breaks the promise", "breaks the precedence", "differs from code".
std::string does_what(const Deviation& deviation);
// What is broken, and on what that stands: "insert.exists (selftest: tools/..., test_...)".
std::string grounds(const Deviation& deviation);
std::string_view word(Aspect aspect);

// For the head of a reproducer: what it shows, and on what it stands that this is one.
std::string headline(std::string_view what, const Deviation& deviation);

// "step 3: attach p1 d0/ingress before rel=p0 | model: ... | target: ... | clause | grounds"
std::string explain(const Deviation& deviation, const Trace& trace);

// Whether some rule that is met says so and nothing says that another wins. One that is due but
// stands further back breaks the order alone.
bool permits(Dialect dialect, Verb verb, const Decision& decision, Errno error);

// Whether the model says what is written, as far as anything is.
bool agrees(const Expected& written, const Expected& model);

// Where the file's own expectations and the model disagree: the step, and what the model says.
struct Misprint {
  std::size_t step;
  std::string written, model;
};
std::vector<Misprint> misprints(const Trace& trace);

// Fills in what the model expects behind each operation.
void annotate(Trace& trace);

}  // namespace mprogcheck

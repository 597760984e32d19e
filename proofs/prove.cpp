// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/prove.hpp"

#include <algorithm>
#include <chrono>

#include "model/words/text.hpp"
#include "model/world/world.hpp"
#include "proofs/decode.hpp"
#include "proofs/obligation.hpp"
#include "proofs/solver.hpp"

namespace mprogcheck::proofs {

std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::proved:
      return "proved";
    case Outcome::refuted:
      return "refuted";
    case Outcome::unknown:
      return "unknown";
    case Outcome::vacuous:
      return "vacuous";
  }
  return "?";
}

bool ProofResult::holds() const {
  return outcome == Outcome::proved &&
         std::all_of(breaks.begin(), breaks.end(), [](const BreakResult& b) {
           return b.outcome == Outcome::refuted && b.shown && b.shown->encoding_error.empty();
         });
}

std::vector<std::string> obligation_names() {
  std::vector<std::string> names;
  for (const Obligation& o : obligations()) names.emplace_back(o.name);
  return names;
}

std::vector<std::string> core_names() {
  std::vector<std::string> names;
  for (const Obligation& o : obligations())
    if (o.core) names.emplace_back(o.name);
  return names;
}

namespace {

// Counterexamples are looked for on lists of so many slots: every rule can be met there.
constexpr int kTwinSlots = 4;

std::vector<Query> queries_of(const Obligation& o, const Step& step) {
  std::vector<Query> queries;
  o.ask(step, queries);
  return queries;
}

class Prover {
 public:
  Prover(const ProveOptions& options, const Obligation& obligation, Dialect dialect)
      : options_(options), obligation_(obligation) {
    result_.obligation = obligation.name;
    result_.sentence = obligation.sentence;
    result_.dialect = dialect;
    std::copy_if(obligation.verbs.begin(), obligation.verbs.end(), std::back_inserter(verbs_),
                 [&](Verb verb) { return !clauses_of(dialect, verb).empty(); });
  }

  ProofResult run() {
    const auto start = std::chrono::steady_clock::now();
    result_.outcome = Outcome::proved;
    for (const Verb verb : verbs_) {
      if (result_.outcome == Outcome::proved) prove(verb);
      if (result_.outcome == Outcome::proved) not_vacuous(verb);
    }
    if (options_.written_out == 0)
      for (const Break& b : obligation_.breaks) refute(b);
    if (result_.breaks.empty() && options_.written_out == 0 && result_.outcome == Outcome::proved) {
      result_.outcome = Outcome::vacuous;
      result_.detail =
          "no rule of the dialect was broken to see whether the obligation is refuted then";
    }
    if (result_.queries == 0) {
      result_.outcome = Outcome::vacuous;
      result_.detail = "the obligation asks nothing of the rules of the dialect";
    }
    result_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return std::move(result_);
  }

 private:
  Solver solver_for(const Step& step) const { return {step, options_.limit, options_.stop}; }

  unsigned bits() const { return options_.written_out ? 8 : 0; }
  AnyChain chain() const {
    return options_.written_out ? written_out(result_.dialect, options_.written_out)
                                : endless(result_.dialect);
  }

  void fail(Outcome outcome, Verb verb, const std::string& about) {
    result_.outcome = outcome;
    result_.detail = std::string(mprogcheck::word(verb)) + (about.empty() ? "" : ": " + about);
  }

  void prove(Verb verb) {
    const Session session(bits());
    const Step step(result_.dialect, verb, chain());
    Solver solver = solver_for(step);
    for (const Query& q : queries_of(obligation_, step)) {
      ++result_.queries;
      solver.push();
      solver.add(q.assume.e && !q.goal.e);
      if (options_.smtlib) hand_out(solver, verb);
      const z3::check_result answer = solver.check();
      solver.pop();
      if (answer == z3::unsat) continue;
      // With quantifiers the solver says unknown where a counterexample exists.
      if (const auto found = counterexample(verb, {})) {
        result_.counterexample = found;
        return fail(Outcome::refuted, verb, q.about);
      }
      return fail(answer == z3::sat ? Outcome::refuted : Outcome::unknown, verb, q.about);
    }
  }

  // Something that the obligation speaks of can happen.
  void not_vacuous(Verb verb) {
    const Session session(bits());
    const Step step(
        result_.dialect, verb,
        written_out(result_.dialect, options_.written_out ? options_.written_out : kTwinSlots));
    Solver solver = solver_for(step);
    const auto queries = queries_of(obligation_, step);
    for (const Query& q : queries) {
      solver.push();
      solver.add(q.assume.e);
      const bool can_happen = solver.check() == z3::sat;
      solver.pop();
      if (can_happen) return;
    }
    if (!queries.empty())
      fail(Outcome::vacuous, verb, "no request meets the condition of the obligation");
  }

  std::optional<Counterexample> counterexample(Verb verb, const Break& broken) const {
    const Session session;
    const Step step(result_.dialect, verb, written_out(result_.dialect, kTwinSlots), broken);
    Solver solver = solver_for(step);
    // Building the list moves the revision once for each entry.
    solver.add(z3::ugt(step.before.now.e, kTwinSlots));
    for (const Query& q : queries_of(obligation_, step)) {
      solver.push();
      solver.add(q.assume.e && !q.goal.e);
      if (solver.check() == z3::sat) return decode(step, solver.get_model(), broken);
      solver.pop();
    }
    return std::nullopt;
  }

  // The rule that is broken, if the dialect has it.
  bool applies(const Break& b) const {
    const auto clauses = clauses_of(result_.dialect, b.verb);
    if (b.clause.empty()) return !clauses.empty();
    return std::any_of(clauses.begin(), clauses.end(),
                       [&](const Clause& c) { return c.id == b.clause; });
  }

  void refute(const Break& b) {
    if (!applies(b)) return;
    BreakResult broken{.words = std::string(b.words),
                       .command = std::string(mprogcheck::word(b.verb)),
                       .clause = std::string(b.clause),
                       .outcome = Outcome::proved,
                       .shown = {}};
    const bool of_one = std::find(verbs_.begin(), verbs_.end(), b.verb) != verbs_.end();
    for (const Verb verb : of_one ? std::vector{b.verb} : verbs_) {
      broken.shown = counterexample(verb, b);
      if (!broken.shown) continue;
      broken.outcome = Outcome::refuted;
      break;
    }
    result_.breaks.push_back(std::move(broken));
  }

  void hand_out(z3::solver& solver, Verb verb) const {
    std::string text = solver.to_smt2();
    constexpr std::string_view kStatus = "(set-info :status unknown)";
    if (const auto at = text.find(kStatus); at != std::string::npos)
      text.replace(at, kStatus.size(), "(set-info :status unsat)\n(set-logic ALL)");
    options_.smtlib(
        std::string(obligation_.name) + "." + std::string(mprogcheck::word(result_.dialect)) + "." +
            std::string(mprogcheck::word(verb)) + "." + std::to_string(result_.queries) + ".smt2",
        "; " + std::string(obligation_.sentence) + "\n" + text);
  }

  const ProveOptions& options_;
  const Obligation& obligation_;
  std::vector<Verb> verbs_;
  ProofResult result_;
};

}  // namespace

namespace {

struct Task {
  const Obligation* obligation;
  Dialect dialect;
};

std::vector<Task> tasks_of(const ProveOptions& options) {
  std::vector<Task> all;
  for (const Obligation& o : obligations()) {
    if (!options.obligation.empty() && options.obligation != o.name) continue;
    if (options.written_out && !o.core) continue;
    if (options.dialect) {
      if (o.of_dialect(*options.dialect)) all.push_back({&o, *options.dialect});
      continue;
    }
    for (const Dialect d : kDialects)
      if (o.of_dialect(d)) all.push_back({&o, d});
  }
  return all;
}

}  // namespace

std::string why_nothing(const ProveOptions& options) {
  if (!tasks_of(options).empty()) return {};
  const auto core = core_names();
  if (!options.written_out || std::find(core.begin(), core.end(), options.obligation) != core.end())
    return options.obligation + " is not asked in " +
           std::string(mprogcheck::word(*options.dialect));
  std::string names;
  for (const std::string& name : core) names += (names.empty() ? "" : ", ") + name;
  return options.obligation + " is not one of the core ones: " + names;
}

std::vector<ProofResult> prove(const ProveOptions& options,
                               const std::function<void(const ProofResult&)>& done) {
  std::vector<ProofResult> results;
  const auto all = tasks_of(options);
  try {
    for (const Task& one : all) {
      if (options.progress)
        options.progress(std::string(one.obligation->name) + " in " +
                         std::string(mprogcheck::word(one.dialect)) + ", " +
                         std::to_string(results.size() + 1) + " of " + std::to_string(all.size()));
      ProofResult result = stoppable(
          options.stop, [&] { return Prover(options, *one.obligation, one.dialect).run(); });
      if (options.stop && *options.stop) break;
      results.push_back(std::move(result));
      if (done) done(results.back());
    }
  } catch (const Stopped&) {
    // Of the last one nothing is known.
  }
  return results;
}

}  // namespace mprogcheck::proofs

// SPDX-License-Identifier: GPL-2.0-only
#include "props/explore/companion.hpp"

#include <utility>
#include <vector>

#include "model/judge/check.hpp"
#include "props/search/known.hpp"

namespace mprogcheck {
namespace {

class Beside final : public Companion {
 public:
  Beside(Stepper& stepper, const Wanted& wanted) : stepper_(stepper), wanted_(wanted) {}

  void enter(Walk walk) override {
    walk_.emplace(std::move(walk));
    begin();
  }

  std::optional<Trace> ask(const Operation& canonical) override {
    const Operation op = walk_->named(canonical);
    next_ = walk_->world();
    next_.step(op, predicted_);
    stepper_.apply(op, seen_);
    const bool same = seen_ == predicted_.observation;
    if (!same) {
      Trace trace = walk_->trace;
      trace.operations.push_back(op);
      if (!wanted_ || wanted_(trace, {})) return trace;
    }
    if (!same || predicted_.decision.error == Errno::ok) begin();
    return std::nullopt;
  }

  std::optional<Trace> leave() override { return std::nullopt; }

 private:
  void begin() {
    stepper_.begin(walk_->trace.header);
    for (const Operation& op : walk_->trace.operations) stepper_.apply(op, seen_);
  }

  Stepper& stepper_;
  const Wanted& wanted_;
  std::optional<Walk> walk_;
  World next_;
  Prediction predicted_;
  Observation seen_;
};

class InBatches final : public Companion {
 public:
  InBatches(Target& target, const Wanted& wanted) : target_(target), wanted_(wanted) {}

  void enter(Walk walk) override {
    walk_.emplace(std::move(walk));
    traces_.clear();
    asked_ = 0;
    open_ = false;
  }

  std::optional<Trace> ask(const Operation& canonical) override {
    const Operation op = walk_->named(canonical);
    put(op);
    next_ = walk_->world();
    next_.step(op, predicted_);
    if (predicted_.decision.error == Errno::ok) open_ = false;
    return ++asked_ < kMostAsked ? std::nullopt : run();
  }

  std::optional<Trace> leave() override { return run(); }

 private:
  static constexpr std::size_t kMostAsked = 4096;
  // What is behind a difference is asked again, so traces are not long.
  static constexpr std::size_t kMostOfTrace = 64;

  void put(const Operation& op) {
    if (!open_) traces_.push_back(walk_->trace);
    traces_.back().operations.push_back(op);
    open_ = traces_.back().operations.size() < walk_->trace.operations.size() + kMostOfTrace;
  }

  std::optional<Trace> run() {
    while (!traces_.empty()) {
      const std::vector<Trace> traces = std::move(traces_);
      traces_.clear();
      asked_ = 0;
      open_ = false;
      target_.run(traces, seen_);
      for (std::size_t t = 0; t < traces.size(); ++t)
        if (auto found = differs(traces[t], seen_[t])) return found;
    }
    return std::nullopt;
  }

  // Behind a difference nobody knows what state the target is in: the rest is asked anew.
  std::optional<Trace> differs(const Trace& trace, const Observations& seen) {
    const std::size_t first = walk_->trace.operations.size();
    for (std::size_t i = first; i < trace.operations.size(); ++i) {
      next_ = walk_->world();
      next_.step(trace.operations[i], predicted_);
      if (const Observation* const one = seen.at(i); one && same(trace.operations[i], *one))
        continue;
      Trace shown = walk_->trace;
      shown.operations.push_back(trace.operations[i]);
      if (!wanted_ || wanted_(shown, answers_to(first, seen, i))) return shown;
      open_ = false;
      for (std::size_t rest = i + 1; rest < trace.operations.size(); ++rest)
        put(trace.operations[rest]);
      open_ = false;
      break;
    }
    return std::nullopt;
  }

  // Those to the walk, and the one at `i`; none where it did not come.
  std::span<const Observation> answers_to(std::size_t first, const Observations& seen,
                                          std::size_t i) {
    if (!seen.at(i)) return {};
    answers_.clear();
    for (std::size_t k = 0; k < first; ++k) answers_.push_back(*seen.at(k));
    answers_.push_back(*seen.at(i));
    return answers_;
  }

  bool same(const Operation& op, const Observation& one) {
    if (one == predicted_.observation) return true;
    const Errno expected = predicted_.observation.error;
    if (one.error == Errno::ok || expected == Errno::ok) return false;
    if (!permits(walk_->trace.header.dialect, op.verb, predicted_.decision, one.error))
      return false;
    predicted_.observation.error = one.error;
    return one == predicted_.observation;
  }

  Target& target_;
  const Wanted& wanted_;
  std::optional<Walk> walk_;
  World next_;
  Prediction predicted_;
  std::vector<Trace> traces_;
  std::vector<std::vector<Observation>> seen_;
  std::vector<Observation> answers_;
  std::size_t asked_ = 0;
  bool open_ = false;
};

}  // namespace

std::unique_ptr<Companion> companion(Stepper& stepper, const Wanted& wanted) {
  return std::make_unique<Beside>(stepper, wanted);
}

std::unique_ptr<Companion> companion(Target& target, const Wanted& wanted) {
  return std::make_unique<InBatches>(target, wanted);
}

}  // namespace mprogcheck

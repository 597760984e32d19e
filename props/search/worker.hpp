// SPDX-License-Identifier: GPL-2.0-only
// One thread of a campaign, with a target of its own: takes traces, runs them and judges. Only
// campaign.cpp includes it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "props/search/campaign.hpp"
#include "props/search/choices_of.hpp"

namespace mprogcheck {

using Clock = std::chrono::steady_clock;

inline bool is_stopped(const CampaignOptions& options) {
  return options.stop && options.stop->load(std::memory_order_relaxed);
}

// Draws for all workers, one trace behind the other.
struct SharedGuide {
  explicit SharedGuide(const Guide::Options& options) : guide(options) {}
  Guide guide;
  std::mutex mutex;
};

// One of a trace's predictions. They are an odd number of cache lines apart: at an even number the
// same field of all of them falls into a few sets of the cache, which cannot hold them.
struct alignas(64) Foreseen {
  Prediction prediction;
  char apart;
};
static_assert(sizeof(Foreseen) / 64 % 2 == 1);

class Worker {
 public:
  // Takes traces up to number `limit` of the shard; of a guided campaign from `guide`.
  Worker(Target& target, const CampaignOptions& options, SharedGuide* guide,
         std::atomic<std::uint64_t>& next, std::uint64_t limit, Clock::time_point end)
      : target_(target),
        can_(target.capabilities()),
        options_(options),
        guide_(guide),
        next_(next),
        limit_(limit),
        end_(end),
        coverage_(options.dialect) {}

  void run() {
    Stepper* const stepper = target_.stepper();
    const std::size_t at_a_time = stepper ? 1 : target_.batch();
    while (const auto i = guide_ ? take_drawn(at_a_time) : take(at_a_time)) {
      if (!stepper)
        batch(*i);
      else if (guide_)
        lockstep_drawn(*stepper, number_of(*i));
      else
        lockstep(*stepper, number_of(*i));
    }
  }

  std::uint64_t operations() const { return operations_.load(std::memory_order_relaxed); }
  const Coverage& coverage() const { return coverage_; }
  const std::map<std::string, Finding>& findings() const { return findings_; }
  std::uint64_t traces() const { return traces_; }

 private:
  std::optional<std::uint64_t> take(std::uint64_t count) {
    if (is_stopped(options_) || Clock::now() >= end_) return std::nullopt;
    const std::uint64_t i = next_.fetch_add(count, std::memory_order_relaxed);
    if (i >= limit_) return std::nullopt;
    return i;
  }

  // Takes traces and has them drawn before anybody takes the next.
  std::optional<std::uint64_t> take_drawn(std::uint64_t count) {
    const std::scoped_lock lock(guide_->mutex);
    const auto first = take(count);
    drawn_.resize(first ? std::min(count, limit_ - *first) : 0);
    for (std::size_t i = 0; i < drawn_.size(); ++i)
      guide_->guide.next(number_of(*first + i), drawn_[i]);
    return first;
  }

  // Of a trace of the shard, among all.
  std::uint64_t number_of(std::uint64_t index) const {
    return index * options_.shards + options_.shard;
  }

  // Draws and predicts a whole trace, then runs and compares it: each for itself fits a
  // processor's caches better than both by turns. On the first difference the whole trace is
  // judged again at leisure.
  void lockstep(Stepper& stepper, std::uint64_t index) {
    Random c = choices_of(options_.seed, options_.dialect, index);
    const Scope scope = draw_scope(c, options_.dialect, can_);
    Generator generator(c, scope);
    trace_.header = header_of(scope);
    const std::size_t length = options_.operations + scope.prefill;
    trace_.operations.resize(length);
    if (foreseen_.size() < length) foreseen_.resize(length);  // those there are used again
    world_.reset(trace_.header);
    for (std::size_t i = 0; i < length; ++i) {
      generator.next(world_, trace_.operations[i]);
      Prediction& prediction = foreseen_[i].prediction;
      world_.step(trace_.operations[i], prediction);
      coverage_.note(trace_.operations[i], prediction, world_);
    }
    compare(stepper, index);
  }

  void lockstep_drawn(Stepper& stepper, std::uint64_t index) {
    std::swap(trace_, drawn_.front());
    const std::size_t length = trace_.operations.size();
    if (foreseen_.size() < length) foreseen_.resize(length);
    world_.reset(trace_.header);
    for (std::size_t i = 0; i < length; ++i) {
      world_.step(trace_.operations[i], foreseen_[i].prediction);
      coverage_.note(trace_.operations[i], foreseen_[i].prediction, world_);
    }
    compare(stepper, index);
  }

  void compare(Stepper& stepper, std::uint64_t index) {
    const std::size_t length = trace_.operations.size();
    stepper.begin(trace_.header);
    bool same = true;
    for (std::size_t i = 0; i < length && same; ++i) {
      stepper.apply(trace_.operations[i], seen_);
      const Prediction& prediction = foreseen_[i].prediction;
      same = seen_ == prediction.observation || errs_as_permitted(trace_.operations[i], prediction);
    }
    ++traces_;
    operations_.store(operations_.load(std::memory_order_relaxed) + length,
                      std::memory_order_relaxed);
    if (!same) judge(index, trace_);
  }

  // Another answer than the model's that is permitted, and on which the state does not depend:
  // nothing to judge again, as long as everything else is the same.
  bool errs_as_permitted(const Operation& op, const Prediction& prediction) {
    const Errno expected = prediction.observation.error;
    const bool refused = seen_.error != Errno::ok && expected != Errno::ok;
    if (!refused && !has_trait(op.verb, Trait::only_asks)) return false;
    if (!permits(options_.dialect, op.verb, prediction.decision, seen_.error)) return false;
    seen_.error = expected;
    return seen_ == prediction.observation;
  }

  void batch(std::uint64_t index) {
    std::vector<Trace> traces;
    std::uint64_t count = 0;
    Prediction prediction;
    for (std::uint64_t i = index; i < std::min(index + target_.batch(), limit_); ++i) {
      traces.push_back(guide_ ? std::move(drawn_[i - index])
                              : generate(options_, can_, number_of(i)));
      world_.reset(traces.back().header);
      for (const Operation& op : traces.back().operations) {
        world_.step(op, prediction);
        coverage_.note(op, prediction, world_);
      }
      count += traces.back().operations.size();
    }
    target_.run(traces, observations_);
    for (std::size_t i = 0; i < traces.size(); ++i)
      note(number_of(index + i), traces[i],
           check(traces[i], observations_[i], binding_of(target_)));
    traces_ += traces.size();
    operations_.store(operations_.load(std::memory_order_relaxed) + count,
                      std::memory_order_relaxed);
  }

  void judge(std::uint64_t index, const Trace& trace) {
    target_.run(std::span(&trace, 1), observations_);
    note(index, trace, check(trace, observations_[0], binding_of(target_)));
  }

  void note(std::uint64_t index, const Trace& trace, const Verdict& verdict) {
    std::set<std::string> counted;
    for (const Deviation& d : verdict.deviations) {
      const std::string name = bucket(d, options_.dialect);
      if (!counted.insert(name).second) continue;
      Finding& f = findings_[name];
      if (f.times == 0 || index < f.index) {
        f.bucket = name;
        f.deviation = d;
        f.trace = trace;
        f.index = index;
        if (d.aspect == Aspect::harm) f.last_words = target_.last_words();
        if (f.times == 0 && options_.found) options_.found(f);
      }
      ++f.times;
    }
  }

  Target& target_;
  Capabilities can_;
  const CampaignOptions& options_;
  SharedGuide* guide_;
  std::atomic<std::uint64_t>& next_;
  std::uint64_t limit_;
  Clock::time_point end_;
  Coverage coverage_;
  std::map<std::string, Finding> findings_;
  std::atomic<std::uint64_t> operations_{0};
  std::uint64_t traces_ = 0;
  Trace trace_;
  std::vector<Trace> drawn_;
  World world_;
  std::vector<Foreseen> foreseen_;
  Observation seen_;
  std::vector<std::vector<Observation>> observations_;
};

}  // namespace mprogcheck

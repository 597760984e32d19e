// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/campaign.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "model/words/text.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck {
namespace {

using Clock = std::chrono::steady_clock;

// A trace's own sequence of choices, whichever thread draws it.
Random choices_of(std::uint64_t seed, Dialect dialect, std::uint64_t index) {
  Random mix(seed ^ (std::uint64_t{dialect->number} << 56));
  return Random(mix.next() ^ Random(index).next());
}

bool is_stopped(const CampaignOptions& options) {
  return options.stop && options.stop->load(std::memory_order_relaxed);
}

// One of a trace's predictions. They are an odd number of cache lines apart: at an even number the
// same field of all of them falls into a few sets of the cache, which cannot hold them.
struct alignas(64) Foreseen {
  Prediction prediction;
  char apart;
};
static_assert(sizeof(Foreseen) / 64 % 2 == 1);

// Ends a minimisation from within.
struct Stopped {};

class Worker {
 public:
  // Takes traces up to number `limit` of the shard.
  Worker(Target& target, const CampaignOptions& options, std::atomic<std::uint64_t>& next,
         std::uint64_t limit, Clock::time_point end)
      : target_(target),
        can_(target.capabilities()),
        options_(options),
        next_(next),
        limit_(limit),
        end_(end),
        coverage_(options.dialect) {}

  void run() {
    if (Stepper* stepper = target_.stepper())
      while (const auto i = take(1)) lockstep(*stepper, number_of(*i));
    else
      while (const auto i = take(target_.batch())) batch(*i);
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
      traces.push_back(generate(options_, can_, number_of(i)));
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
  std::atomic<std::uint64_t>& next_;
  std::uint64_t limit_;
  Clock::time_point end_;
  Coverage coverage_;
  std::map<std::string, Finding> findings_;
  std::atomic<std::uint64_t> operations_{0};
  std::uint64_t traces_ = 0;
  Trace trace_;
  World world_;
  std::vector<Foreseen> foreseen_;
  Observation seen_;
  std::vector<std::vector<Observation>> observations_;
};

void merge(std::map<std::string, Finding>& into, const std::map<std::string, Finding>& from) {
  for (const auto& [name, finding] : from) {
    const auto [at, is_new] = into.try_emplace(name, finding);
    if (is_new) continue;
    const std::uint64_t times = at->second.times + finding.times;
    if (finding.index < at->second.index) at->second = finding;
    at->second.times = times;
  }
}

// What a campaign has done before, for its progress.
struct Before {
  Clock::time_point start;
  std::uint64_t operations = 0;
};

// Runs the workers in threads of their own, and reports progress from this one.
// Returns why a target failed, if one did: what all of them found until then stands.
std::string run_workers(std::vector<std::unique_ptr<Worker>>& workers,
                        const CampaignOptions& options, const std::string& name,
                        const Before& before) {
  std::vector<std::exception_ptr> errors(workers.size());
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t running = workers.size();
  std::vector<std::thread> threads;
  const auto work = [&](std::size_t i) {
    try {
      workers[i]->run();
    } catch (...) {
      errors[i] = std::current_exception();
    }
    const std::scoped_lock lock(mutex);
    if (--running == 0) ended.notify_one();
  };
  for (std::size_t i = 0; i < workers.size(); ++i) try {
      threads.emplace_back(work, i);
    } catch (const std::system_error&) {
      // Those that there are take over its traces; without any, this one does.
      if (i == 0) work(i++);
      const std::scoped_lock lock(mutex);
      running -= workers.size() - i;
      break;
    }
  const auto over = [&] { return running == 0; };
  std::unique_lock lock(mutex);
  while (!ended.wait_for(lock, std::chrono::milliseconds(100), over)) {
    if (!options.progress || Clock::now() - before.start < std::chrono::seconds(1)) continue;
    std::uint64_t operations = before.operations;
    for (const auto& w : workers) operations += w->operations();
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - before.start).count();
    options.progress(name + " " + std::string(word(options.dialect)) + ": " + grouped(operations) +
                     " operations, " + std::to_string(seconds) + " s");
  }
  lock.unlock();
  for (auto& t : threads) t.join();
  std::string failed;
  for (const auto& e : errors) try {
      if (e) std::rethrow_exception(e);
    } catch (const CannotRun& why) {
      failed = why.what();
    }
  return failed;
}

// Whether the minimal trace of an earlier run shows the finding here too: then it becomes its own.
bool shown_by_earlier(Target& target, const CampaignOptions& options, Finding& finding) {
  const auto earlier = options.minimal.find(finding.bucket);
  if (earlier == options.minimal.end() || is_stopped(options)) return false;
  for (Shown& s : deviations_on(target, earlier->second))
    if (s.bucket == finding.bucket) {
      finding.trace = earlier->second;
      finding.deviation = std::move(s.deviation);
      return finding.minimal = true;
    }
  return false;
}

Clock::time_point minimised_until(const CampaignOptions& options, double searched) {
  if (options.minimize_time) return Clock::now() + *options.minimize_time;
  if (!options.minimize_as_long) return Clock::time_point::max();
  const auto as_long = std::chrono::duration<double>(searched);
  return Clock::now() + std::max<Clock::duration>(
                            kMinimizeAtLeast, std::chrono::duration_cast<Clock::duration>(as_long));
}

// How many traces of a shard are among the first `traces` of all.
std::uint64_t traces_of_shard(const CampaignOptions& o) {
  if (!o.traces) return std::numeric_limits<std::uint64_t>::max();
  return *o.traces / o.shards + (*o.traces % o.shards > o.shard);
}

// Where somebody wants to know what is done, the workers meet every few seconds.
void run_in_chunks(const std::vector<std::unique_ptr<Target>>& targets,
                   const CampaignOptions& options, Clock::time_point start, Clock::time_point end,
                   CampaignResult& result) {
  constexpr auto kShort = std::chrono::seconds(2), kLong = std::chrono::seconds(8);
  const std::uint64_t all = traces_of_shard(options);
  std::uint64_t first = options.first;
  std::uint64_t size = 16 * targets.size() * targets[0]->batch();
  while (result.broke_off.empty() && first < all && !is_stopped(options) && Clock::now() < end) {
    const std::uint64_t limit = options.done ? first + std::min(size, all - first) : all;
    std::atomic<std::uint64_t> next{first};
    std::vector<std::unique_ptr<Worker>> workers;
    for (const auto& t : targets)
      workers.push_back(std::make_unique<Worker>(*t, options, next, limit, end));
    const auto begun = Clock::now();
    result.broke_off =
        run_workers(workers, options, result.target, {start, result.coverage.operations()});
    Coverage coverage(options.dialect);
    std::map<std::string, Finding> findings;
    std::uint64_t traces = 0;
    for (const auto& w : workers) {
      coverage.merge(w->coverage());
      merge(findings, w->findings());
      traces += w->traces();
    }
    result.coverage.merge(coverage);
    merge(result.findings, findings);
    result.traces += traces;
    const auto took = Clock::now() - begun;
    // Of a chunk that a target did not end nobody knows which traces are done.
    if (options.done && result.broke_off.empty() && traces != 0) try {
        options.done(
            {first, traces, std::chrono::duration<double>(took).count(), coverage, findings});
      } catch (const CannotRun& why) {
        result.broke_off = why.what();
      }
    first += traces;
    if (took < kShort) size *= 2;
    if (took > kLong) size = std::max<std::uint64_t>(size / 2, 1);
  }
}

}  // namespace

Trace generate(const CampaignOptions& options, const Capabilities& all, std::uint64_t index) {
  Capabilities can = all;
  can.hazards = can.hazards && options.hazards;
  can.foreign &= ~options.avoid;
  Random c = choices_of(options.seed, options.dialect, index);
  const Scope scope = draw_scope(c, options.dialect, can);
  Generator generator(c, scope);
  Trace trace;
  trace.header = header_of(scope);
  World world;
  world.reset(trace.header);
  Prediction p;
  for (std::size_t i = 0; i < std::size_t{options.operations} + scope.prefill; ++i) {
    trace.operations.push_back(generator.next(world));
    world.step(trace.operations.back(), p);
  }
  return trace;
}

bool CampaignResult::deviates() const {
  return !known.gone.empty() || !missed.empty() || tally().deviates(strict);
}

Tally CampaignResult::tally() const {
  Tally out;
  for (const auto& [bucket, excuse] : known.shown) out.add(&excuse);
  for (const auto& [bucket, finding] : findings)
    if (finding.known.empty()) out.add_new(finding.deviation);
  return out;
}

std::size_t CampaignResult::unfinished() const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [](const auto& each) {
        const Finding& f = each.second;
        return f.known.empty() && f.again && !f.minimal;
      }));
}

bool CampaignResult::conforms() const {
  return traces != 0 && !stopped && broke_off.empty() && !deviates();
}

CampaignResult run_campaign(const TargetFactory& factory, const CampaignOptions& given) {
  CampaignOptions options = given;
  std::vector<std::unique_ptr<Target>> targets;
  for (unsigned i = 0; i < std::max(options.jobs, 1U); ++i) targets.push_back(factory());
  if (given.ready) given.ready(*targets[0], options);
  CampaignResult result(options.dialect);
  result.dialect = options.dialect;
  result.seed = options.seed;
  result.strict = options.strict;
  result.target = targets[0]->name();
  result.capabilities = targets[0]->capabilities();
  result.capabilities.hazards &= options.hazards;

  result.known = known_of(*targets[0], options.known, options.hazards);
  for (const auto& [bucket, excuse] : result.known.shown)
    if (const Ref r = excuse.trace.operations[excuse.deviation.step].relative;
        excuse.deviation.aspect == Aspect::harm && r.kind == Ref::Kind::foreign)
      options.avoid.set(r.raw);

  std::mutex one_at_a_time;
  std::set<std::string> told;
  if (given.found)
    options.found = [&](const Finding& finding) {
      const std::lock_guard lock(one_at_a_time);
      if (!result.known.excuse(finding.bucket) && told.insert(finding.bucket).second)
        given.found(finding);
    };

  const auto start = Clock::now();
  const auto end = options.time ? start + *options.time : Clock::time_point::max();
  run_in_chunks(targets, options, start, end, result);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();

  const auto begun = Clock::now();
  const auto until = minimised_until(options, result.seconds);
  auto to_minimise = std::count_if(result.findings.begin(), result.findings.end(),
                                   [&](const auto& f) { return !result.known.excuse(f.first); });
  Remembered remembered;
  for (auto& [name, finding] : result.findings) {
    finding.security = is_security_relevant(finding.deviation, finding.trace, result.target);
    if (const Excuse* const excuse = result.known.excuse(name)) {
      finding.known = excuse->reason.empty() ? "known" : excuse->reason;
      finding.elsewhere = excuse->elsewhere();
      finding.security |= excuse->reason.starts_with(kSecurity);
    } else if (shown_by_earlier(*targets[0], options, finding)) {
      if (given.found) given.found(finding);
    } else if (options.minimize && !is_stopped(options) && result.broke_off.empty()) {
      // What one leaves of its share is the others'.
      const auto share = (until - Clock::now()) / to_minimise--;
      if (share <= Clock::duration::zero()) continue;
      MinimizeOptions how;
      how.remembered = &remembered;
      if (until != Clock::time_point::max()) how.deadline = Clock::now() + share;
      how.progress = [&, &what = name](std::size_t left) {
        if (is_stopped(options)) throw Stopped();
        if (options.progress)
          options.progress("minimising " + what + ": " + std::to_string(left) + " operation" +
                           (left == 1 ? "" : "s"));
      };
      try {
        Minimal m = minimize(*targets[0], finding.trace, name, how);
        finding.minimal = m.finished;
        finding.trace = std::move(m.trace);
        finding.deviation = std::move(m.deviation);
        if (given.found) given.found(finding);
      } catch (const Stopped&) {
        // The trace stays as it was met.
      } catch (const std::invalid_argument&) {
        finding.again = false;
      } catch (const CannotRun& why) {
        result.broke_off = why.what();
      }
    }
  }
  result.minimizing = std::chrono::duration<double>(Clock::now() - begun).count();
  result.stopped = is_stopped(options);
  const Capabilities& can = result.capabilities;
  if (result.coverage.operations() >= kLongEnough)
    for (const auto& s : result.coverage.sometimes(can.packets, can.netkit, can.filters))
      if (s.times == 0) result.missed.push_back(s.name);
  return result;
}

}  // namespace mprogcheck

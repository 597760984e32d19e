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
#include "props/search/worker.hpp"

namespace mprogcheck {
namespace {

// Ends a minimisation from within.
struct Stopped {};

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

// Brings it to where it is before the first trace to be run. What an earlier run left may be that
// of other traces, where stores were merged: then they are drawn again.
void bring_up(Guide& guide, const CampaignOptions& options, Clock::time_point end) {
  if (options.guidance.traces == options.first) guide.go_on_from(options.guidance);
  Trace trace;
  while (guide.guidance().traces < options.first && !is_stopped(options) && Clock::now() < end)
    guide.next(guide.guidance().traces * options.shards + options.shard, trace);
}

// Where somebody wants to know what is done, the workers meet every few seconds.
void run_in_chunks(const std::vector<std::unique_ptr<Target>>& targets,
                   const CampaignOptions& options, Clock::time_point start, Clock::time_point end,
                   CampaignResult& result) {
  constexpr auto kShort = std::chrono::seconds(2), kLong = std::chrono::seconds(8);
  const std::uint64_t all = traces_of_shard(options);
  std::uint64_t first = options.first;
  std::optional<SharedGuide> guide;
  if (options.guided) {
    guide.emplace(Guide::Options{options.dialect, options.seed,
                                 capabilities_used(options, targets[0]->capabilities()),
                                 options.operations});
    bring_up(guide->guide, options, end);
  }
  std::uint64_t size = 16 * targets.size() * targets[0]->batch();
  while (result.broke_off.empty() && first < all && !is_stopped(options) && Clock::now() < end) {
    const std::uint64_t limit = options.done ? first + std::min(size, all - first) : all;
    std::atomic<std::uint64_t> next{first};
    std::vector<std::unique_ptr<Worker>> workers;
    for (const auto& t : targets)
      workers.push_back(
          std::make_unique<Worker>(*t, options, guide ? &*guide : nullptr, next, limit, end));
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
        options.done({first, traces, std::chrono::duration<double>(took).count(), coverage,
                      findings, guide ? &guide->guide.guidance() : nullptr});
      } catch (const CannotRun& why) {
        result.broke_off = why.what();
      }
    first += traces;
    if (took < kShort) size *= 2;
    if (took > kLong) size = std::max<std::uint64_t>(size / 2, 1);
  }
}

}  // namespace

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

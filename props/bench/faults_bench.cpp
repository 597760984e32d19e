// SPDX-License-Identifier: GPL-2.0-only
// Operations until planted faults are found: by a campaign, and by a guided one beside it.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "impl/inprocess/inprocess.hpp"
#include "model/words/text.hpp"
#include "props/bench/bench.hpp"
#include "props/output.hpp"
#include "props/search/hunt.hpp"

namespace mprogcheck {
namespace {

constexpr std::uint64_t kLimit = 20'000;

// By dialect and fault, the median over the seeds.
using Medians = std::map<std::pair<std::string, std::string>, double>;

Medians medians(std::uint64_t seeds, std::uint64_t first, bool guided) {
  struct Job {
    Dialect dialect;
    std::uint64_t seed;
  };
  std::vector<Job> jobs;
  for (std::uint64_t i = 0; i < seeds; ++i)
    for (const Dialect d : kDialects) jobs.push_back({d, first + i});
  std::map<std::pair<std::string, std::string>, std::vector<double>> needed;
  std::mutex mutex;
  std::size_t done = 0;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < jobs.size(); i = next++) {
      std::vector<std::unique_ptr<Target>> targets;
      std::vector<std::string> names;
      for (const FaultInfo& f : InProcess::faults())
        if (f.seen_in(jobs[i].dialect)) {
          targets.push_back(std::make_unique<InProcess>(f.name));
          names.emplace_back(f.name);
        }
      const auto found =
          operations_until_found(targets, jobs[i].dialect, jobs[i].seed, 50 * kLimit, guided);
      const std::scoped_lock lock(mutex);
      for (std::size_t t = 0; t < names.size(); ++t)
        needed[{std::string(word(jobs[i].dialect)), names[t]}].push_back(
            static_cast<double>(found[t].value_or(50 * kLimit)));
      ++done;
      if (isatty(STDERR_FILENO))
        tell(stderr, "\r\033[K{}: {} of {} campaigns", guided ? "guided" : "unguided", done,
             jobs.size());
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
    threads.emplace_back(work);
  for (std::thread& t : threads) t.join();
  if (isatty(STDERR_FILENO)) tell(stderr, "\r\033[K");
  Medians out;
  for (auto& [name, values] : needed) out[name] = median(std::move(values));
  return out;
}

// Of the processor, to draw an operation, in us.
double microseconds_to_draw(bool guided) {
  CampaignOptions options;
  options.seed = 1;
  const Capabilities can = InProcess().capabilities();
  Guide guide({options.dialect, options.seed, can, options.operations});
  Trace trace;
  std::uint64_t operations = 0;
  const double seconds = cpu_seconds_of([&] {
    for (std::uint64_t i = 0; i < (guided ? 400U : 20'000U); ++i) {
      if (guided)
        guide.next(i, trace);
      else
        trace = generate(options, can, i);
      operations += trace.operations.size();
    }
  });
  return 1e6 * seconds / static_cast<double>(operations);
}

}  // namespace

int bench_faults() {
  std::vector<std::pair<double, std::string>> slowest;
  std::size_t found = 0;
  for (const auto& [name, operations] : medians(20, 1, false)) {
    slowest.emplace_back(operations, fmt::format("{} ({})", name.second, name.first));
    found += operations <= kLimit;
  }
  std::sort(slowest.rbegin(), slowest.rend());
  fmt::print("faults: {} of {} found within {} operations (median over 20 seeds); the slowest:\n",
             found, slowest.size(), kLimit);
  for (std::size_t i = 0; i < 10; ++i)
    fmt::print("  {:7.0f} {}\n", slowest[i].first, slowest[i].second);
  return found == slowest.size() ? 0 : 1;
}

int bench_guided(std::uint64_t seeds, std::uint64_t first) {
  seeds = std::max<std::uint64_t>(seeds, 1);
  const Medians without = medians(seeds, first, false), with = medians(seeds, first, true);
  struct Row {
    double unguided, guided;
    std::string name;
  };
  std::vector<Row> rows;
  double sums[2] = {};
  std::size_t worse = 0, twice = 0;
  for (const auto& [name, unguided] : without) {
    const double guided = with.at(name);
    rows.push_back({unguided, guided, fmt::format("{} ({})", name.second, name.first)});
    sums[0] += unguided, sums[1] += guided;
    worse += guided > unguided, twice += guided > 2 * unguided;
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.unguided > b.unguided; });
  fmt::print(
      "guided: operations until each fault is found, medians over seeds {} to {}\n"
      "  unguided  guided  ratio\n",
      first, first + seeds - 1);
  for (const Row& r : rows)
    fmt::print("  {:8.0f} {:7.0f} {:6.2f} {}\n", r.unguided, r.guided, r.guided / r.unguided,
               r.name);
  const double ratio = sums[1] / sums[0];
  fmt::print(
      "guided: {:.0f} operations for all {} faults, unguided {:.0f}: {:.3f}; wanted at most 0.5\n"
      "guided: {} faults take more operations than unguided, {} of them more than twice as many\n"
      "guided: {:.2f} us of the processor to draw an operation, unguided {:.2f}\n",
      sums[1], rows.size(), sums[0], ratio, worse, twice, microseconds_to_draw(true),
      microseconds_to_draw(false));
  return ratio <= 0.5 ? 0 : 1;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// From any trace that shows a deviation to a smallest one that shows the same.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <unordered_map>

#include "impl/target.hpp"
#include "model/judge/check.hpp"

namespace mprogcheck {

// The first deviation of `trace` on `target`, with its bucket; empty bucket if it conforms.
struct Shown {
  std::string bucket;
  Deviation deviation;
};
std::vector<Shown> deviations_on(Target& target, const Trace& trace);

// What one target showed of each trace, so that it is asked once, whatever is minimised.
class Remembered {
 public:
  const std::vector<Shown>& on(Target& target, const Trace& trace);
  std::size_t runs() const { return runs_; }      // on the target
  std::size_t spared() const { return spared_; }  // that were made before

 private:
  static constexpr std::size_t kMost = 20'000;  // then it forgets them
  std::unordered_map<std::string, std::vector<Shown>> shown_;
  std::size_t runs_ = 0, spared_ = 0;
};

struct Minimal {
  Trace trace;
  Deviation deviation;   // as the minimal trace shows it
  std::size_t runs = 0;  // traces tried on the target
  bool finished = true;  // false: a limit came first, and something may still be able to go
};

struct MinimizeOptions {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  // Unlike the deadline this ends it at the same trace every time.
  std::size_t most_runs = std::numeric_limits<std::size_t>::max();
  // What was run before; it is added to.
  Remembered* remembered = nullptr;
  // Set from outside, it ends like the deadline.
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::size_t operations)> progress;  // called now and then
};

// The result is 1-minimal: no operation, flag, relative object, old program, revision or says can
// go, and no number be made smaller, without losing the deviation in `bucket`. Names are canonical:
// programs, links and devices numbered in the order of their first use. `progress` is called now
// and then. Throws std::invalid_argument if `trace` does not show `bucket` on `target`.
Minimal minimize(Target& target, const Trace& trace, const std::string& bucket,
                 const MinimizeOptions& options = {});

// Programs, links and devices renumbered by first use; what is unused is not loaded.
Trace canonical(const Trace& trace);

}  // namespace mprogcheck

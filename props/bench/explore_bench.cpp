// SPDX-License-Identifier: GPL-2.0-only
// ./mprogcheck bench explore: how fast small worlds are explored, that our implementation agrees
// in all of them, and what share of the planted faults the suite finds.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "impl/inprocess/inprocess.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/bench/bench.hpp"
#include "props/explore/explore.hpp"
#include "props/output.hpp"
#include "props/search/interrupt.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

bool fast_enough(Dialect dialect) {
  constexpr double kWanted = 10e6;
  const Bounds bounds{.dialect = dialect, .progs = 4, .links = 2, .capacity = 4};
  std::vector<double> rates;
  std::size_t states = 0;
  std::uint64_t transitions = 0;
  for (int round = 0; round < 5; ++round) {
    const double seconds = cpu_seconds_of([&] {
      const Exploration e =
          explore(bounds, nullptr, [](const std::string&) { unless_interrupted(); });
      states = e.parent.size();
      transitions = e.transitions;
    });
    rates.push_back(static_cast<double>(transitions) / seconds);
  }
  fmt::print(
      "explore {}, 4 programs, 2 links, 4 slots: {} states, {} requests, {:.1f} M/s on one core "
      "(median of 5, by processor time); wanted 10\n",
      word(dialect), states, transitions, median(rates) / 1e6);
  return median(rates) >= kWanted;
}

bool agrees_everywhere(Dialect dialect) {
  const bool terminal = isatty(STDERR_FILENO);
  std::size_t worlds = 0, states = 0, differences = 0;
  std::uint64_t transitions = 0;
  InProcess impl;
  for (std::uint8_t progs = 1; progs <= 5; ++progs)
    for (std::uint8_t links = 0; links <= 2; ++links)
      for (std::uint8_t capacity = 1; capacity <= 5; ++capacity) {
        const Bounds bounds{
            .dialect = dialect, .progs = progs, .links = links, .capacity = capacity};
        const Exploration e = explore(bounds, &impl, [&](const std::string& text) {
          unless_interrupted();
          if (terminal) tell(stderr, "\r\033[K{} worlds; {}", worlds, text);
        });
        ++worlds;
        states += e.parent.size();
        transitions += e.transitions;
        // An exploration ends at its first.
        if (!e.deviation) continue;
        ++differences;
        fmt::print("{}", print(*e.deviation));
      }
  if (terminal) tell(stderr, "\r\033[K");
  fmt::print(
      "explore {}, up to 5 programs, 2 links, 5 slots: {} worlds, {} states, {} transitions, {} "
      "differences between impl and the model\n",
      word(dialect), worlds, states, transitions, differences);
  return differences == 0;
}

// Without the tours: what a person can read finds the faults.
std::vector<Trace> witnesses() {
  std::vector<Trace> all;
  for (const auto& file :
       std::filesystem::directory_iterator(MPROGCHECK_SOURCE_DIR "/traces/suite")) {
    const std::string path = file.path();
    if (!path.ends_with(".trace") || path.ends_with(".tour.trace")) continue;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    for (Trace& t : parse(text.str(), path)) all.push_back(std::move(t));
  }
  return all;
}

bool suite_finds(const std::vector<Trace>& suite, std::string_view fault) {
  InProcess target(fault);
  std::vector<std::vector<Observation>> seen;
  target.run(suite, seen);
  for (std::size_t i = 0; i < suite.size(); ++i)
    if (!check(suite[i], seen[i]).conforms()) return true;
  return false;
}

bool suite_suffices() {
  const std::vector<Trace> suite = witnesses();
  const auto faults = InProcess::faults();
  std::vector<std::string_view> missed;
  for (const FaultInfo& f : faults) {
    unless_interrupted();
    if (!suite_finds(suite, f.name)) missed.push_back(f.name);
  }
  const std::size_t found = faults.size() - missed.size();
  fmt::print("explore: the suite alone ({} traces) finds {} of {} planted faults; wanted 95 %\n",
             suite.size(), found, faults.size());
  for (const auto name : missed) fmt::print("  missed: {}\n", name);
  return found * 100 >= faults.size() * 95;
}

}  // namespace

int bench_explore() {
  end_on_signals();
  bool kept = true;
  for (const Dialect d : kDialects) kept &= fast_enough(d);
  kept &= suite_suffices();
  for (const Dialect d : kDialects) kept &= agrees_everywhere(d);
  return kept ? 0 : 1;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The figures the project claims, as ratios taken in one run: machines are shared and noisy.
//
//   ./mprogcheck bench lockstep          checking in process, against the implementation alone and rc::state
//   ./mprogcheck bench kernel            the target `kernel`, against the same system calls in a loop
//   ./mprogcheck bench faults            operations until a planted fault is found, 20 seeds (faults_bench.cpp)
//   ./mprogcheck bench guided [N [FIRST]]  guided against unguided campaigns, over N (20) seeds (faults_bench.cpp)
//   ./mprogcheck bench shortest [N]      minimal traces, against the shortest of an enumeration up to N (4) operations
//   ./mprogcheck bench explore           small worlds, whole (explore_bench.cpp)
//   ./mprogcheck bench vm [KERNEL [N]]   N (10) boots beside busy loops, operations in a guest (vm_bench.cpp)
//   ./mprogcheck bench spin              against SPIN (spin_bench.cpp)
//   ./mprogcheck bench killed [KERNEL [N]]  guests that are killed N (20) times (killed_bench.cpp)
//   ./mprogcheck bench kmod              packets over our module (kmod_bench.cpp)
#include <fmt/format.h>
#include <rapidcheck/state.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "impl/inprocess/inprocess.hpp"
#include "impl/kernel/baseline_loop.hpp"
#include "impl/kernel/kernel.hpp"
#include "model/words/text.hpp"
#include "props/bench/bench.hpp"
#include "props/generate/rapidcheck_choices.hpp"
#include "props/output.hpp"
#include "props/search/hunt.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_of(const auto& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// rc::state over the very same model, generator and implementation.
struct Command : rc::state::Command<World, InProcess> {
  explicit Command(const World& world) {
    RapidChoices choices;
    Scope scope;
    scope.capacity = world.header().capacity;
    op = Generator(choices, scope).next(world);
  }
  void apply(World& world) const override {
    Prediction p;
    world.step(op, p);
  }
  void run(const World& before, InProcess& target) const override {
    World world = before;
    Prediction p;
    world.step(op, p);
    Observation seen;
    target.apply(op, seen);
    ++runs;
    RC_ASSERT(seen == p.observation);
  }
  void show(std::ostream& out) const override { out << print(op); }
  Operation op;
  static inline std::uint64_t runs = 0;
};

double operations_per_second_of_rc_state() {
  Command::runs = 0;
  setenv("RC_PARAMS", "max_success=200 verbose_progress=0", 1);
  const double seconds = seconds_of([] {
    rc::check([] {
      Scope scope;
      World world;
      world.reset(header_of(scope));
      InProcess target;
      target.begin(header_of(scope));
      rc::state::check(world, target, [](const World& w) {
        return rc::gen::exec([w] {
          return std::shared_ptr<const rc::state::Command<World, InProcess>>(
              std::make_shared<Command>(w));
        });
      });
    });
  });
  return static_cast<double>(Command::runs) / seconds;
}

std::unique_ptr<InProcess> implementation(bool wait) {
  auto target = std::make_unique<InProcess>();
  target->wait_for_readers(wait);
  return target;
}

struct Rates {
  double ratio, checked, alone;  // medians; operations per second
};

// The same operations by the implementation alone, and generated, predicted, run and compared.
Rates lockstep_against_alone(CampaignOptions options, bool wait) {
  constexpr int kRounds = 9;
  const auto target = implementation(wait);
  std::vector<Trace> traces;
  double operations = 0;
  for (std::uint64_t i = 0; i < *options.traces; ++i) {
    traces.push_back(generate(options, target->capabilities(), i));
    operations += static_cast<double>(traces.back().operations.size());
  }
  std::vector<double> ratios, alone_rate, checked_rate;
  for (int round = 0; round < kRounds; ++round) {
    const double alone = seconds_of([&] {
      for (const Trace& t : traces) {
        target->begin(t.header);
        for (const Operation& op : t.operations) target->apply_unobserved(op);
      }
    });
    const double checked = run_campaign([&] { return implementation(wait); }, options).seconds;
    ratios.push_back(alone / checked);
    alone_rate.push_back(operations / alone);
    checked_rate.push_back(operations / checked);
  }
  return {median(ratios), median(checked_rate), median(alone_rate)};
}

int lockstep() {
  CampaignOptions options;
  options.seed = 1;
  options.traces = 4000;
  for (const Dialect dialect : kDialects)
    for (const bool wait : {true, false}) {
      options.dialect = dialect;
      const Rates r = lockstep_against_alone(options, wait);
      fmt::print(
          "lockstep {}, {} grace periods: {:.2f} of impl alone (median of 9; {:.2f} M/s "
          "against {:.2f} M/s); wanted 0.25\n",
          word(dialect), wait ? "with" : "without", r.ratio, r.checked / 1e6, r.alone / 1e6);
    }
  options.dialect = Dialect::mainline;
  std::vector<double> one, all;
  const double rc_state = operations_per_second_of_rc_state();
  for (int round = 0; round < 5; ++round) {
    for (const unsigned jobs : {1U, std::max(1U, std::thread::hardware_concurrency())}) {
      options.jobs = jobs;
      const auto result = run_campaign([] { return implementation(false); }, options);
      const double rate = static_cast<double>(result.coverage.operations()) / result.seconds;
      (jobs == 1 ? one : all).push_back(rate / rc_state);
    }
  }
  fmt::print(
      "lockstep mainline: {:.0f} times rc::state in one thread, {:.0f} times with a thread for "
      "each "
      "processor as fuzz runs it (rc::state: {:.0f} operations per second); wanted 50\n",
      median(one), all.empty() ? median(one) : median(all), rc_state);
  return 0;
}

int kernel_target() {
  Trace trace;
  trace.header.loaded = 0xf;
  const auto add = [&](Verb verb, std::uint8_t prog, std::uint8_t flags, std::uint8_t anchor) {
    Operation op;
    op.verb = verb;
    op.point = {0, Hook::ingress};
    op.prog = ref(Prog{prog});
    op.flags = flags;
    if (flags) op.relative = ref(Prog{anchor});
    trace.operations.push_back(op);
  };
  for (int i = 0; i < 3; ++i) {
    add(Verb::attach, 0, 0, 0);
    add(Verb::attach, 1, flag::before, 0);
    add(Verb::attach, 2, flag::after, 0);
    add(Verb::attach, 1, 0, 0);  // EEXIST
    Operation query;
    query.verb = Verb::query;
    query.point = {0, Hook::ingress};
    query.room = 8;
    query.arrays = array::progs;
    trace.operations.push_back(query);
    add(Verb::detach, 1, 0, 0);
    add(Verb::detach, 0, 0, 0);
    add(Verb::detach, 2, 0, 0);
  }
  // Nearly all of the time the kernel waits for a grace period, in either; how long differs from
  // one to the next. So there are many short rounds, and both go first by turns. The processor's
  // time is told beside, which grace periods are no part of.
  Kernel target;
  kernel::BaselineLoop loop;
  std::vector<std::vector<Observation>> seen;
  std::vector<double> ours, theirs, ours_cpu, theirs_cpu;
  const auto operations = static_cast<double>(trace.operations.size());
  for (int round = 0; round < 36; ++round)
    for (const bool target_runs : {round % 2 == 0, round % 2 != 0}) {
      double seconds = 0;
      const double cpu = cpu_seconds_of([&] {
        seconds = target_runs ? seconds_of([&] { target.run(std::span(&trace, 1), seen); })
                              : loop.run(trace, 1).seconds;
      });
      (target_runs ? ours : theirs).push_back(operations / seconds);
      (target_runs ? ours_cpu : theirs_cpu).push_back(cpu / operations);
    }
  fmt::print(
      "kernel: {:.2f} of a baseline loop of the same system calls (medians of 36; {:.0f} "
      "operations "
      "per second); wanted 0.9\n"
      "kernel: {:.0f} us of the processor for an operation, {:.0f} in the loop and its set-up\n",
      median(ours) / median(theirs), median(ours), median(ours_cpu) * 1e6,
      median(theirs_cpu) * 1e6);
  return 0;
}

std::size_t operations_checked_in(const std::string& fault, Dialect d) {
  const std::string file =
      fmt::format("{}/traces/faults/{}.{}.trace", MPROGCHECK_SOURCE_DIR, fault, word(d));
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), file).at(0).operations.size();
}

int shortest(std::size_t most) {
  bool longer = false;
  for (const Dialect d : kDialects) {
    std::vector<std::unique_ptr<Target>> targets;
    std::vector<std::string> names;
    for (const FaultInfo& f : InProcess::faults())
      if (f.seen_in(d)) {
        targets.push_back(std::make_unique<InProcess>(f.name));
        names.emplace_back(f.name);
      }
    const bool terminal = isatty(STDERR_FILENO);
    const Shortest s = enumerate(targets, d, most, [&](const std::string& text) {
      if (terminal) tell(stderr, "\r\033[K{}", text);
    });
    if (terminal) tell(stderr, "\r\033[K");
    std::size_t equal = 0, beyond = 0;
    for (const auto& name : names) {
      const std::size_t minimal = operations_checked_in(name, d);
      const auto at = s.operations.find("impl:" + name);
      if (at == s.operations.end()) {
        ++beyond;
        fmt::print("  {}: minimal trace has {} operations, the enumeration found none\n", name,
                   minimal);
      } else if (minimal == at->second) {
        ++equal;
      } else {
        longer |= minimal > at->second;
        fmt::print("  {}: minimal trace has {} operations, the shortest {}\n", name, minimal,
                   at->second);
      }
    }
    fmt::print(
        "shortest {}: {} of {} minimal traces as long as the shortest of {} traces from {} states; "
        "{} not found by it\n",
        word(d), equal, names.size(), s.traces, s.states, beyond);
  }
  return longer ? 1 : 0;
}

}  // namespace
}  // namespace mprogcheck

int main(int argc, char** argv) {
  using namespace mprogcheck;
  const std::string what = argc > 1 ? argv[1] : "";
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // each figure arrives when it is there
  try {
    if (what == "lockstep") return lockstep();
    if (what == "kernel") return kernel_target();
    if (what == "faults") return bench_faults();
    if (what == "guided")
      return bench_guided(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20,
                          argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1);
    if (what == "explore") return bench_explore();
    if (what == "spin") return bench_spin();
    if (what == "vm")
      return bench_vm(argc > 2 ? argv[2] : "6.12", argc > 3 ? std::atoi(argv[3]) : 10);
    if (what == "killed")
      return bench_killed(argc > 2 ? argv[2] : "7.2",
                          argc > 3 ? std::max(1, std::atoi(argv[3])) : 20);
    if (what == "kmod") return bench_kmod();
    if (what == "reproducers") return bench_reproducers();
    if (what == "shortest") return shortest(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 4);
  } catch (const CannotRun& e) {
    tell(stderr, "bench: could not run: {}\n", e.what());
    return 3;
  }
  const bool asked = what == "--help" || what == "-h";
  tell(asked ? stdout : stderr,
       "usage: mprogcheck bench lockstep | kernel | faults | guided [SEEDS [FIRST]] "
       "| shortest [OPERATIONS] | explore | spin | kmod | reproducers | vm [KERNEL [BOOTS]] | "
       "killed [KERNEL [TIMES]]\n");
  return asked ? 0 : 2;
}

// SPDX-License-Identifier: GPL-2.0-only
// Kernels in VMs: how soon they say hello, also beside other work, and what a traced operation
// costs beside the bare system call in the same guest.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "impl/vm/kernels.hpp"
#include "impl/vm/vm.hpp"
#include "props/bench.hpp"
#include "props/campaign.hpp"

namespace mprogcheck {
namespace {

using Clock = std::chrono::steady_clock;

vm::Boot boot_of(const std::string& kernel) {
  vm::Boot boot;
  try {
    boot.kernel = vm::image_of(kernel, {});
  } catch (const std::invalid_argument& e) {
    throw CannotRun(e.what());
  }
  boot.agent = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "agent";
  return boot;
}

// Processes that want a processor each, for as long as this lives.
class BusyLoops {
 public:
  explicit BusyLoops(int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child == 0)
        for (;;) asm volatile("");
      children_.push_back(child);
    }
  }
  ~BusyLoops() {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }

 private:
  std::vector<pid_t> children_;
};

// Seconds to hello of each boot that came to one, and the tries all took together.
struct Boots {
  std::vector<double> seconds;
  int tries = 0, failed = 0;
};
Boots boots(const vm::Boot& how, int count) {
  const vm::BootFiles files(how);
  Boots all;
  for (int i = 0; i < count; ++i) try {
      const vm::Guest guest(how, files);
      all.seconds.push_back(guest.seconds_to_hello());
      all.tries += guest.tries();
    } catch (const CannotRun&) {
      ++all.failed;
      all.tries += how.tries;
    }
  return all;
}

// Traces of the mix that a campaign has, without what no bare system call stands for.
std::vector<Trace> mix(Capabilities can) {
  can.hazards = can.packets = false;
  CampaignOptions options;
  options.seed = 1;
  std::vector<Trace> traces;
  for (std::uint64_t i = 0; traces.size() < 128; ++i) {
    Trace trace = generate(options, can, i);
    std::erase_if(trace.operations, [](const Operation& op) {
      return op.verb == Verb::packet || op.verb == Verb::remove;
    });
    traces.push_back(std::move(trace));
  }
  return traces;
}

}  // namespace

int bench_vm(const std::string& kernel, int loaded_boots) {
  const vm::Boot how = boot_of(kernel);
  const Boots idle = boots(how, 11);
  if (idle.seconds.empty()) throw CannotRun(kernel + " does not boot");
  fmt::print("vm {}: hello after {:.1f} s (median of {} boots, {} tries); wanted 4 where idle\n",
             kernel, median(idle.seconds), idle.seconds.size(), idle.tries);
  bool reliable = true;
  if (loaded_boots > 0) {
    const BusyLoops beside(2);
    const Boots loaded = boots(how, loaded_boots);
    reliable = loaded.failed * 100 <= loaded_boots;
    fmt::print(
        "vm {}: beside two busy loops {} of {} boots came to hello, in {} tries, after {:.1f} s "
        "(median); wanted 99 %\n",
        kernel, loaded.seconds.size(), loaded_boots, loaded.tries,
        loaded.seconds.empty() ? 0.0 : median(loaded.seconds));
  }

  VmOptions options;
  options.name = "vm:" + kernel;
  options.boot = how;
  Vm vm(options);
  const auto traces = mix(vm.capabilities());
  double operations = 0;
  for (const Trace& t : traces) operations += static_cast<double>(t.operations.size());
  std::vector<double> ratios, rates;
  std::vector<std::vector<Observation>> seen;
  for (int round = 0; round < 5; ++round) {
    double bare = 0, calls = 0;
    for (const Trace& t : traces) {
      const Vm::Bare b = vm.run_bare(t);
      bare += b.seconds, calls += b.calls;
    }
    const auto start = Clock::now();
    vm.run(traces, seen);
    const double traced = std::chrono::duration<double>(Clock::now() - start).count();
    rates.push_back(operations / traced);
    ratios.push_back(rates.back() / (calls / bare));
  }
  fmt::print(
      "vm {}: {:.0f} operations per second, {:.2f} of a bare loop in the same guest (medians of "
      "5); wanted 5000 where idle, and 0.6\n",
      kernel, median(rates), median(ratios));
  return reliable && median(ratios) >= 0.6 ? 0 : 1;
}

}  // namespace mprogcheck

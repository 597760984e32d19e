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
#include "props/bench/bench.hpp"
#include "props/generate/call_traces.hpp"

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

// Operations of traces per second, and beside those of a baseline loop.
//
// The bare loop makes the very bpf(2) and close(2) calls of the traces, one for each operation, on
// lists of devices of the same kind, in the same guest, with the calls written out beforehand. It
// runs the same traces, so it too has to begin each of them with lists that are as new and with
// programs of its own where they are closed, by the same means as the traced run. That is counted
// in `of_loop`, and not in `of_calls`: there it is only the calls that are counted.
//
// The traced run is Vm::run, as campaigns and conform have it, and all of its time counts, seen
// from here: traces sent, lists and programs made ready, the calls, the list read after each
// operation, what was seen sent back and taken apart.
struct Rate {
  double operations = 0, of_loop = 0, of_calls = 0;  // medians of 5
};
Rate rate(Vm& vm, const std::vector<Trace>& traces) {
  std::vector<double> rates, of_loop, of_calls;
  std::vector<std::vector<Observation>> seen;
  vm.run(traces, seen), vm.run_baseline(traces);  // so that programs shared by traces are loaded
  for (int round = 0; round < 5; ++round) {
    const Vm::Baseline bare = vm.run_baseline(traces);
    const auto start = Clock::now();
    vm.run(traces, seen);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    rates.push_back(bare.calls / seconds);  // of which there is one for each operation
    of_loop.push_back((bare.seconds + bare.around) / seconds);
    of_calls.push_back(bare.seconds / seconds);
  }
  return {median(rates), median(of_loop), median(of_calls)};
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
  const Rate lists = rate(vm, call_traces(vm.capabilities(), true));
  fmt::print(
      "vm {}: {:.0f} operations per second, {:.2f} of a baseline loop in the same guest, {:.2f} of "
      "its "
      "calls alone (attach, detach, replace, query; medians of 5); wanted 5000 where idle, and "
      "0.6\n",
      kernel, lists.operations, lists.of_loop, lists.of_calls);
  const Rate all = rate(vm, call_traces(vm.capabilities(), false));
  fmt::print(
      "vm {}: {:.0f}, {:.2f} and {:.2f} where there are links as well, and programs are closed\n",
      kernel, all.operations, all.of_loop, all.of_calls);
  return reliable && lists.of_loop >= 0.6 ? 0 : 1;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// ./mprogcheck bench killed: a guest that is killed in the middle of a campaign, many times, at
// random moments. Nothing that was found is lost, nothing else is found, and the campaign ends by
// itself with the summary and the exit status of one that nobody disturbed.
#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "impl/descriptor.hpp"
#include "impl/process.hpp"
#include "impl/target.hpp"
#include "props/bench/bench.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Some 40 s of work for an idle machine, and everything that is known of tcx turns up in it.
constexpr int kTraces = 3000;
constexpr int kSeed = 9;

// Name and parent of a process; nothing of one that has gone.
struct Process {
  std::string name;
  pid_t parent = 0;
};
Process process(pid_t pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  const std::string line((std::istreambuf_iterator<char>(in)), {});
  const auto begin = line.find('('), end = line.rfind(')');
  if (begin == std::string::npos || end == std::string::npos || end + 4 > line.size()) return {};
  // Behind the name: a blank, the state, a blank, the parent.
  return {line.substr(begin + 1, end - begin - 1), std::atoi(line.c_str() + end + 4)};
}

bool is_guest_of_ours(pid_t pid) {
  Process one = process(pid);
  if (!one.name.starts_with("qemu-system")) return false;
  while (one.parent > 1 && one.parent != ::getpid()) one = process(one.parent);
  return one.parent == ::getpid();
}

// Kills the guest of a program that was started here. False if it has none at the moment.
bool kill_guest() {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0 || !is_guest_of_ours(pid)) continue;
    // By a descriptor: in between, the number could have become another's.
    const Descriptor it(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (it.is_open() && is_guest_of_ours(pid))
      return ::syscall(SYS_pidfd_send_signal, it.number(), SIGKILL, nullptr, 0) == 0;
  }
  return false;
}

// A campaign as far as it does not depend on the time it took.
struct Campaign {
  int status = 0;
  nlohmann::json summary;                // without what is in the next
  std::map<std::string, int> in_traces;  // of each finding, in how many traces
  double seconds = 0;
};

Campaign campaign(const std::string& kernel, const std::function<void()>& tick) {
  const fs::path programs = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path out = fs::temp_directory_path() / fmt::format("mprogcheck-killed.{}", ::getpid());
  std::vector<std::string> arguments{(programs / "mprogcheck").string(),
                                     "fuzz",
                                     "--target",
                                     "vm:" + kernel,
                                     "--jobs",
                                     "1",
                                     "--traces",
                                     std::to_string(kTraces),
                                     "--seed",
                                     std::to_string(kSeed),
                                     "--json",
                                     "--out",
                                     out.string()};
  for (const char* known : {"kernel", "vm"})
    arguments.insert(arguments.end(),
                     {"--known", fmt::format("{}/known/{}.trace", MPROGCHECK_SOURCE_DIR, known)});
  const auto start = Clock::now();
  std::string errors;
  Running how;
  how.tick = tick;
  how.errors = &errors;
  const ProgramResult done = run_process(arguments, how);
  Campaign c;
  c.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  c.status = done.status;
  fs::remove_all(out);
  const auto document = nlohmann::json::parse(done.output, nullptr, false);
  if (document.is_discarded() || document["campaigns"].size() != 1)
    throw CannotRun("the campaign ended with " + std::to_string(done.status) +
                    " and no summary: " + errors);
  c.summary = document["campaigns"][0];
  for (const auto& f : c.summary["findings"]) c.in_traces[f["bucket"]] = f["traces"];
  c.summary.erase("findings");
  c.summary.erase("seconds");
  return c;
}

void tell_difference(const Campaign& alone, const Campaign& killed) {
  for (const auto& [bucket, n] : alone.in_traces)
    if (const auto it = killed.in_traces.find(bucket); it == killed.in_traces.end())
      fmt::print("  lost: {}\n", bucket);
    else if (it->second != n)
      fmt::print("  in {} traces instead of {}: {}\n", it->second, n, bucket);
  for (const auto& [bucket, n] : killed.in_traces)
    if (!alone.in_traces.contains(bucket)) fmt::print("  in {} traces, but new: {}\n", n, bucket);
  for (const auto& [key, value] : alone.summary.items())
    if (killed.summary[key] != value) fmt::print("  another {} in the summary\n", key);
  if (killed.status != alone.status)
    fmt::print("  exit status {} instead of {}\n", killed.status, alone.status);
}

}  // namespace

int bench_killed(const std::string& kernel, int times) {
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  fmt::print("killed: kills at moments of seed {}\n", seed);
  const Campaign alone = campaign(kernel, {});
  if (alone.status == 3) throw CannotRun("the campaign that nobody disturbed did not end well");

  // So that all of them fit into the campaign: it is longer by what each costs it.
  std::uniform_real_distribution<double> pause(0, 2 * alone.seconds / times);
  int kills = 0;
  const auto after = [&] {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(pause(random)));
  };
  auto next = after();
  const Campaign killed = campaign(kernel, [&] {
    if (kills == times || Clock::now() < next || !kill_guest()) return;
    ++kills;
    next = after();
  });
  const bool same = killed.status == alone.status && killed.in_traces == alone.in_traces &&
                    killed.summary == alone.summary;
  fmt::print(
      "killed: {} guests in a campaign on vm:{} of {} traces ({:.0f} s, alone {:.0f} s); {} "
      "findings, {} operations, exit status {}: {} the campaign that nobody disturbed\n",
      kills, kernel, killed.summary["traces"].get<int>(), killed.seconds, alone.seconds,
      killed.in_traces.size(), killed.summary["operations"].get<std::uint64_t>(), killed.status,
      same ? "as in" : "NOT as in");
  if (!same) tell_difference(alone, killed);
  if (same && kills < times)
    throw CannotRun(
        fmt::format("the campaign was over before the guest was killed {} times", times));
  return same ? 0 : 1;
}

}  // namespace mprogcheck

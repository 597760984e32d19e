// SPDX-License-Identifier: GPL-2.0-only
// For a guest with our module and two processors: links come and go with their filters, netlink's
// beside them, while chains and the qdisc go under both and packets flow. What is wrong shows on
// the console, and in what is held when all is over: then it ends with 1.
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <new>
#include <random>
#include <vector>

#include "impl/kernel/filters.hpp"
#include "impl/kernel/fixture.hpp"
#include "impl/target.hpp"
#include "impl/vm/agent/program.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr std::uint32_t kEnough = 100;

struct Counted {
  std::uint32_t links = 0, refused = 0, orphans = 0, updates = 0, filters = 0, torn = 0;
};

class Racer {
 public:
  Racer(SharedResources& resources, const Device& device, std::uint32_t seed,
        const std::atomic<bool>& over)
      : resources_(resources), device_(device), dice_(seed), over_(over), lists_(home_) {}

  // A link is made, used and let go of, whatever becomes of its filter.
  Counted use_links() {
    while (counted_.links < kEnough || counted_.orphans == 0 || counted_.refused == 0 ||
           counted_.updates == 0) {
      const Descriptor link(lists_.make_filter_link(home_, place(), prog(), 0));
      if (!link.is_open()) {
        ++counted_.refused;
        continue;
      }
      ++counted_.links;
      for (int updates = below(4); updates > 0; --updates) update(link);
      if (below(3) == 0) detach(link);
    }
    return counted_;
  }
  Counted use_netlink() {
    while (counted_.filters < kEnough) {
      constexpr TcChange kAll[] = {TcChange::add, TcChange::replace, TcChange::change,
                                   TcChange::remove};
      Operation op;
      op.verb = Verb::filter;
      op.change = kAll[below(4)];
      if (change_filter(home_.netlink, op, place(), prog()) == Errno::ok) ++counted_.filters;
    }
    return counted_;
  }
  Counted tear_down() {
    Devices devices(home_.netlink, lists_, false);
    while (!over_) {
      Operation chain;
      chain.verb = Verb::chain;
      const FilterPlace at = place();
      const bool whole = below(2) == 0;
      const Errno gone =
          whole ? devices.remove_qdisc(device_) : change_filter(home_.netlink, chain, at, 0);
      if (gone == Errno::ok) ++counted_.torn;
      if (whole) devices.add_qdisc(device_, below(4) == 0 ? Qdisc::ingress : Qdisc::clsact, false);
      ::usleep(2000);  // the others are to make something in between
    }
    return counted_;
  }
  Counted send() {
    while (!over_) home_.packets.send(device_, below(2) == 0 ? Hook::ingress : Hook::egress);
    return counted_;
  }

 private:
  int below(int end) { return static_cast<int>(dice_() % static_cast<std::uint32_t>(end)); }
  FilterPlace place() {
    return {device_.ifindex,
            below(3) == 0 ? Hook::egress : Hook::ingress,
            {.priority = static_cast<std::uint8_t>(1 + below(2)),
             .handle = static_cast<std::uint8_t>(1 + below(2))}};
  }
  std::uint32_t prog() {
    const Prog name{static_cast<std::uint8_t>(below(4))};
    return static_cast<std::uint32_t>(
        resources_.programs.shared(name, ProgType::sched_cls).descriptor.number());
  }
  void update(const Descriptor& link) {
    abi::Call call(abi::kLinkUpdate,
                   abi::LinkUpdate{.link_fd = static_cast<std::uint32_t>(link.number()),
                                   .new_prog_fd = prog(),
                                   .flags = 0,
                                   .old_prog_fd = 0});
    const Errno answer = abi::error_of(lists_.make(home_, call));
    ++(answer == Errno::ok ? counted_.updates : counted_.orphans);
  }
  void detach(const Descriptor& link) {
    abi::Call call(abi::kLinkDetach,
                   abi::LinkDetach{.link_fd = static_cast<std::uint32_t>(link.number())});
    lists_.make(home_, call);
  }

  SharedResources& resources_;
  const Device& device_;
  std::minstd_rand dice_;
  const std::atomic<bool>& over_;
  Netns home_;
  ModuleLists lists_;
  Counted counted_;
};

using Role = Counted (Racer::*)();

// In a process of its own; what it counted comes through a pipe.
struct Process {
  Descriptor from;
  pid_t pid = -1;
};

Process start(SharedResources& resources, const Device& device, std::uint32_t seed, Role role,
              const std::atomic<bool>& over) {
  int ends[2];
  if (::pipe(ends) != 0) throw CannotRun("no pipe can be made");
  Descriptor from(ends[0]), to(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) throw CannotRun("no process can be made");
  if (pid != 0) return {std::move(from), pid};
  int status = 1;
  try {
    Racer racer(resources, device, seed, over);
    const Counted counted = (racer.*role)();
    if (::write(to.number(), &counted, sizeof(counted)) == sizeof(counted)) status = 0;
  } catch (const std::exception& e) {
    std::printf("%s\n", e.what());
    std::fflush(stdout);
  }
  ::_exit(status);
}

// A kernel rewrites its own code when the first qdisc or filter comes and when the last one goes,
// and an emulator of several processors may run what is neither the old nor the new.
void keep_filters_in_use(SharedResources& resources, const Device& device) {
  Operation op;
  op.verb = Verb::filter;
  const auto prog = static_cast<std::uint32_t>(
      resources.programs.shared(Prog{0}, ProgType::sched_cls).descriptor.number());
  bool done = resources.devices.add_qdisc(device, Qdisc::clsact, false) == Errno::ok;
  for (const Hook hook : {Hook::ingress, Hook::egress})
    done = done &&
           change_filter(resources.home.netlink, op, {device.ifindex, hook, {}}, prog) == Errno::ok;
  if (!done) throw CannotRun("a device has no filters");
}

bool race() {
  if (::unshare(CLONE_NEWNET) != 0) throw CannotRun("no network namespace can be made");
  SharedResources resources(false, false, true);
  for (std::uint8_t p = 0; p < 4; ++p) resources.programs.shared(Prog{p}, ProgType::sched_cls);
  resources.programs.expect_packet({});
  const Device device = resources.devices.create(true);
  resources.home.packets.wait_until_open(device);
  keep_filters_in_use(resources, resources.devices.create(false));
  if (resources.devices.add_qdisc(device, Qdisc::clsact, false) != Errno::ok)
    throw CannotRun("the device takes no clsact");
  const auto held = [&] { return resources.lists->references(resources.home).value(); };
  const std::int32_t before = held();

  void* const memory = ::mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw CannotRun("no memory to share");
  auto& over = *new (memory) std::atomic<bool>(false);
  std::vector<Process> processes;
  std::uint32_t seed = 1;
  for (const Role role :
       {&Racer::use_links, &Racer::use_links, &Racer::use_netlink, &Racer::tear_down, &Racer::send})
    processes.push_back(start(resources, device, seed++, role, over));
  Counted all;
  bool sound = true;
  for (const Process& process : processes) {
    // Those who tear down and send go on until the others have had enough.
    if (&process == &processes[3]) over = true;
    Counted its;
    const bool told = ::read(process.from.number(), &its, sizeof(its)) == sizeof(its);
    int status = 0;
    sound &= told && ::waitpid(process.pid, &status, 0) == process.pid && status == 0;
    all.links += its.links, all.refused += its.refused, all.orphans += its.orphans;
    all.updates += its.updates, all.filters += its.filters, all.torn += its.torn;
  }
  std::printf(
      "%u links made and %u refused, %u updated and %u found orphans, %u filters, %u torn\n",
      all.links, all.refused, all.updates, all.orphans, all.filters, all.torn);
  resources.devices.remove_qdisc(device);
  const std::int32_t left = held() - before;
  if (left != 0) std::printf("%d references are left\n", left);
  return sound && left == 0;
}

}  // namespace
}  // namespace mprogcheck::kernel

int main() {
  return mprogcheck::kernel::status_of(mprogcheck::kernel::race);
}

// SPDX-License-Identifier: GPL-2.0-only
// For a guest with the variant of the module that can be made to fail: makes each way to a filter
// fail at its first, second, ... step, and tells what was answered. Ends with 1 where anything was
// left behind.
#include <fcntl.h>
#include <sched.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "impl/kernel/filters.hpp"
#include "impl/kernel/fixture.hpp"
#include "impl/target.hpp"
#include "impl/vm/agent/program.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr const char* kFailAt = "/sys/module/mprogcheck/parameters/fail_at";

void fail_at(int step) {
  std::ofstream file(kFailAt);
  if (!(file << step << std::flush)) throw CannotRun("the module cannot be made to fail");
}

// Steps to go before one fails: 0 where one did.
int left() {
  int steps = -1;
  std::ifstream(kFailAt) >> steps;
  return steps;
}

class Walk {
 public:
  Walk() : resources_(false, false, true), device_(resources_.devices.create(false)) {
    if (resources_.devices.add_qdisc(device_, Qdisc::clsact, false) != Errno::ok)
      throw CannotRun("the device takes no clsact");
    // Before descriptors are counted.
    for (const std::uint8_t p : {0, 1}) prog(p);
  }

  // Each step from the same start, until there is none left to fail. `make` tells what was
  // answered; `undo` takes away what was made, as what fails there may not fail.
  void fail(const char* what, const std::function<Errno()>& make,
            const std::function<void()>& undo) {
    const State before = state();
    for (int step = 1;; ++step) {
      fail_at(step);
      const Errno answer = make();
      const bool failed = left() == 0;
      fail_at(0);
      if (!failed) {
        if (answer != Errno::ok) complain(what, step, "is refused by itself");
        std::printf("%s: %d steps\n", what, step - 1);
        break;
      }
      if (answer != Errno::nomem) complain(what, step, to_string(answer).c_str());
      if (state() != before) complain(what, step, "leaves something behind");
    }
    undo();
    if (state() != before) complain(what, 0, "is not undone");
  }

  // What may not fail: however it goes it leaves the same behind.
  void succeed(const char* what, const std::function<void()>& prepare,
               const std::function<void()>& undo) {
    const State before = state();
    for (int step = 1;; ++step) {
      prepare();
      fail_at(step);
      undo();
      const bool failed = left() == 0;
      fail_at(0);
      if (state() != before) complain(what, step, "leaves something behind");
      if (!failed) {
        std::printf("%s: %d steps\n", what, step - 1);
        return;
      }
    }
  }

  Errno link(FilterKey key) {
    const int fd = resources_.lists->make_filter_link(resources_.home, at(key), prog(0), 0);
    const Errno answer = abi::error_of(fd);
    if (fd >= 0) link_ = Descriptor(fd);
    return answer;
  }
  void close() { link_.reset(); }
  Errno change(TcChange change, FilterKey key, std::uint8_t p = 0) {
    Operation op;
    op.verb = Verb::filter;
    op.change = change;
    return change_filter(resources_.home.netlink, op, at(key), prog(p));
  }
  bool sound() const { return sound_; }

 private:
  using Row = std::tuple<FilterKey, std::uint32_t, std::uint32_t>;
  // References, the lowest number that no descriptor has, and the filters.
  using State = std::tuple<std::int32_t, int, std::vector<Row>>;

  FilterPlace at(FilterKey key) const { return {device_.ifindex, Hook::ingress, key}; }
  std::uint32_t prog(std::uint8_t p) {
    return static_cast<std::uint32_t>(
        resources_.programs.shared(Prog{p}, ProgType::sched_cls).descriptor.number());
  }
  State state() {
    State now{resources_.lists->references(resources_.home).value(),
              Descriptor(::fcntl(0, F_DUPFD_CLOEXEC, 0)).number(),
              {}};
    dump_filters(resources_.home.netlink, device_.ifindex, Hook::ingress,
                 [&](FilterKey key, std::uint32_t prog_id, std::uint32_t link_id) {
                   std::get<2>(now).emplace_back(key, prog_id, link_id);
                 });
    return now;
  }
  void complain(const char* what, int step, const char* why) {
    std::printf("%s, failing at step %d: %s\n", what, step, why);
    sound_ = false;
  }

  SharedResources resources_;
  Device device_;
  Descriptor link_;
  bool sound_ = true;
};

bool walk() {
  if (::unshare(CLONE_NEWNET) != 0) throw CannotRun("no network namespace can be made");
  Walk w;
  const FilterKey first, beside{.handle = 2}, behind{.priority = 2};
  const auto remove = [&](FilterKey key) { return [&w, key] { w.change(TcChange::remove, key); }; };
  const auto close = [&] { w.close(); };
  w.fail(
      "a link's filter", [&] { return w.link(first); }, close);
  w.fail(
      "netlink's filter", [&] { return w.change(TcChange::add, first); }, remove(first));
  w.change(TcChange::add, first);
  w.fail(
      "a link's beside another", [&] { return w.link(beside); }, close);
  w.fail(
      "netlink's beside another", [&] { return w.change(TcChange::add, beside); }, remove(beside));
  w.fail(
      "a link's behind another", [&] { return w.link(behind); }, close);
  w.fail(
      "the change of a filter", [&] { return w.change(TcChange::change, first, 1); },
      [&] { w.change(TcChange::change, first); });
  w.succeed(
      "the close of a link", [&] { w.link(behind); }, close);
  w.succeed(
      "the close of a link beside another", [&] { w.link(beside); }, close);
  remove(first)();
  return w.sound();
}

}  // namespace
}  // namespace mprogcheck::kernel

int main() {
  return mprogcheck::kernel::status_of(mprogcheck::kernel::walk);
}

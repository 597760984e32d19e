// SPDX-License-Identifier: GPL-2.0-only
// ./mprogcheck bench spin: states per second against SPIN's, on the same states: every list of up
// to 9 of 9 programs, with attaching and detaching, names counted (props/bench/attach_detach.pml).
//
// The rules see a program only by where it stands. So ours asks the model once for each shape of a
// request (how long the list is, where its programs stand) and makes the change in every list of
// that shape. A second run asks anew in each list, and holds each answer against the kept one.
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "impl/target.hpp"
#include "model/world/world.hpp"
#include "props/bench/bench.hpp"
#include "props/search/interrupt.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

constexpr std::uint8_t kProgs = 9;  // and so many slots
constexpr Point kPoint{0, Hook::ingress};

// Entry i in the i-th four bits, the number of entries in the uppermost.
using List = std::uint64_t;

int size_of(List list) {
  return static_cast<int>(list >> 60);
}

std::uint8_t entry(List list, int i) {
  return static_cast<std::uint8_t>((list >> 4 * i) & 15);
}

constexpr List kOne = List{1} << 60;

List inserted(List list, int i, std::uint8_t prog) {
  const List front = list & ((List{1} << 4 * i) - 1), back = list % kOne - front;
  return (list - list % kOne) + kOne + (front | List{prog} << 4 * i | back << 4);
}

List removed(List list, int i) {
  const List front = list & ((List{1} << 4 * i) - 1), back = list % kOne >> 4 * (i + 1);
  return (list - list % kOne) - kOne + (front | back << 4 * i);
}

List list_of(const Chain& c) {
  List list = 0;
  for (int i = 0; i < c.size(); ++i) list = inserted(list, i, c.at(i).prog.raw);
  return list;
}

// Lists in the order they were first seen. Open addressing: a probe costs one cache line.
class Seen {
 public:
  Seen() { insert(0); }
  void insert(List list) {
    std::size_t at = list * 0x9e3779b97f4a7c15U >> (64 - kBits);
    while (slots_[at] != kFree) {
      if (slots_[at] == list) return;
      at = (at + 1) % slots_.size();
    }
    slots_[at] = list;
    order.push_back(list);
  }
  std::vector<List> order;

 private:
  static constexpr int kBits = 22;  // four times the states
  static constexpr List kFree = ~List{0};
  std::vector<List> slots_ = std::vector<List>(std::size_t{1} << kBits, kFree);
};

struct Asked {
  Operation op;
  std::size_t kind, prog, relative;  // kProgs: none
};

std::vector<Asked> alphabet() {
  std::vector<Asked> all;
  const auto add = [&](Verb verb, std::uint8_t flags, std::uint8_t p, std::uint8_t q,
                       std::size_t kind) {
    Operation op;
    op.verb = verb;
    op.point = kPoint;
    op.flags = flags;
    if (p < kProgs) op.prog = ref(Prog{p});
    if (q < kProgs) op.relative = ref(Prog{q});
    all.push_back({op, kind, p, q});
  };
  for (std::uint8_t p = 0; p < kProgs; ++p) {
    add(Verb::attach, 0, p, kProgs, 0);
    add(Verb::attach, flag::before, p, kProgs, 1);
    for (std::uint8_t q = 0; q < kProgs; ++q) {
      add(Verb::attach, flag::before, p, q, 2);
      add(Verb::attach, flag::after, p, q, 3);
    }
    add(Verb::detach, 0, p, kProgs, 4);
  }
  add(Verb::detach, flag::before, kProgs, kProgs, 5);
  add(Verb::detach, flag::after, kProgs, kProgs, 6);
  return all;
}

// A world whose list can be set.
class Model {
 public:
  Model() {
    Header h;
    h.capacity = kProgs;
    for (std::size_t p = 0; p < kProgs; ++p) h.loaded[p] = true;
    world_.reset(h);
  }
  void go_to(List list) {
    Listing l;
    l.revision = 1;
    l.count = l.filled = static_cast<std::uint8_t>(size_of(list));
    for (int i = 0; i < size_of(list); ++i)
      l.entries[static_cast<std::size_t>(i)] = {Prog{entry(list, i)}, kNoLink, 0};
    world_.adopt(kPoint, l);
  }
  Decision decision(const Operation& op) const { return world_.decision(op); }
  List after(const Operation& op) const {
    World next = world_;
    Prediction p;
    next.step(op, p);
    return list_of(*next.chain(kPoint));
  }

 private:
  World world_;
};

struct Outcome {
  bool known = false;
  Change change = Change::none;
  int index = 0;
  bool operator==(const Outcome&) const = default;
};

List changed(List list, const Outcome& o, const Asked& a) {
  if (o.change == Change::insert) return inserted(list, o.index, static_cast<std::uint8_t>(a.prog));
  return o.change == Change::remove ? removed(list, o.index) : list;
}

// A change is a request that is granted, in one list.
struct Space {
  std::size_t states = 0, changes = 0;
  bool operator==(const Space&) const = default;
};

Space explored(bool ask_anew) {
  static Outcome outcomes[kProgs + 1][7][kProgs + 1][kProgs + 1];
  std::fill_n(&outcomes[0][0][0][0], sizeof outcomes / sizeof(Outcome), Outcome{});
  const std::vector<Asked> all = alphabet();
  Model model;
  Seen seen;
  std::size_t changes = 0;
  for (std::size_t s = 0; s < seen.order.size(); ++s) {
    if (s % 4096 == 0) unless_interrupted();
    const List list = seen.order[s];
    const int size = size_of(list);
    std::array<std::uint8_t, kProgs + 1> place{};  // 0: not on it
    for (int i = 0; i < size; ++i) place[entry(list, i)] = static_cast<std::uint8_t>(i + 1);
    if (ask_anew) model.go_to(list);
    for (const Asked& a : all) {
      Outcome& o = outcomes[size][a.kind][place[a.prog]][place[a.relative]];
      if (ask_anew || !o.known) {
        if (!o.known) model.go_to(list);
        const Decision d = model.decision(a.op);
        const Outcome now{true, d.change, d.index};
        if (!o.known && changed(list, now, a) != model.after(a.op))
          throw std::logic_error("a change made here is not the one the model makes");
        if (o.known && now != o)
          throw std::logic_error("the model decides by more than where programs stand");
        o = now;
      }
      if (o.change == Change::none) continue;
      ++changes;
      seen.insert(changed(list, o, a));
    }
  }
  return {seen.order.size(), changes};
}

// What has ended so far of what this process started.
double cpu_seconds_of_children() {
  rusage u{};
  getrusage(RUSAGE_CHILDREN, &u);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

// Like std::system(), which is deaf to Ctrl-C: a signal ends the command and all it has started.
int shell(const std::string& command) {
  posix_spawnattr_t own_group;
  posix_spawnattr_init(&own_group);
  posix_spawnattr_setflags(&own_group, POSIX_SPAWN_SETPGROUP);
  const char* const arguments[] = {"sh", "-c", command.c_str(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, "/bin/sh", nullptr, &own_group,
                                const_cast<char* const*>(arguments), environ);
  posix_spawnattr_destroy(&own_group);
  if (error) throw CannotRun(fmt::format("no shell: {}", std::strerror(error)));
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    try {
      unless_interrupted();
    } catch (...) {
      kill(-child, SIGKILL);
      waitpid(child, &status, 0);
      throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return status;
}

// Gone with the object.
struct TemporaryDirectory {
  TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "mprogcheck-spin-XXXXXX";
    if (!mkdtemp(name.data())) throw CannotRun("no temporary directory");
    path = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::filesystem::path path;
};

class Verifier {
 public:
  Verifier() {
    if (shell("spin -V > /dev/null 2>&1") != 0)
      throw CannotRun("spin is not installed (apt-get install spin)");
    run("spin -a '" MPROGCHECK_SOURCE_DIR "/props/bench/attach_detach.pml'");
    // -DNOREDUCE, -DNOBOUNDCHECK and a larger or smaller table make it no faster, -DCOLLAPSE
    // slower.
    run("gcc -O2 -DSAFETY -o pan pan.c");
  }

  Space verified() {
    const std::string report = run("./pan -m1000000 -w22");
    if (report.find("errors: 0") == std::string::npos) not_understood(report);
    const std::size_t states = before(" states, stored", report);
    // The empty list is stored, but nothing leads there first.
    return {states, states - 1 + before(" states, matched", report)};
  }

 private:
  std::string run(const std::string& command) {
    const int status = shell(fmt::format("cd '{}' && {} > out 2>&1", dir_.path.string(), command));
    std::ostringstream text;
    text << std::ifstream(dir_.path / "out").rdbuf();
    if (status != 0) throw CannotRun(fmt::format("{} failed: {}", command, text.str()));
    return text.str();
  }
  [[noreturn]] static void not_understood(const std::string& report) {
    throw CannotRun("what SPIN's verifier reports is not understood: " + report);
  }
  static std::size_t before(std::string_view words, const std::string& report) {
    const auto end = report.find(words);
    if (end == std::string::npos) not_understood(report);
    return std::stoul(report.substr(report.rfind('\n', end) + 1));
  }
  TemporaryDirectory dir_;
};

}  // namespace

int bench_spin() {
  end_on_signals();
  constexpr double kWanted = 3;
  Verifier verifier;
  Space theirs, ours, anew;
  std::vector<double> their_time, our_time;
  for (int round = 0; round < 3; ++round) {
    const double start = cpu_seconds_of_children();
    theirs = verifier.verified();
    their_time.push_back(cpu_seconds_of_children() - start);
    our_time.push_back(cpu_seconds_of([&] { ours = explored(false); }));
  }
  const double anew_time = cpu_seconds_of([&] { anew = explored(true); });
  const double ratio = median(their_time) / median(our_time);
  const auto rate = [&](double seconds) {
    return static_cast<double>(ours.states) / seconds / 1e6;
  };
  fmt::print("spin: {} states, {} changes of state; ours: {} and {}\n", theirs.states,
             theirs.changes, ours.states, ours.changes);
  fmt::print(
      "spin: {:.1f} times the states per second of SPIN's verifier (gcc -O2 -DSAFETY; medians of "
      "3, by processor time: {:.2f} M/s against {:.2f} M/s); wanted 3\n",
      ratio, rate(median(our_time)), rate(median(their_time)));
  fmt::print(
      "spin: {:.1f} times where the model is asked each of {} requests in each list anew; no "
      "answer differs from the one kept for its shape\n",
      median(their_time) / anew_time, alphabet().size());
  return theirs == ours && ours == anew && ratio >= kWanted ? 0 : 1;
}

}  // namespace mprogcheck

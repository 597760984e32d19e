// SPDX-License-Identifier: GPL-2.0-only
#include "impl/stress/stress.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <vector>

#include "impl/kernel/netns_thread.hpp"
#include "impl/kernel/programs.hpp"
#include "impl/stress/generator.hpp"
#include "impl/stress/packets.hpp"
#include "impl/stress/worker.hpp"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

Operation about(Verb verb, std::uint8_t device) {
  Operation op;
  op.verb = verb;
  op.point = {device, Hook::ingress};
  return op;
}

// One round: the devices and programs, and the processes that use them.
class Stress {
 public:
  explicit Stress(const StressOptions& options)
      : options_(options),
        lists_(options.module ? std::unique_ptr<Lists>(new ModuleLists(home_))
                              : std::make_unique<BpfLists>()),
        log_(map_log()) {
    lists_->begin(options_.header);
    for (std::uint8_t p = 0; p < kMaxProgs; ++p) {
      if (!options_.header.loaded[p]) continue;
      const Program& program = programs_.shared(Prog{p}, ProgType::sched_cls);
      names_.progs[p] = {static_cast<std::uint32_t>(program.descriptor.number()), program.id};
    }
    names_.dialect = options_.header.dialect;
  }

  StressRound run() {
    const std::int32_t before = held();
    const std::uint32_t drawing = options_.processes;
    Worker own(*log_, *lists_, names_, drawing + 3);
    make_devices(own, 0);
    make_devices(own, 2);
    if (options_.gentle)
      for (const Point point : kStressPoints) {
        Operation op;
        op.verb = Verb::attach;
        op.point = point;
        op.prog = ref(Prog{0});
        own.call(op);
      }
    for (std::uint32_t p = 0; p < drawing; ++p) start([this, p] { draw(p); });
    start([this] { send_packets(); });
    start([this] { remove_devices(); });
    wait_for([this] { return log_->ready == processes_.size(); });
    log_->go = true;
    wait_for([this] { return log_->finished == options_.processes; });
    for (const Point point : kStressPoints) own.call(whole_query(point));
    log_->over = true;
    join();
    for (const std::uint8_t device : {0, 2}) own.call(about(Verb::remove, device));
    return {.figures = {.processors = static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_ONLN)),
                        .references = held() - before,
                        .sent = log_->sent,
                        .received = log_->received,
                        .met = log_->met,
                        .stray = log_->stray,
                        .removals = log_->removals},
            .history = print(history_of(*log_, names_, options_.header))};
  }
  ~Stress() {
    for (const pid_t child : processes_) ::kill(child, SIGKILL), ::waitpid(child, nullptr, 0);
    ::munmap(log_, sizeof(SharedLog));
  }
  Stress(const Stress&) = delete;
  Stress& operator=(const Stress&) = delete;

 private:
  static SharedLog* map_log() {
    void* const memory = ::mmap(nullptr, sizeof(SharedLog), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) cannot("get memory that processes share");
    return new (memory) SharedLog;
  }

  std::int32_t held() { return lists_->references(home_).value_or(0); }

  static Operation whole_query(Point point) {
    Operation op;
    op.verb = Verb::query;
    op.point = point;
    op.room = kStressRoom;
    op.arrays = array::progs | array::links;
    return op;
  }

  static void make_devices(Worker& worker, std::uint8_t device) {
    Operation op = about(Verb::create, device);
    op.peer = static_cast<std::uint8_t>(device + 1);
    op.attrs[0] = {.key = Key::mode, .form = Form::whole, .value = netkit::l2};
    worker.call(op);
    for (const std::uint8_t one : {device, op.peer}) {
      Operation up = about(Verb::set, one);
      up.attrs[0] = {.key = Key::state, .form = Form::whole, .value = 1};
      worker.call(up);
    }
  }

  // Forks a process that runs the job and keeps its descriptors open until the end of the round.
  void start(const std::function<void()>& job) {
    const pid_t child = ::fork();
    if (child < 0) cannot("start a process");
    if (child > 0) {
      processes_.push_back(child);
      return;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int status = 0;
    try {
      job();
      wait_for([this] { return log_->over.load(); });
    } catch (const std::exception& e) {
      std::fprintf(stderr, "stress: %s\n", e.what());
      status = 1;
    }
    ::_exit(status);
  }

  void wait_for(const std::function<bool()>& there) {
    while (!there()) {
      for (const pid_t child : processes_)
        if (::getpid() == parent_ && ::waitpid(child, nullptr, WNOHANG) == child)
          throw CannotRun("a process of the stress ended before the others");
      ::usleep(500);
    }
  }

  void join() {
    bool all = true;
    for (const pid_t child : processes_) {
      int status = 0;
      all &= ::waitpid(child, &status, 0) == child && status == 0;
    }
    processes_.clear();
    if (!all) throw CannotRun("a process of the stress failed");
  }

  void begin() {
    ++log_->ready;
    wait_for([this] { return log_->go.load(); });
  }

  void draw(std::uint32_t process) {
    Worker worker(*log_, *lists_, names_, process);
    StressGenerator generator(options_, *log_, process);
    begin();
    while (log_->calls++ < options_.calls)
      generator.observe(worker.call(generator.next(worker.names())), worker.names());
    ++log_->finished;
  }

  bool all_drawn() const { return log_->calls >= options_.calls; }

  // Removes a pair and creates it again, evenly over the round.
  void remove_devices() {
    constexpr std::uint32_t kTimes = 24;
    Worker worker(*log_, *lists_, names_, options_.processes + 2);
    begin();
    for (std::uint32_t next = 1; !all_drawn(); ++next) {
      const std::uint32_t due =
          options_.gentle ? options_.calls / 2 : next * options_.calls / kTimes;
      wait_for([&] { return log_->calls >= due || all_drawn(); });
      if (all_drawn()) break;
      worker.call(about(Verb::remove, 2));
      ++log_->removals;
      if (options_.gentle) break;
      make_devices(worker, 2);
    }
  }

  // Sends one packet after the other, so that the notes are those of one packet. A packet is logged
  // if it met other programs than the one before, and some are logged in any case.
  void send_packets() {
    constexpr std::uint32_t kTold = 4;  // one for so many calls
    Worker worker(*log_, *lists_, names_, options_.processes);
    StressPackets packets(worker, programs_);
    // A device is up before the kernel has noticed its carrier.
    for (const std::uint8_t from : {0, 1}) wait_for([&] { return packets.crosses(from, 2); });
    begin();
    std::uint32_t told = 0;
    for (std::uint8_t from = 0; !log_->over; from ^= 1) {
      ++log_->sent;
      const std::uint64_t invoked = log_->clock++;
      if (!packets.crosses(from)) continue;
      const std::uint64_t returned = log_->clock++;
      ++log_->received;
      log_->met += programs_.ran();
      const bool is_due = log_->calls >= told * kTold && !all_drawn();
      if (is_due) ++told;
      packets.note(from, {options_.processes, invoked, returned}, is_due);
      if (options_.gentle || log_->sent % 8 != 0) continue;
      packets.send(2);
      ++log_->stray;
    }
  }

  StressOptions options_;
  Netns home_;
  Programs programs_;
  std::unique_ptr<Lists> lists_;
  Names names_;
  SharedLog* log_;
  pid_t parent_ = ::getpid();
  std::vector<pid_t> processes_;
};

}  // namespace

StressRound run_stress(const StressOptions& options) {
  NetnsThread thread;
  StressRound round;
  thread.run([&] { round = Stress(options).run(); });
  return round;
}

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/tree/worker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <vector>

#include "impl/process.hpp"
#include "impl/target.hpp"
#include "impl/vm/confine.hpp"
#include "impl/vm/wire.hpp"
#include "model/words/plain_text.hpp"

namespace mprogcheck::tree {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMostOfConsole = 1U << 20;

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

// The runtime of the sanitizer has to be the first library of its process.
std::string runtime_of_sanitizer() {
  static const std::string path = [] {
    const ProgramResult r = run_process({"gcc", "-print-file-name=libasan.so"});
    return r.output.substr(0, r.output.find('\n'));
  }();
  return path;
}

}  // namespace

WorkerProcess::WorkerProcess(const WorkerOptions& options) : patience_(options.patience) {
  arena_ = Descriptor(::memfd_create("mprogcheck", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!arena_.is_open() || ::ftruncate(arena_.number(), kArena) != 0) cannot("share memory");
  if (::fcntl(arena_.number(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    cannot("seal shared memory");
  void* const memory =
      ::mmap(nullptr, kArena, PROT_READ | PROT_WRITE, MAP_SHARED, arena_.number(), 0);
  if (memory == MAP_FAILED) cannot("map shared memory");
  memory_ = static_cast<char*>(memory);
  progress_ = new (memory_) Progress;
  start(options);
  if (wait() != Came::answer) {
    stop();
    const std::string words = console();
    throw CannotRun("the worker did not come up: " +
                    (words.empty() ? why_ended() : words.substr(0, words.find('\n'))));
  }
  std::memcpy(&hello_, memory_ + kAnswersAt, sizeof(hello_));
  if (hello_.layout != vm::layout())
    throw CannotRun("the worker is of another version of mprogcheck");
}

WorkerProcess::~WorkerProcess() {
  stop();
  if (memory_) ::munmap(memory_, kArena);
}

void WorkerProcess::start(const WorkerOptions& options) {
  int bell[2], console[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bell) != 0) cannot("make a socket pair");
  bell_ = Descriptor(bell[0]);
  const Descriptor their_bell(bell[1]);
  if (::pipe2(console, O_CLOEXEC) != 0) cannot("make a pipe");
  console_pipe_ = Descriptor(console[0]);
  const Descriptor their_console(console[1]);
  ::fcntl(console[0], F_SETFL, O_NONBLOCK);

  std::vector<std::string> environment{"LC_ALL=C"};
  if (options.sanitized) {
    environment.push_back("LD_PRELOAD=" + runtime_of_sanitizer());
    environment.emplace_back("ASAN_OPTIONS=detect_leaks=0:exitcode=1:allow_user_segv_handler=0");
    environment.emplace_back("UBSAN_OPTIONS=print_stacktrace=1");
  }
  std::vector<char*> variables;
  for (std::string& one : environment) variables.push_back(one.data());
  variables.push_back(nullptr);
  char name[] = "tree_worker", sanitized[] = "sanitized", empty[] = "";
  char* const arguments[] = {name, options.sanitized ? sanitized : nullptr, nullptr};
  const std::array theirs{their_bell.number(), arena_.number(), options.library, options.program};

  const pid_t ours = ::getpid();
  process_ = ::fork();
  if (process_ < 0) cannot("start a process");
  if (process_ == 0) {
    ::setpgid(0, 0);  // no signal of the terminal reaches it
    const int null = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1}) ::dup2(null, fd);
    ::dup2(their_console.number(), 2);
    // First out of the way of each other.
    std::array<int, 4> moved{};
    for (std::size_t i = 0; i < theirs.size(); ++i) moved[i] = ::fcntl(theirs[i], F_DUPFD, 10);
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      ::dup2(moved[i], kBell + static_cast<int>(i));
      ::close(moved[i]);
    }
    ::syscall(SYS_close_range, kProgram + 1, ~0U, 0);
    ::fcntl(kProgram, F_SETFD, FD_CLOEXEC);
    // A sanitizer keeps terabytes of addresses.
    vm::confine(ours, options.sanitized ? vm::AddressSpace::any : vm::AddressSpace::bounded);
    ::syscall(SYS_execveat, kProgram, empty, arguments, variables.data(), AT_EMPTY_PATH);
    ::_exit(127);
  }
}

WorkerProcess::Came WorkerProcess::ask(Mode mode, std::uint32_t traces, std::size_t bytes) {
  progress_->mode = static_cast<std::uint32_t>(mode);
  progress_->traces = traces;
  progress_->asked_bytes = bytes;
  progress_->over = 0, progress_->steps = 0, progress_->written = 0;
  const char ring = 1;
  if (::send(bell_.number(), &ring, 1, MSG_NOSIGNAL) != 1) ended_ = true;
  return wait();
}

WorkerProcess::Came WorkerProcess::wait() {
  std::uint64_t ticks = progress_->ticks.load(std::memory_order_relaxed);
  auto end = Clock::now() + patience_;
  while (!ended_) {
    std::array<pollfd, 2> both{
        pollfd{.fd = bell_.number(), .events = POLLIN, .revents = 0},
        pollfd{.fd = console_pipe_.number(), .events = POLLIN, .revents = 0}};
    ::poll(both.data(), both.size(), 200);
    if ((both[1].revents & POLLIN) != 0) read_console();
    if (both[0].revents != 0) {
      char rung = 0;
      if (::recv(bell_.number(), &rung, 1, MSG_DONTWAIT) == 1) return Came::answer;
      ended_ = true;
      break;
    }
    const std::uint64_t now = progress_->ticks.load(std::memory_order_relaxed);
    if (now != ticks) {
      ticks = now;
      end = Clock::now() + patience_;
    }
    if (Clock::now() >= end) return Came::silence;
  }
  return Came::end;
}

std::string WorkerProcess::answers(std::size_t most) const {
  const std::uint64_t written = progress_->written.load(std::memory_order_acquire);
  if (written > most || written > kMostAnswers) throw vm::Garbled("more answers than there can be");
  return {memory_ + kAnswersAt, static_cast<std::size_t>(written)};
}

void WorkerProcess::read_console() {
  std::array<char, 4096> buffer;
  for (ssize_t got; (got = ::read(console_pipe_.number(), buffer.data(), buffer.size())) > 0;)
    if (console_.size() < kMostOfConsole)
      console_.append(buffer.data(), static_cast<std::size_t>(got));
}

void WorkerProcess::stop() {
  bell_.reset();
  if (process_ < 0) return;
  if (!ended_) ::kill(process_, SIGKILL);
  ::waitpid(process_, &status_, 0);
  process_ = -1;
  ended_ = true;
}

// The pipe is closed a moment before the process is gone.
bool WorkerProcess::lost() {
  if (!ended_) return false;
  stop();
  if (WIFSIGNALED(status_))
    return WTERMSIG(status_) == SIGKILL || WTERMSIG(status_) == SIGTERM ||
           WTERMSIG(status_) == SIGHUP || WTERMSIG(status_) == SIGINT;
  return WEXITSTATUS(status_) == 127;
}

std::string WorkerProcess::why_ended() const {
  if (WIFSIGNALED(status_)) {
    const int signal = WTERMSIG(status_);
    return "signal " + std::to_string(signal) +
           (signal == SIGSYS ? ", by a system call that the worker may not make" : "");
  }
  return "exit status " + std::to_string(WEXITSTATUS(status_));
}

std::string WorkerProcess::console() {
  read_console();
  return plain_text(console_);
}

}  // namespace mprogcheck::tree

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "impl/descriptor.hpp"

namespace mprogcheck {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOverTime = 124, kKilled = 128;  // as of timeout(1) and the shell
constexpr std::chrono::duration<int, std::milli> kTick{100};

[[noreturn]] void cannot(const std::string& what, int error) {
  throw CannotRun(what + ": " + std::strerror(error));
}

struct Pipe {
  Descriptor read, write;
  Pipe() {
    int both[2];
    if (::pipe2(both, O_CLOEXEC) != 0) cannot("no pipe can be made", errno);
    read = Descriptor(both[0]), write = Descriptor(both[1]);
    ::fcntl(both[0], F_SETFL, O_NONBLOCK);
  }
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const std::string& s : strings) out.push_back(const_cast<char*>(s.c_str()));
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_in_english() {
  std::vector<std::string> out{"LC_ALL=C"};
  for (char** e = environ; *e; ++e)
    if (std::strncmp(*e, "LC_ALL=", 7) != 0 && std::strncmp(*e, "LANGUAGE=", 9) != 0)
      out.emplace_back(*e);
  return out;
}

// A program and all it starts, in a process group that is gone when this is, and when we are. The
// group's leader sees to that: where a program changes its user, as apt does, the kernel forgets
// the PR_SET_PDEATHSIG of that program.
class Group {
 public:
  Group() {
    const pid_t parent = ::getpid();
    leader_ = ::fork();
    if (leader_ < 0) cannot("no process can be made", errno);
    if (leader_ == 0) keep_watch(parent);
    ::setpgid(leader_, leader_);
  }
  ~Group() {
    kill();
    ended(leader_);
    if (program_ > 0) ended(program_);
  }
  Group(const Group&) = delete;

  // Returns what can be polled for the program's end.
  Descriptor spawn(const std::vector<std::string>& arguments, int out, int err) {
    const std::vector<std::string> environment = environment_in_english();
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setpgroup(&how, leader_);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    const int error = posix_spawnp(&program_, arguments.at(0).c_str(), &files, &how,
                                   pointers(arguments).data(), pointers(environment).data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    if (error != 0) program_ = -1, cannot(arguments[0] + " cannot be started", error);
    Descriptor end(static_cast<int>(::syscall(SYS_pidfd_open, program_, 0)));
    if (!end.is_open()) cannot(arguments[0] + " cannot be waited for", errno);
    return end;
  }

  void kill() const { ::kill(-leader_, SIGKILL); }
  int status() { return ended(std::exchange(program_, -1)); }

 private:
  // Holds none of our descriptors open, or others would wait for their end.
  [[noreturn]] static void keep_watch(pid_t parent) {
    ::setpgid(0, 0);
    ::close_range(0, ~0U, 0);
    sigset_t watched;
    sigfillset(&watched);
    ::sigprocmask(SIG_BLOCK, &watched, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (int caught = 0; ::getppid() == parent;) ::sigwait(&watched, &caught);
    ::kill(0, SIGKILL);
    ::_exit(0);
  }

  static int ended(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  pid_t leader_ = -1, program_ = -1;
};

// One part of what there is to read; false if there is nothing now. At its end the pipe is closed.
bool take(Pipe& pipe, std::string& said) {
  char part[4096];
  const ssize_t got = pipe.read.is_open() ? ::read(pipe.read.number(), part, sizeof(part)) : -1;
  if (got == 0) pipe.read.reset();
  if (got <= 0) return false;
  said.append(part, std::min(static_cast<std::size_t>(got), kMostOutput - said.size()));
  return true;
}

}  // namespace

ProgramResult run_process(const std::vector<std::string>& arguments, const Running& how) {
  ProgramResult result;
  std::string none;
  Pipe out, err;
  Group group;
  const Descriptor end = group.spawn(arguments, out.write.number(),
                                     how.errors ? err.write.number() : out.write.number());
  out.write.reset(), err.write.reset();
  const auto begin = Clock::now();
  auto last_tick = begin;
  bool over_time = false;
  pollfd wait[3] = {};
  while (wait[2].revents == 0 && !over_time) {
    wait[0] = {out.read.number(), POLLIN, 0};
    wait[1] = {err.read.number(), POLLIN, 0};
    wait[2] = {end.number(), POLLIN, 0};
    ::poll(wait, 3, kTick.count());
    take(out, result.output);
    take(err, how.errors ? *how.errors : none);
    const auto now = Clock::now();
    over_time = how.limit && now - begin >= *how.limit;
    if (how.tick && now - last_tick >= kTick) how.tick(), last_tick = now;
  }
  group.kill();
  // Who has left the group may write for ever.
  while (result.output.size() < kMostOutput && take(out, result.output)) {
  }
  while (how.errors && how.errors->size() < kMostOutput && take(err, *how.errors)) {
  }
  const int status = group.status();
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : kKilled + WTERMSIG(status);
  if (over_time) {
    result.status = kOverTime;
    result.output += "(killed after " + std::to_string(how.limit->count()) + " s)\n";
  }
  return result;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

namespace mprogcheck {
namespace {

using Clock = std::chrono::steady_clock;

// What a program says beyond this nobody reads.
constexpr std::size_t kMostOutput = 64 << 10;
constexpr int kOverTime = 124, kKilled = 128;  // as of timeout(1) and the shell

std::string why(int error) {
  return std::strerror(error);
}

// What the process gets: a group, the signals as they are by default, one pipe for all it says.
pid_t spawn(const std::vector<std::string>& arguments, int say) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, say, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, say, STDERR_FILENO);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  const int error = posix_spawnp(&child, argv[0], &files, &how, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&how);
  if (error != 0) throw CannotRun(arguments[0] + " cannot be started: " + why(error));
  return child;
}

// Until everybody has closed the pipe. False: the time was over first.
bool listen(int pipe, Clock::time_point end, std::string& said) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{pipe, POLLIN, 0};
    const int n = left > 0 ? ::poll(&ready, 1, static_cast<int>(left)) : 0;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    char part[4096];
    const ssize_t got = ::read(pipe, part, sizeof(part));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    said.append(part, std::min(static_cast<std::size_t>(got), kMostOutput - said.size()));
  }
}

// One that has closed its output may still run.
bool ended(pid_t child, Clock::time_point end, int& status) {
  for (;;) {
    const pid_t got = ::waitpid(child, &status, WNOHANG);
    if (got == child) return true;
    if (got < 0 && errno != EINTR) return true;
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace

ProgramResult run_process(const std::vector<std::string>& arguments, std::chrono::seconds limit) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw CannotRun("no pipe can be made: " + why(errno));
  pid_t child = 0;
  try {
    child = spawn(arguments, pipe[1]);
  } catch (...) {
    ::close(pipe[0]);
    ::close(pipe[1]);
    throw;
  }
  ::close(pipe[1]);
  const auto end = Clock::now() + limit;
  ProgramResult result;
  const bool closed = listen(pipe[0], end, result.output);
  ::close(pipe[0]);
  int status = 0;
  if (!closed || !ended(child, end, status)) {
    ::kill(-child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.status = kOverTime;
    result.output += "(killed after " + std::to_string(limit.count()) + " s)\n";
    return result;
  }
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : kKilled + WTERMSIG(status);
  return result;
}

}  // namespace mprogcheck

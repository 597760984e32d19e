// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/subprocess.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "impl/target.hpp"

namespace mprogcheck::vm {
namespace {

CannotRun failed(const std::string& program) {
  return CannotRun(program + " cannot be run: " + std::strerror(errno));
}

// What a child writes goes into memory and not through pipes, so nobody waits for a reader.
class Memory {
 public:
  explicit Memory(const std::string& program) : fd_(memfd_create("output", MFD_CLOEXEC)) {
    if (fd_ < 0) throw failed(program);
  }
  ~Memory() { close(fd_); }
  Memory(const Memory&) = delete;
  int fd() const { return fd_; }
  std::string content() const {
    std::string text(static_cast<std::size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    const ssize_t got = pread(fd_, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

 private:
  int fd_;
};

// A child that is not left behind, also not by an exception.
struct Child {
  pid_t pid = -1;
  ~Child() {
    if (pid <= 0) return;
    kill(pid, SIGTERM);
    waitpid(pid, nullptr, 0);
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

// Runs the program and ends it when our parent ends. A process of its own does that, because the
// kernel forgets PR_SET_PDEATHSIG where a program changes its user, as apt does.
[[noreturn]] void keep_watch(pid_t parent, char* const* arguments, char* const* variables) {
  sigset_t watched, before;
  sigemptyset(&watched);
  sigaddset(&watched, SIGTERM);
  sigaddset(&watched, SIGCHLD);
  sigprocmask(SIG_BLOCK, &watched, &before);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const pid_t program = getppid() == parent ? fork() : -1;
  if (program < 0) _exit(127);
  if (program == 0) {
    sigprocmask(SIG_SETMASK, &before, nullptr);
    execve(arguments[0], arguments, variables);
    _exit(127);
  }
  for (int status = 0, caught = 0;;) {
    sigwait(&watched, &caught);
    if (caught == SIGTERM) kill(program, SIGTERM);
    if (waitpid(program, &status, WNOHANG) == program)
      _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }
}

}  // namespace

Finished run_program(const std::vector<std::string>& argv, const std::function<void()>& tick) {
  const std::string& program = argv.at(0);
  if (access(program.c_str(), X_OK) != 0) throw failed(program);
  const Memory out(program), err(program);
  const auto environment = environment_in_english();
  const auto arguments = pointers(argv), variables = pointers(environment);
  const pid_t parent = getpid();
  Child child;
  child.pid = fork();
  if (child.pid < 0) throw failed(program);
  if (child.pid == 0) {
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0 && dup2(nothing, 0) == 0 && dup2(out.fd(), 1) == 1 && dup2(err.fd(), 2) == 2)
      keep_watch(parent, arguments.data(), variables.data());
    _exit(127);
  }
  int status = 0;
  pid_t ended = 0;
  for (int looks = 1; (ended = waitpid(child.pid, &status, WNOHANG)) == 0; ++looks) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (tick && looks % 10 == 0) tick();
  }
  if (ended < 0) throw failed(program);
  child.pid = -1;
  return {WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), out.content(),
          err.content()};
}

}  // namespace mprogcheck::vm

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/odd.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "impl/kernel/watched.hpp"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr int kNobody = 65534;
constexpr std::size_t kStack = 64 << 10;

struct Errand {
  Caller caller;
  std::function<int()> make;  // as a system call ends
  int result = -1, error = 0;
};

int run(Errand& errand) {
  errand.result = errand.make();
  errand.error = errno;
  return 0;
}

// In a process that shares memory and descriptors with its maker, who waits; so little but system
// calls, and those that the C library would make for all threads made directly.
int run_errand(void* argument) {
  Errand& errand = *static_cast<Errand*>(argument);
  if (errand.caller == Caller::nobody &&
      (::syscall(SYS_setresgid, kNobody, kNobody, kNobody) < 0 ||
       ::syscall(SYS_setresuid, kNobody, kNobody, kNobody) < 0)) {
    return 1;
  }
  return run(errand);
}

void send(Errand& errand) {
  std::vector<char> stack(kStack);
  const int userns = errand.caller == Caller::userns ? CLONE_NEWUSER : 0;
  const pid_t child = ::clone(run_errand, stack.data() + stack.size(),
                              CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD | userns, &errand);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0)
    throw CannotRun(std::string("could not make a process of another user: ") +
                    std::strerror(errno));
}

}  // namespace

OddResult make_oddly(const Operation& op, Lists& lists, Space& here, abi::Call& call) {
  Watched memory(op, call);
  Errand errand{.caller = op.caller, .make = [&] {
                  return lists.takes_memory()
                             ? static_cast<int>(::syscall(SYS_bpf, static_cast<int>(call.command),
                                                          memory.bytes(), memory.size()))
                             : lists.make(here, call);
                }};
  if (op.caller == Caller::root)
    run(errand);
  else
    send(errand);
  if (lists.takes_memory()) memory.answer(call);
  errno = errand.error;
  return {.result = errand.result, .strayed = memory.strayed()};
}

}  // namespace mprogcheck::kernel

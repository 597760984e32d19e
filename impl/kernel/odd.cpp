// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/odd.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstring>
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
  int command;
  void* attribute;
  std::size_t size;
  int result, error;
};

int bpf(Errand& errand) {
  errand.result =
      static_cast<int>(::syscall(SYS_bpf, errand.command, errand.attribute, errand.size));
  errand.error = errno;
  return 0;
}

// In a process that shares memory and descriptors with its maker, who waits; so nothing but system
// calls, and those that the C library would make for all threads made directly.
int run_errand(void* argument) {
  Errand& errand = *static_cast<Errand*>(argument);
  errand.result = -1;
  if (errand.caller == Caller::nobody &&
      (::syscall(SYS_setresgid, kNobody, kNobody, kNobody) < 0 ||
       ::syscall(SYS_setresuid, kNobody, kNobody, kNobody) < 0)) {
    errand.error = 0;
    return 1;
  }
  return bpf(errand);
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

OddResult make_oddly(const Operation& op, abi::Call& call) {
  Watched memory(op, call);
  Errand errand{op.caller, static_cast<int>(call.command), memory.bytes(), memory.size(), -1, 0};
  if (op.caller == Caller::root)
    bpf(errand);
  else
    send(errand);
  memory.answer(call);
  errno = errand.error;
  return {.result = errand.result, .strayed = memory.strayed()};
}

}  // namespace mprogcheck::kernel

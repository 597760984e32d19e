// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/unusual_calls.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "impl/guarded_attribute.hpp"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr int kNobody = 65534;
constexpr std::size_t kStack = 64 << 10;

struct Errand {
  Caller caller;
  const std::function<void()>& run;
};

// In a process that shares memory and descriptors with its maker, who waits; so little but system
// calls, and those that the C library would make for all threads made directly.
int run_errand(void* argument) {
  const Errand& errand = *static_cast<const Errand*>(argument);
  if (errand.caller == Caller::nobody &&
      (::syscall(SYS_setresgid, kNobody, kNobody, kNobody) < 0 ||
       ::syscall(SYS_setresuid, kNobody, kNobody, kNobody) < 0)) {
    return 1;
  }
  errand.run();
  return 0;
}

}  // namespace

void run_as(Caller caller, const std::function<void()>& errand) {
  if (caller == Caller::root) return errand();
  Errand sent{caller, errand};
  std::vector<char> stack(kStack);
  const int userns = caller == Caller::userns ? CLONE_NEWUSER : 0;
  const pid_t child = ::clone(run_errand, stack.data() + stack.size(),
                              CLONE_VM | CLONE_FILES | CLONE_VFORK | SIGCHLD | userns, &sent);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0)
    throw CannotRun(std::string("could not make a process of another user: ") +
                    std::strerror(errno));
}

UnusualResult make_unusual_call(const Operation& op, Lists& lists, Netns& here, abi::Call& call) {
  GuardedAttribute memory(op, call);
  int result = -1, error = 0;
  run_as(op.caller, [&] {
    result = lists.takes_memory()
                 ? static_cast<int>(::syscall(SYS_bpf, static_cast<int>(call.command),
                                              memory.bytes(), memory.size()))
                 : lists.make(here, call);
    error = errno;
  });
  if (lists.takes_memory()) memory.answer(call);
  errno = error;
  return {.result = result, .strayed = memory.strayed()};
}

}  // namespace mprogcheck::kernel

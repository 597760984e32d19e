// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/confine.hpp"

#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace mprogcheck::vm {
namespace {

constexpr uid_t kNobody = 65534;

void need(bool done) {
  if (!done) ::_exit(127);
}

void limit(__rlimit_resource_t what, rlim_t most) {
  const rlimit both{.rlim_cur = most, .rlim_max = most};
  ::setrlimit(what, &both);  // one that is lower already stays
}

}  // namespace

void confine(pid_t parent, AddressSpace space) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NOFILE, 256);
  // The guest's memory, a gigabyte of translated code, libraries.
  if (space == AddressSpace::bounded) limit(RLIMIT_AS, rlim_t{4} << 30);
  if (::geteuid() == 0) {
    need(::unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) == 0);
    // Capabilities go with the last user ID that is 0.
    need(::setgroups(0, nullptr) == 0);
    need(::setresgid(kNobody, kNobody, kNobody) == 0);
    need(::setresuid(kNobody, kNobody, kNobody) == 0);
  }
  need(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  // A change of the user ID would have cleared it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
}

}  // namespace mprogcheck::vm

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/tree/worker/sandbox.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>
#include <vector>

namespace mprogcheck::tree {

// Files can be opened, as the loader and a sanitizer read some: by a user who may write none, in a
// process that may not write to one.
bool allow_only_what_is_needed() {
  constexpr unsigned kAllowed[] = {
      SYS_read,         SYS_write,          SYS_close,          SYS_openat,      SYS_open,
      SYS_newfstatat,   SYS_fstat,          SYS_lseek,          SYS_pread64,     SYS_mmap,
      SYS_munmap,       SYS_mprotect,       SYS_mremap,         SYS_madvise,     SYS_brk,
      SYS_futex,        SYS_exit,           SYS_exit_group,     SYS_getpid,      SYS_gettid,
      SYS_rt_sigaction, SYS_rt_sigreturn,   SYS_rt_sigprocmask, SYS_sigaltstack, SYS_tgkill,
      SYS_getrandom,    SYS_readlink,       SYS_clock_gettime,  SYS_sched_yield, SYS_prlimit64,
      SYS_getrlimit,    SYS_poll,           SYS_access,         SYS_uname,       SYS_ioctl,
      SYS_rseq,         SYS_set_robust_list};
  std::vector<sock_filter> filter;
  const auto add = [&](unsigned code, unsigned k, unsigned char yes = 0, unsigned char no = 0) {
    filter.push_back({static_cast<unsigned short>(code), yes, no, k});
  };
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
  add(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
  add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
  for (const unsigned number : kAllowed) {
    add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }
  add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace mprogcheck::tree

// SPDX-License-Identifier: GPL-2.0-only
// Calls that no ordinary program makes: by another user, or with an attribute that is shorter or
// longer than its fields or has non-zero bytes outside them. Only in VMs.
#pragma once

#include <functional>

#include "impl/bpf_abi.hpp"
#include "impl/kernel/lists.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

struct UnusualResult {
  int result = -1;       // as of bpf(2); errno is set
  bool strayed = false;  // the kernel wrote outside the bytes of the attribute
};

// Runs the errand as such a caller, in a process that can do little more than make system calls.
// Throws CannotRun if there can be no such caller.
void run_as(Caller caller, const std::function<void()>& errand);

// Makes `call` as `op` says. Afterwards `call` has what the kernel wrote into the attribute, as far
// as that reaches. Throws CannotRun if there can be no such caller.
UnusualResult make_unusual_call(const Operation& op, Lists& lists, Netns& here, abi::Call& call);

}  // namespace mprogcheck::kernel

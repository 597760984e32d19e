// SPDX-License-Identifier: GPL-2.0-only
// Calls that no ordinary agent makes: by another caller, with an attribute that is shorter or
// longer than its fields, or has bytes in none of them. Only ever in a VM.
#pragma once

#include <functional>

#include "impl/bpf_abi.hpp"
#include "impl/kernel/lists.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

struct UnusualResult {
  int result = -1;       // as of bpf(2); errno is set
  bool strayed = false;  // something was written beside the bytes that were given
};

// What a caller of that kind does: a thread with other rights, of which there is just enough for
// system calls. Throws CannotRun where there can be no such caller.
void run_as(Caller caller, const std::function<void()>& errand);

// Makes `call` as `op` wants it. What the kernel answers into the attribute is in `call`
// afterwards, as far as the attribute reaches. Throws CannotRun where there can be no such caller.
UnusualResult make_unusual_call(const Operation& op, Lists& lists, Netns& here, abi::Call& call);

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
// What QEMU, and the worker that runs the code of a kernel tree (impl/tree), give up before they
// start. A kernel that breaks out of either lands in a process of user nobody, without capabilities
// and without a network, which can start no other process and write no file.
#pragma once

#include <sys/types.h>

namespace mprogcheck::vm {

enum class AddressSpace { bounded, any };
// Called in the child between fork(2) and exec(2): makes system calls only, and ends the process
// with status 127 if one is refused that root may make. Without root there is less to give up: the
// user and the network namespace stay. The process dies with `parent`.
void confine(pid_t parent, AddressSpace space = AddressSpace::bounded);

// QEMU's own filter of system calls, by seccomp: for its command line.
inline constexpr const char* kSandbox =
    "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

}  // namespace mprogcheck::vm

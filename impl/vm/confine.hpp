// SPDX-License-Identifier: GPL-2.0-only
// What QEMU, or the process that runs a kernel's code (impl/tree), gives up before it starts. A
// kernel that breaks out of its guest lands in a process of nobody's, without capabilities, without
// a network, that can start no other and write no file.
#pragma once

#include <sys/types.h>

namespace mprogcheck::vm {

// Called in the child between fork(2) and exec(2): makes system calls only, and ends the process
// with status 127 if one is refused that root may make. Without root there is less to give up: the
// user and the network namespace stay. The process dies with `parent`.
enum class AddressSpace { bounded, any };
void confine(pid_t parent, AddressSpace space = AddressSpace::bounded);

// QEMU's own filter of system calls, by seccomp: for its command line.
inline constexpr const char* kSandbox =
    "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

}  // namespace mprogcheck::vm

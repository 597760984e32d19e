// SPDX-License-Identifier: GPL-2.0-only
// What a worker gives up before a stranger's code is mapped: all system calls but those that
// reading, memory and the report of a sanitizer need.
#pragma once

namespace mprogcheck::tree {

// False if the kernel has no filter of system calls; errno says why.
bool allow_only_what_is_needed();

}  // namespace mprogcheck::tree

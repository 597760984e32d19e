// SPDX-License-Identifier: GPL-2.0-only
// What a module has allocated and not freed, where the kernel keeps track of that (slub_debug with
// U): no kernel of a distribution has kmemleak, but each of these tells by whom its objects were.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mprogcheck::vm {

// One line for each place from which objects come that are still there, with their slab and number:
// "kmalloc-128: 2 of mprog_link_prime+0x2d/0x1a0 [mprogcheck]". Takes seconds, as it waits for
// those that readers may be looking at. To be asked when nothing of the module is in use; empty
// where no track is kept.
std::vector<std::string> leaks_of(std::string_view module);

// The same of what a kernel tells of one slab (alloc_traces of debugfs).
std::vector<std::string> leaks_in(std::string_view traces, std::string_view module,
                                  std::string_view slab);

}  // namespace mprogcheck::vm

// SPDX-License-Identifier: GPL-2.0-only
// Whether the lists of a device that has served a trace are as those of a new one.
#pragma once

#include <cstdint>

namespace mprogcheck::kernel {

// Detaches the programs that are left on both lists of a device. True if the kernel then shows of
// both what it shows of a new device's: no entry, and the first revision. (It frees a list that is
// empty, so there is nothing more to be told apart.) False as soon as it answers otherwise, also
// where a link is still on a list.
bool make_like_new(std::uint32_t ifindex);

}  // namespace mprogcheck::kernel

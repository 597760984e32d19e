// SPDX-License-Identifier: GPL-2.0-only
// What a guest boots from: one program, and nothing else.
#pragma once

#include <filesystem>

#include "impl/kernel/descriptor.hpp"

namespace mprogcheck::vm {

// A file in memory with a cpio archive (Documentation/driver-api/early-userspace/
// buffer-format.rst) that holds `init` as /init. Throws CannotRun if it cannot be read.
kernel::Descriptor initramfs_with(const std::filesystem::path& init);

}  // namespace mprogcheck::vm

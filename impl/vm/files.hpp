// SPDX-License-Identifier: GPL-2.0-only
// What a guest boots from, in memory: the kernel, and an initramfs with one program, the modules it
// loads, and nothing else.
#pragma once

#include <filesystem>

#include "impl/descriptor.hpp"
#include "impl/vm/modules.hpp"

namespace mprogcheck::vm {

// The kernel of a bzImage, unpacked: QEMU enters it by its PVH note (CONFIG_PVH), which saves a
// second or so of emulated unpacking with every boot. Not open if it is packed in a way unknown
// here. Throws std::invalid_argument as read_bzimage() does.
Descriptor unpacked_kernel(const std::filesystem::path& image);

// The bzImage as it is.
Descriptor packed_kernel(const std::filesystem::path& image);

// A cpio archive (Documentation/driver-api/early-userspace/buffer-format.rst) that holds `init` as
// /init, and each module, unpacked, as /NAME.ko. Throws CannotRun if one cannot be read.
Descriptor initramfs_with(const std::filesystem::path& init, const ModuleFiles& modules);

}  // namespace mprogcheck::vm

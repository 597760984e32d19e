// SPDX-License-Identifier: GPL-2.0-only
// What a bzImage says of itself.
#pragma once

#include <filesystem>
#include <string>

namespace mprogcheck::vm {

struct BzImage {
  std::string uname;    // what uname -r says once it runs
  std::string banner;   // the whole line: uname, who built it, when
  std::string version;  // Debian's, if it says so in the banner; else empty
  std::string release;  // upstream's name: "7.3-rc7"
};

// Reads the header of the Linux/x86 boot protocol (Documentation/arch/x86/boot.rst). Throws
// std::invalid_argument, with a sentence that names the file, if it cannot be read, is no bzImage
// or is shorter than its header says.
BzImage read_bzimage(const std::filesystem::path& file);

// The kernel in an image, as it was packed; empty if the header does not say where it is. `image`
// is what `file` holds. Throws as read_bzimage().
std::string payload_of(const std::string& image, const std::filesystem::path& file);

}  // namespace mprogcheck::vm

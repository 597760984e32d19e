// SPDX-License-Identifier: GPL-2.0-only
// Compressed files and Debian packages. Only here libarchive is included.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mprogcheck::vm {

// The fields of one paragraph of a Debian control file; continued lines are left out.
using Paragraph = std::map<std::string, std::string, std::less<>>;

// Calls `take` with each paragraph of a file as apt keeps them, compressed in whatever way or not
// at all. `wanted` sees the first line of each and says whether it is worth looking at. Throws
// CannotRun if the file cannot be read.
void each_paragraph(const std::filesystem::path& file,
                    const std::function<bool(std::string_view)>& wanted,
                    const std::function<void(const Paragraph&)>& take);

// Writes the kernel in a Debian package (boot/vmlinuz-* or usr/lib/modules/*/vmlinuz) to a file,
// and the modules of kModules into a folder, packed as they are. Of the names in the package only
// the last part of a module's is used, which has no '/'. Whether there is a kernel in it: a package
// may have modules only. Throws CannotRun if the package is broken, names a path outside of itself,
// holds more than a kernel may have, or a file cannot be written.
bool unpack_kernel(const std::filesystem::path& package, const std::filesystem::path& kernel,
                   const std::filesystem::path& modules);

// Writes these files of a kernel's source, by their paths in it, out of a Debian package that has
// it as usr/src/linux-source-*.tar.*, into a folder. A file that is not there is left out. Throws
// CannotRun as above, and where the package has no source.
void unpack_source(const std::filesystem::path& package, const std::vector<std::string>& wanted,
                   const std::filesystem::path& folder);

// What was compressed in whatever way; empty if it was in none that is known. Throws CannotRun,
// with the name of the file that it comes from, if it is more than `most` bytes.
std::string unpacked(std::string_view compressed, const std::filesystem::path& file,
                     std::size_t most);

// A cpio archive ("newc") of files, each a name and its content; all can be executed.
std::string cpio_of(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace mprogcheck::vm

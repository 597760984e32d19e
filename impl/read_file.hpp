// SPDX-License-Identifier: GPL-2.0-only
// All of a file that may be anything, within bounds: the size a file claims to have means nothing,
// and what is no file is not waited for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace mprogcheck {

// "FILE: what is wrong; what to do".
struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What the file holds, if that is no more than `most` bytes. It is a regular file, or a pipe or
// terminal that the caller has open already: /dev/stdin, or /dev/fd/N as shells write <(COMMAND).
// Throws Unreadable.
std::string read_file(const std::filesystem::path& file, std::size_t most);

// No more than its first bytes. A regular file only. Throws Unreadable.
std::string read_beginning(const std::filesystem::path& file, std::size_t most);

}  // namespace mprogcheck

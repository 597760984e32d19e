// SPDX-License-Identifier: GPL-2.0-only
// C for a mail: the same program in lines that no mail program wraps.
#pragma once

#include <string>
#include <string_view>

namespace mprogcheck::repro {

// Columns that a text takes, a tab going on to the next multiple of 8.
std::size_t columns(std::string_view line);

// Breaks lines of more than `most` columns: between tokens, behind a comma if possible, within a
// string into two, within a comment between words. What has no such place stays as it is.
std::string narrow_c(std::string_view program, std::size_t most);

}  // namespace mprogcheck::repro

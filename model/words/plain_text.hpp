// SPDX-License-Identifier: GPL-2.0-only
// What others wrote (consoles, names of files and of releases, what programs say) as text that does
// nothing to a terminal or a document. Every output passes through here.
#pragma once

#include <string>
#include <string_view>

namespace mprogcheck {

// UTF-8 without control characters but for line ends and tabs, without marks that change the
// direction or the lines of text, and without what XML forbids. What is not let through is written
// out: \x1b for a byte, \u202e for a character. A carriage return before a line end is dropped.
std::string plain_text(std::string_view text);

// The same, but colours as fmt writes them stay. For what is printed; not for what others wrote.
std::string plain_text_in_colors(std::string_view text);

// Backticks around a block of Markdown: more than there are in a row in the text, and at least
// eight.
std::string fence_around(std::string_view text);

}  // namespace mprogcheck

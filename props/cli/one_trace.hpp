// SPDX-License-Identifier: GPL-2.0-only
// Verbs that take one trace and give one text.
#pragma once

#include <string>
#include <string_view>

#include "model/words/trace.hpp"
#include "props/cli/json.hpp"

namespace mprogcheck::cli {

// The trace of a file that has one. Throws BadInput or ParseError.
Trace only_trace(const std::string& file);

// Writes the text to the file if there is one; prints the document if it is wanted, else the text
// if there is no file.
void deliver(std::string_view verb, const std::string& out, bool json, const std::string& text,
             const Json& document);

}  // namespace mprogcheck::cli

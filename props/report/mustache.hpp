// SPDX-License-Identifier: GPL-2.0-only
// A document in a form for people: Mustache templates over JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace mprogcheck::report {

// What is quoted is escaped, for HTML or for the cell of a table of Markdown. Null, false and empty
// strings open no section.
std::string render(std::string_view text, const nlohmann::ordered_json& document,
                   bool escapes_markdown);

// Paths, consoles and what programs printed may be any bytes.
nlohmann::ordered_json in_plain_text(nlohmann::ordered_json value);

}  // namespace mprogcheck::report

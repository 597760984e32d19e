// SPDX-License-Identifier: GPL-2.0-only
// What both reports have in common as JUnit XML.
#pragma once

#include <pugixml.hpp>
#include <string>

namespace mprogcheck::report {

struct JunitCounts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  JunitCounts& operator+=(const JunitCounts& other);
};
void write_counts(pugi::xml_node node, const JunitCounts& counts);

// The root of an empty document.
pugi::xml_node test_suites(pugi::xml_document& xml, const char* name);
pugi::xml_node test_case(pugi::xml_node suite, const std::string& class_name,
                         const std::string& name);
// What became of a case: "failure", "skipped" or "error".
pugi::xml_node add_result(pugi::xml_node test_case, const char* result, const std::string& type,
                          const std::string& message);
std::string xml_text(const pugi::xml_document& xml);

}  // namespace mprogcheck::report

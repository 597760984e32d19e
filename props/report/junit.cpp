// SPDX-License-Identifier: GPL-2.0-only
// The report as JUnit XML: a suite for each target, a case for each clause.
//
// Where `mprogcheck conform` ends with 1, a case fails; where it ends with 3, a case has an error.
// A known deviation is a skipped case, as pytest reports expected failures; so is what differs from
// code alone, unless the report is a strict one. The document is plain text: it has no character
// that XML forbids.
#include "props/report/junit.hpp"

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "props/report/matrix.hpp"
#include "props/report/report.hpp"

namespace mprogcheck::report {

JunitCounts& JunitCounts::operator+=(const JunitCounts& other) {
  tests += other.tests;
  failures += other.failures;
  errors += other.errors;
  skipped += other.skipped;
  return *this;
}

void write_counts(pugi::xml_node node, const JunitCounts& counts) {
  node.append_attribute("tests") = counts.tests;
  node.append_attribute("failures") = counts.failures;
  node.append_attribute("errors") = counts.errors;
  node.append_attribute("skipped") = counts.skipped;
}

pugi::xml_node test_suites(pugi::xml_document& xml, const char* name) {
  pugi::xml_node declaration = xml.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = xml.append_child("testsuites");
  root.append_attribute("name") = name;
  return root;
}

pugi::xml_node test_case(pugi::xml_node suite, const std::string& class_name,
                         const std::string& name) {
  pugi::xml_node one = suite.append_child("testcase");
  one.append_attribute("classname") = class_name.c_str();
  one.append_attribute("name") = name.c_str();
  return one;
}

pugi::xml_node add_result(pugi::xml_node test_case, const char* result, const std::string& type,
                          const std::string& message) {
  pugi::xml_node node = test_case.append_child(result);
  node.append_attribute("type") = type.c_str();
  node.append_attribute("message") = message.c_str();
  return node;
}

std::string xml_text(const pugi::xml_document& xml) {
  std::ostringstream out;
  xml.save(out, "  ");
  return out.str();
}

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& deviation) {
  std::string out = "deviation " + deviation["number"].dump();
  for (const char* key : {"bucket", "known", "grounds", "permitted", "observed", "confirmation"})
    if (deviation[key].is_string())
      out += "\n" + std::string(key) + ": " + deviation[key].get<std::string>();
  if (deviation["security"]) out += "\nreport it to security@kernel.org before publishing";
  return out + "\n\n" + deviation["trace"].get<std::string>();
}

std::string join(const Json& numbers) {
  std::string out;
  for (const Json& n : numbers) out += (out.empty() ? "" : ", ") + n.dump();
  return out;
}

void add_case(pugi::xml_node suite, const Json& row, const Json& cell, const Json& deviations,
              bool strict, JunitCounts& counts) {
  const std::string answer = cell["answer"];
  const auto text = [&](const char* key) { return row[key].get<std::string>(); };
  pugi::xml_node one = test_case(suite, text("dialect") + "." + text("command"), text("clause"));
  ++counts.tests;
  if (answer == "holds") return;
  const Json& why = cell["why"];
  if (cell["deviations"].empty()) {
    const bool failed = answer == "could not run";
    ++(failed ? counts.errors : counts.skipped);
    add_result(one, failed ? "error" : "skipped", answer,
               answer + (why.is_string() ? ": " + why.get<std::string>() : ""));
    return;
  }
  const bool differs = answer == word(Answer::code) && !strict;
  const bool known = cell["known"] || differs;
  ++(known ? counts.skipped : counts.failures);
  const std::string what = answer + ": deviation " + join(cell["deviations"]);
  pugi::xml_node broken =
      add_result(one, known ? "skipped" : "failure", known && !differs ? "known" : answer,
                 known && !differs ? "known deviation: " + what : what);
  std::string all;
  for (const Json& n : cell["deviations"])
    all += (all.empty() ? "" : "\n") + text_of(deviations[n.get<std::size_t>() - 1]);
  broken.text().set(all.c_str());
}

}  // namespace

std::string junit(const Json& document) {
  pugi::xml_document xml;
  pugi::xml_node root = test_suites(xml, "mprogcheck conform");
  JunitCounts all;
  const Json& targets = document["targets"];
  for (std::size_t i = 0; i < targets.size(); ++i) {
    pugi::xml_node suite = root.append_child("testsuite");
    suite.append_attribute("name") = targets[i]["name"].get<std::string>().c_str();
    if (document["date"].is_string())
      suite.append_attribute("timestamp") = document["date"].get<std::string>().c_str();
    pugi::xml_node properties = suite.append_child("properties");
    for (const auto& [name, value] :
         {std::pair{"version", document["version"]}, std::pair{"command", document["command"]},
          std::pair{"description", targets[i]["description"]}}) {
      pugi::xml_node property = properties.append_child("property");
      property.append_attribute("name") = name;
      property.append_attribute("value") = value.get<std::string>().c_str();
    }
    JunitCounts counts;
    for (const Json& row : document["clauses"])
      add_case(suite, row, row["cells"][i], document["deviations"], document["strict"], counts);
    for (const char* key : {"gone", "fixed"})
      for (const Json& known : targets[i][key]) {
        const bool fails = std::string_view(key) == "gone";
        pugi::xml_node one =
            test_case(suite, "known deviations", known["reason"].get<std::string>());
        add_result(one, fails ? "failure" : "skipped", key,
                   fails ? "a known deviation has gone away" : "fixed here though listed")
            .text()
            .set(known["trace"].get<std::string>().c_str());
        ++counts.tests;
        ++(fails ? counts.failures : counts.skipped);
      }
    write_counts(suite, counts);
    all += counts;
  }
  write_counts(root, all);
  return xml_text(xml);
}

}  // namespace mprogcheck::report

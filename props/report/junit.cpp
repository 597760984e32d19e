// SPDX-License-Identifier: GPL-2.0-only
// The report as JUnit XML: a suite for each target, a case for each clause.
//
// Where `mprogcheck conform` ends with 1, a case fails; where it ends with 3, a case has an error.
// A known deviation is a skipped case, as pytest reports expected failures; so is what differs from
// code alone, unless the report is a strict one. The document is plain text: it has no character
// that XML forbids.
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "props/report/matrix.hpp"
#include "props/report/report.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;

struct Counts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
};

void write(pugi::xml_node node, const Counts& counts) {
  node.append_attribute("tests") = counts.tests;
  node.append_attribute("failures") = counts.failures;
  node.append_attribute("errors") = counts.errors;
  node.append_attribute("skipped") = counts.skipped;
}

pugi::xml_node add(pugi::xml_node parent, const char* name, const std::string& type,
                   const std::string& message) {
  pugi::xml_node node = parent.append_child(name);
  node.append_attribute("type") = type.c_str();
  node.append_attribute("message") = message.c_str();
  return node;
}

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
              bool strict, Counts& counts) {
  const std::string answer = cell["answer"];
  const auto text = [&](const char* key) { return row[key].get<std::string>(); };
  pugi::xml_node one = suite.append_child("testcase");
  one.append_attribute("classname") = (text("dialect") + "." + text("command")).c_str();
  one.append_attribute("name") = text("clause").c_str();
  ++counts.tests;
  if (answer == "holds") return;
  const Json& why = cell["why"];
  if (cell["deviations"].empty()) {
    const bool failed = answer == "could not run";
    ++(failed ? counts.errors : counts.skipped);
    add(one, failed ? "error" : "skipped", answer,
        answer + (why.is_string() ? ": " + why.get<std::string>() : ""));
    return;
  }
  const bool differs = answer == word(Answer::code) && !strict;
  const bool known = cell["known"] || differs;
  ++(known ? counts.skipped : counts.failures);
  const std::string what = answer + ": deviation " + join(cell["deviations"]);
  pugi::xml_node broken =
      add(one, known ? "skipped" : "failure", known && !differs ? "known" : answer,
          known && !differs ? "known deviation: " + what : what);
  std::string all;
  for (const Json& n : cell["deviations"])
    all += (all.empty() ? "" : "\n") + text_of(deviations[n.get<std::size_t>() - 1]);
  broken.text().set(all.c_str());
}

}  // namespace

std::string junit(const Json& document) {
  pugi::xml_document xml;
  pugi::xml_node declaration = xml.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = xml.append_child("testsuites");
  root.append_attribute("name") = "mprogcheck conform";
  Counts all;
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
    Counts counts;
    for (const Json& row : document["clauses"])
      add_case(suite, row, row["cells"][i], document["deviations"], document["strict"], counts);
    for (const char* key : {"gone", "fixed"})
      for (const Json& known : targets[i][key]) {
        const bool fails = std::string_view(key) == "gone";
        pugi::xml_node one = suite.append_child("testcase");
        one.append_attribute("classname") = "known deviations";
        one.append_attribute("name") = known["reason"].get<std::string>().c_str();
        add(one, fails ? "failure" : "skipped", key,
            fails ? "a known deviation has gone away" : "fixed here though listed")
            .text()
            .set(known["trace"].get<std::string>().c_str());
        ++counts.tests;
        ++(fails ? counts.failures : counts.skipped);
      }
    write(suite, counts);
    all.tests += counts.tests;
    all.failures += counts.failures;
    all.errors += counts.errors;
    all.skipped += counts.skipped;
  }
  write(root, all);
  std::ostringstream out;
  xml.save(out, "  ");
  return out.str();
}

}  // namespace mprogcheck::report

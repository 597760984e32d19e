// SPDX-License-Identifier: GPL-2.0-only
// The document of a store for programs that show results of CI: JUnit XML and SARIF.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "model/rules/spec.hpp"
#include "model/words/text.hpp"
#include "props/report/baseline.hpp"
#include "props/report/campaign.hpp"
#include "props/report/junit.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& object, const char* key) {
  return object[key].is_string() ? object[key].get<std::string>() : std::string();
}

// What is said of a finding; its trace is the last of it.
std::string message(const Json& f) {
  std::string out =
      fmt::format("{} of {}, clause {}, step {}: expected {}, observed {}", text_of(f, "bucket"),
                  text_of(f, "target"), text_of(f, "clause"), f["step"].get<std::uint64_t>(),
                  text_of(f, "expected"), text_of(f, "observed"));
  for (const char* key : {"known", "why"})
    if (!text_of(f, key).empty()) out += "\n" + text_of(f, key);
  if (f["security"])
    out += "\nSecurity relevant: report it to security@kernel.org before publishing.";
  return out + "\n\n" + text_of(f, "trace");
}

// The first sentence of the spec for a clause of that name.
std::map<std::string, std::string> sentences() {
  std::map<std::string, std::string> out;
  for (const Dialect dialect : kDialects)
    for (const ClauseRow& row : all_clauses(dialect))
      out.try_emplace(std::string(row.clause.id), row.clause.sentence);
  return out;
}

std::string level(const Json& f) {
  if (f["status"] != "open") return "note";
  return f["breaks"] == "code" ? "warning" : "error";
}

}  // namespace

std::string campaign_junit(const Json& document) {
  pugi::xml_document xml;
  pugi::xml_node root = test_suites(xml, "mprogcheck campaigns");
  pugi::xml_node suite = root.append_child("testsuite");
  suite.append_attribute("name") = text_of(document, "file").c_str();
  JunitCounts counts;
  for (const Json& c : document["campaigns"]) {
    const std::string name = fmt::format("campaign {}, seed {}, shard {}/{}", text_of(c, "dialect"),
                                         c["seed"].dump(), c["shard"].dump(), c["shards"].dump());
    pugi::xml_node one = test_case(suite, text_of(c, "target"), name);
    ++counts.tests;
    one.append_attribute("time") = fmt::format("{:.3f}", c["seconds"].get<double>()).c_str();
    if (c["operations"] == 0) {
      ++counts.errors;
      add_result(one, "error", "not run", "it ran nothing");
    }
  }
  for (const Json& f : document["findings"]) {
    if (f["status"] == "fixed") continue;
    const bool fails = level(f) == "error";
    ++counts.tests;
    ++(fails ? counts.failures : counts.skipped);
    add_result(
        test_case(suite, text_of(f, "target"), text_of(f, "bucket")), fails ? "failure" : "skipped",
        text_of(f, fails ? "breaks" : "grade"),
        fmt::format("expected {}, observed {}", text_of(f, "expected"), text_of(f, "observed")))
        .text()
        .set(message(f).c_str());
  }
  write_counts(suite, counts);
  write_counts(root, counts);
  return xml_text(xml);
}

std::string campaign_sarif(const Json& document, const std::string& version) {
  const auto said = sentences();
  std::map<std::string, std::size_t> places;
  std::set<std::pair<std::string, std::string>> news, changed;
  const bool compared = document.contains("since");
  if (compared) {
    for (const Json& f : document["since"]["new"])
      news.emplace(text_of(f, "bucket"), text_of(f, "target"));
    for (const Json& f : document["since"]["changed"])
      changed.emplace(text_of(f, "bucket"), text_of(f, "target"));
  }
  Json rules = Json::array(), results = Json::array();
  for (const Json& f : document["findings"]) {
    const std::string clause = text_of(f, "clause");
    const auto [place, is_new] = places.try_emplace(clause, rules.size());
    if (is_new) {
      const auto sentence = said.find(clause);
      rules.push_back(
          {{"id", clause},
           {"shortDescription", {{"text", sentence == said.end() ? clause : sentence->second}}}});
    }
    const std::string bucket = text_of(f, "bucket"), target = text_of(f, "target");
    Json one{{"ruleId", clause},
             {"ruleIndex", place->second},
             {"level", level(f)},
             {"message", {{"text", message(f)}}},
             {"locations",
              Json::array({{{"logicalLocations",
                             Json::array({{{"fullyQualifiedName", target + "/" + bucket}}})}}})},
             {"partialFingerprints", {{"bucket/v1", target + "/" + bucket}}},
             {"occurrenceCount", std::max<std::uint64_t>(1, f["times"])},
             {"properties", {{"status", f["status"]}, {"security", f["security"]}}}};
    if (compared)
      one["baselineState"] = news.contains({bucket, target})      ? "new"
                             : changed.contains({bucket, target}) ? "updated"
                                                                  : "unchanged";
    results.push_back(std::move(one));
  }
  Json driver{{"name", "mprogcheck"}, {"version", version}, {"rules", std::move(rules)}};
  Json run{{"tool", {{"driver", std::move(driver)}}}, {"results", std::move(results)}};
  const Json out{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({std::move(run)})}};
  return out.dump(2) + "\n";
}

}  // namespace mprogcheck::report

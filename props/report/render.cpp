// SPDX-License-Identifier: GPL-2.0-only
// The forms of the report for people: Mustache templates over the one document.
#include <nlohmann/json.hpp>
#include <string>

#include "model/words/plain_text.hpp"
#include "props/report/matrix.hpp"
#include "props/report/mustache.hpp"
#include "props/report/report.hpp"
#include "templates.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;

// Whether a target was asked about a clause: not if none of them can be.
bool asked(const Json& row) {
  bool unsupported = false;
  for (const Json& cell : row["cells"]) {
    unsupported |= cell["answer"] == word(Answer::unsupported);
    if (cell["answer"] != word(Answer::unsupported) &&
        cell["answer"] != word(Answer::could_not_run))
      return true;
  }
  return !unsupported;
}

// The document as people read it: deviations by grade, and the clauses apart that no target
// supports.
Json in_order(Json document) {
  document["grades"] = Json::array();
  for (const std::string_view grade : kGrades) {
    Json all = Json::array();
    for (const Json& deviation : document["deviations"])
      if (deviation["grade"] == grade) all.push_back(deviation);
    if (!all.empty())
      document["grades"].push_back(
          {{"grade", grade}, {"number", all.size()}, {"deviations", std::move(all)}});
  }
  Json in = Json::array(), out = Json::array();
  for (Json& row : document["clauses"]) (asked(row) ? in : out).push_back(std::move(row));
  document.erase("clauses");
  document["asked"] = std::move(in);
  if (!out.empty()) document["unsupported"] = {{"number", out.size()}, {"clauses", std::move(out)}};
  return document;
}

}  // namespace

std::string markdown(const Json& document) {
  // One fence for all blocks: what is in them may have backticks of its own.
  Json fenced = document;
  fenced["fence"] = fence_around(document.dump());
  return render(kMarkdown, in_order(std::move(fenced)), true);
}

std::string page(const Json& document) {
  return render(kPage, in_order(document), false);
}

}  // namespace mprogcheck::report

// SPDX-License-Identifier: GPL-2.0-only
// The list that a finding is about, before and after, as rows of programs.
#include <nlohmann/json.hpp>
#include <sstream>

#include "model/words/text.hpp"
#include "model/world/world.hpp"
#include "props/report/campaign.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;

Json programs(const Chain* chain) {
  Json out = Json::array();
  for (int i = 0; chain && i < chain->size(); ++i) out.push_back(word(chain->at(i)));
  return out;
}

// "[p0 p1/l2]" as programs; null if the text is no list.
Json programs(const std::string& text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return {};
  Json out = Json::array();
  std::istringstream words(text.substr(1, text.size() - 2));
  for (std::string word; words >> word;) {
    if (!word.starts_with('p')) return {};
    out.push_back(word);
  }
  return out;
}

constexpr std::size_t kLastSteps = 4;

}  // namespace

Json picture(const stored::Finding& finding) {
  try {
    const std::vector<Trace> traces = parse(finding.trace, "finding");
    if (traces.size() != 1 || finding.step == 0 || finding.step > traces[0].operations.size())
      return {};
    World world;
    world.reset(traces[0].header);
    Prediction predicted;
    Json steps = Json::array();
    for (std::size_t i = 0; i < finding.step; ++i) {
      const Operation& op = traces[0].operations[i];
      const bool last = i + 1 == finding.step;
      std::optional<Point> where = world.concerns(op);
      Json before = where ? programs(world.chain(*where)) : Json();
      world.step(op, predicted);
      if (i + kLastSteps >= finding.step)
        steps.push_back({{"step", i + 1},
                         {"operation", print(op)},
                         {"expected", describe(op, predicted.observation)}});
      if (!last) continue;
      if (!where) where = world.concerns(op);
      return {{"steps", std::move(steps)},
              {"at", where ? Json(word(*where)) : Json()},
              {"before", std::move(before)},
              {"after", where ? programs(world.chain(*where)) : Json()},
              {"observed", programs(finding.observed)}};
    }
  } catch (const ParseError&) {
    // Of another version of the language.
  }
  return {};
}

}  // namespace mprogcheck::report

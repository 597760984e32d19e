// SPDX-License-Identifier: GPL-2.0-only
// What is in a store as one document.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "model/rules/spec.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "props/report/baseline.hpp"
#include "props/report/campaign.hpp"
#include "props/report/mustache.hpp"
#include "props/store/grouped.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;
using stored::Campaign, stored::Covered, stored::Span, stored::Totals;

Json json_of(const GroupedFinding& g) {
  const stored::Finding& f = g.best;
  return {{"bucket", f.bucket},
          {"target", g.target},
          {"releases", g.releases},
          {"dialect", g.dialect},
          {"status", g.status},
          {"why", g.why},
          {"grade", grade(g.status == "known", false, f.breaks == "code")},
          {"breaks", f.breaks},
          {"clause", f.clause},
          {"expected", f.expected},
          {"observed", f.observed},
          {"step", f.step},
          {"trace", f.trace},
          {"minimal", f.minimal},
          {"times", f.times},
          {"first_seen", f.first_seen},
          {"last_seen", f.last_seen},
          {"known", f.known.empty() ? Json() : Json(f.known)},
          {"security", f.security},
          {"console", f.console},
          {"program", f.program},
          {"lists", picture(f)}};
}

Json json_of(const Campaign& c, const Totals& totals, const std::vector<Span>& all,
             const std::vector<Covered>& covered) {
  Json out{
      {"campaign", c.id},          {"target", c.target},      {"release", c.release},
      {"dialect", c.dialect},      {"seed", c.seed},          {"shard", c.shard},
      {"shards", c.shards},        {"guided", c.guided},      {"version", c.version},
      {"begun", c.begun},          {"traces", totals.traces}, {"operations", totals.operations},
      {"seconds", totals.seconds}, {"spans", Json::array()},  {"met", Json::array()}};
  for (const Span& s : all)
    out["spans"].push_back({{"first", s.first},
                            {"traces", s.traces},
                            {"operations", s.operations},
                            {"seconds", s.seconds},
                            {"ended", s.ended},
                            {"clauses", s.clauses},
                            {"pairs", s.pairs}});
  for (const Covered& m : covered)
    if (!m.is_pair) out["met"].push_back({{"clause", m.what}, {"decided", m.times}});
  return out;
}

// What all campaigns of a target and dialect have met together.
struct Together {
  std::set<std::string> clauses, pairs;
};

Json json_of(const std::string& target, const std::string& name, const Together& met) {
  Json never = Json::array();
  std::size_t all = 0;
  if (const auto dialect = dialect_from(name))
    for (const ClauseRow& row : all_clauses(*dialect)) {
      if (has_trait(row.verb, Trait::provokes)) continue;
      ++all;
      const std::string clause = std::string(word(row.verb)) + "/" + std::string(row.clause.id);
      if (!met.clauses.contains(clause))
        never.push_back({{"clause", clause},
                         {"outcome", outcome(row.clause)},
                         {"sentence", row.clause.sentence}});
    }
  return {{"target", target},
          {"dialect", name},
          {"clauses", all},
          {"clauses_met", met.clauses.size()},
          {"pairs_met", met.pairs.size()},
          {"never_met", std::move(never)}};
}

}  // namespace

Json campaign_document(const Store& store) {
  Json out{{"file", store.file().string()},
           {"campaigns", Json::array()},
           {"coverage", Json::array()},
           {"findings", Json::array()}};
  std::map<std::pair<std::string, std::string>, Together> together;
  for (const Campaign& c : store.campaigns()) {
    const std::vector<Covered> covered = store.met(c.id);
    Together& here = together[{c.target, c.dialect}];
    for (const Covered& m : covered) (m.is_pair ? here.pairs : here.clauses).insert(m.what);
    out["campaigns"].push_back(json_of(c, store.totals(c.id), store.spans(c.id), covered));
  }
  for (const auto& [key, met] : together)
    out["coverage"].push_back(json_of(key.first, key.second, met));
  for (const GroupedFinding& g : grouped_findings(store)) out["findings"].push_back(json_of(g));
  return in_plain_text(std::move(out));
}

Json parse_campaign(const std::string& file, const std::string& text) {
  Json out = Json::parse(text, nullptr, false);
  const auto fail = [&] {
    throw StoreFailed(file +
                      ": is no store, nor what 'mprogcheck store show --json' prints of one");
  };
  if (!out.is_object() || !out.contains("findings") || !out["findings"].is_array()) fail();
  for (const Json& f : out["findings"]) {
    if (!f.is_object()) fail();
    for (const char* key : {"bucket", "target", "status"})
      if (!f.contains(key) || !f[key].is_string()) fail();
    if (!f.contains("times") || !f["times"].is_number_unsigned()) fail();
  }
  return in_plain_text(std::move(out));
}

void compare(Json& document, const std::string& name, const Json& earlier) {
  using Key = std::pair<std::string, std::string>;
  const auto key = [](const Json& f) { return Key{f["bucket"], f["target"]}; };
  std::map<Key, const Json*> before;
  for (const Json& f : earlier["findings"]) before[key(f)] = &f;
  Json news = Json::array(), gone = Json::array(), changed = Json::array();
  std::uint64_t same = 0;
  for (const Json& f : document["findings"]) {
    const auto at = before.find(key(f));
    const Json named{{"bucket", f["bucket"]}, {"target", f["target"]}, {"status", f["status"]}};
    if (at == before.end()) {
      news.push_back(named);
      continue;
    }
    const Json& was = *at->second;
    if (was["times"] == f["times"] && was["status"] == f["status"]) {
      ++same;
    } else {
      Json one = named;
      one["status_before"] = was["status"];
      one["times"] = f["times"], one["times_before"] = was["times"];
      changed.push_back(std::move(one));
    }
    before.erase(at);
  }
  for (const auto& [which, f] : before)
    gone.push_back({{"bucket", which.first}, {"target", which.second}, {"status", (*f)["status"]}});
  document["since"] = in_plain_text({{"file", name},
                                     {"new", std::move(news)},
                                     {"gone", std::move(gone)},
                                     {"changed", std::move(changed)},
                                     {"same", same}});
}

std::string campaign_report(const Store& store, const CampaignForm& form) {
  Json document = campaign_document(store);
  if (form.since)
    compare(document, form.since->name, parse_campaign(form.since->name, form.since->text));
  if (form.format == "markdown") return campaign_markdown(document);
  if (form.format == "junit") return campaign_junit(document);
  if (form.format == "sarif") return campaign_sarif(document, form.version);
  if (form.format == "html") return campaign_page(document);
  Json whole{{"schema", form.schema}, {"verb", form.verb}};
  whole.update(document);
  return whole.dump(2) + "\n";
}

}  // namespace mprogcheck::report

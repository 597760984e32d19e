// SPDX-License-Identifier: GPL-2.0-only
// The document of a store as a page, and in short as Markdown.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "model/words/text.hpp"
#include "props/report/campaign.hpp"
#include "props/report/mustache.hpp"
#include "templates.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;

// Findings in Markdown, which a CI shows above all else.
constexpr std::size_t kMostRows = 25;
// A page with more text than this takes long to load. The rest is in the store.
constexpr std::size_t kMostText = 1'600'000, kMostConsole = 16'000;

constexpr std::size_t kToTheMinute = 16;  // of a time in UTC

// Texts as runs of lines: programs have most of theirs in common.
class Lines {
 public:
  // Null where there is nothing, or a line that says so where there is no room.
  Json add(std::string text) {
    if (text.empty()) return {};
    if (size_ + text.size() / 8 > kMostText)
      text = "Left out, because the page would be too long: 'mprogcheck store export' writes it.";
    Json runs = Json::array();
    std::istringstream in(text);
    std::size_t next = 0, begun = 0;
    for (std::string line; std::getline(in, line);) {
      // Where the last run goes on, it does; so runs are long.
      std::size_t at = next;
      if (next == 0 || next >= all_.size() || all_[next] != line) {
        const auto [known, is_new] = index_.try_emplace(line, all_.size());
        at = known->second;
        if (is_new) size_ += line.size(), all_.push_back(line);
      }
      if (next != 0 && at == next) {
        runs.back() = at - begun + 1;
      } else {
        begun = at;
        runs.push_back(at), runs.push_back(1);
        size_ += 10;
      }
      next = at + 1;
    }
    return runs;
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
  std::map<std::string, std::size_t> index_;
  std::size_t size_ = 0;
};

std::string text_of(const Json& object, const char* key) {
  return object[key].is_string() ? object[key].get<std::string>() : std::string();
}

std::string joined(const Json& words) {
  std::string out;
  for (const Json& word : words) out += (out.empty() ? "" : ", ") + word.get<std::string>();
  return out;
}

std::string breaks(const Json& finding) {
  return finding["breaks"] == "code" ? "differs from code" : text_of(finding, "breaks");
}

// What a page shows of a finding that is opened. Traces come before what there may be no room for.
Json details(const Json& findings) {
  Lines lines;
  Json out = Json::array();
  for (const Json& f : findings) {
    Json one;
    for (const char* key : {"target", "bucket", "status", "why", "grade", "clause", "step",
                            "expected", "observed", "known", "security", "minimal", "lists"})
      one[key] = f[key];
    one["breaks"] = breaks(f);
    one["releases"] = joined(f["releases"]);
    one["seen"] = fmt::format("traces {}, first {}, last {}", grouped(f["times"]),
                              utc(f["first_seen"]), utc(f["last_seen"]));
    one["trace"] = lines.add(text_of(f, "trace"));
    out.push_back(std::move(one));
  }
  for (const char* key : {"program", "console"})
    for (std::size_t i = 0; i < out.size(); ++i) {
      std::string text = text_of(findings[i], key);
      if (std::string_view(key) == "console" && text.size() > kMostConsole) {
        const std::size_t from = text.find('\n', text.size() - kMostConsole);
        text = "(the end of it)" + text.substr(from == text.npos ? text.size() : from);
      }
      out[i][key] = lines.add(std::move(text));
    }
  return {{"lines", lines.all()}, {"findings", std::move(out)}};
}

// As part of a script: no tag begins or ends in it.
std::string in_script(const Json& value) {
  std::string out;
  for (const char c : value.dump()) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

// The unit for a time on an axis, and how many seconds it has.
std::pair<const char*, double> unit_for(double seconds) {
  if (seconds < 180) return {"seconds", 1};
  return seconds < 3 * 3600 ? std::pair("minutes", 60.0) : std::pair("hours", 3600.0);
}

// Of a target and dialect, a line for each campaign.
Json plots(const Json& campaigns, const Json& of) {
  std::vector<const Json*> here;
  double longest = 0;
  for (const Json& c : campaigns)
    if (c["target"] == of["target"] && c["dialect"] == of["dialect"]) {
      here.push_back(&c);
      longest = std::max(longest, c["seconds"].get<double>());
    }
  const auto [unit, length] = unit_for(longest);
  std::vector<Line> clauses, pairs, rate;
  for (const Json* c : here) {
    const std::string name =
        fmt::format("seed {}, shard {}/{}", (*c)["seed"].get<std::uint64_t>(),
                    (*c)["shard"].get<std::uint64_t>(), (*c)["shards"].get<std::uint64_t>());
    for (auto* lines : {&clauses, &pairs, &rate}) lines->push_back({name, {}});
    clauses.back().points = pairs.back().points = {{0, 0}};
    double time = 0;
    for (const Json& s : (*c)["spans"]) {
      const double seconds = s["seconds"], begun = time;
      time += seconds / length;
      clauses.back().points.emplace_back(time, s["clauses"].get<double>());
      pairs.back().points.emplace_back(time, s["pairs"].get<double>());
      if (seconds <= 0) continue;
      const double per_second = s["operations"].get<double>() / seconds;
      if (rate.back().points.empty()) rate.back().points.emplace_back(begun, per_second);
      rate.back().points.emplace_back(time, per_second);
    }
  }
  const std::string x = std::string(unit) + " of the campaign";
  return {plot(x, "clauses met", clauses), plot(x, "pairs of clauses met", pairs),
          plot(x, "operations per second", rate)};
}

// What both forms say in front.
Json with_totals(Json d) {
  std::uint64_t operations = 0, traces = 0, secrets = 0;
  stored::Time begun = 0, ended = 0;
  for (Json& c : d["campaigns"]) {
    const std::uint64_t done = c["operations"];
    const double seconds = c["seconds"];
    operations += done;
    traces += c["traces"].get<std::uint64_t>();
    const stored::Time at = c["begun"];
    if (begun == 0 || at < begun) begun = at;
    ended = std::max(ended, at);
    for (const Json& s : c["spans"]) ended = std::max(ended, s["ended"].get<stored::Time>());
    c["at"] = utc(at);
    c["done"] = grouped(done);
    c["took"] = fmt::format("{:.0f}", seconds);
    c["rate"] =
        seconds > 0 ? grouped(static_cast<std::uint64_t>(static_cast<double>(done) / seconds)) : "";
  }
  std::map<std::string, std::size_t> by_status;
  for (const Json& f : d["findings"]) {
    ++by_status[f["status"]];
    secrets += f["security"].get<bool>() && f["status"] != "fixed";
  }
  for (const char* status : {"open", "known", "fixed"}) d[status] = by_status[status];
  d["any_security"] = secrets ? Json(secrets) : Json();
  d["operations"] = grouped(operations), d["traces"] = grouped(traces);
  d["begun"] = utc(begun), d["ended"] = utc(ended);
  // Within a section a name that it lacks is looked up outside.
  d["store"] = d["file"];
  d.erase("file");
  if (d.contains("since"))
    for (const char* key : {"new", "gone", "changed"})
      d["since"][std::string(key) + "_count"] = d["since"][key].size();
  return d;
}

}  // namespace

std::string utc(stored::Time at) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(at)));
}

std::string campaign_page(const Json& document) {
  Json d = with_totals(document);
  d["details"] = in_script(details(document["findings"]));
  std::set<std::pair<std::string, std::string>> news;
  if (document.contains("since"))
    for (const Json& f : document["since"]["new"])
      news.emplace(text_of(f, "bucket"), text_of(f, "target"));
  // Only what the rows show: a template that is given all of it takes seconds.
  d["findings"] = Json::array();
  for (const Json& f : document["findings"])
    d["findings"].push_back(
        {{"number", d["findings"].size() + 1},
         {"status", f["status"]},
         {"is_new", news.contains({text_of(f, "bucket"), text_of(f, "target")})},
         {"target", f["target"]},
         {"on", joined(f["releases"])},
         {"bucket", f["bucket"]},
         {"security", f["security"]},
         {"breaks", breaks(f)},
         {"times", grouped(f["times"])},
         {"first", utc(f["first_seen"]).substr(0, kToTheMinute)},
         {"last", utc(f["last_seen"]).substr(0, kToTheMinute)}});
  for (Json& c : d["coverage"]) {
    c["plots"] = plots(document["campaigns"], c);
    c["missed"] = c["never_met"].empty() ? Json() : Json(c["never_met"].size());
  }
  for (Json& c : d["campaigns"]) c.erase("spans"), c.erase("met");
  return render(kCampaignPage, d, false);
}

std::string campaign_markdown(const Json& document) {
  Json d = with_totals(document);
  Json rows = Json::array();
  std::size_t open = 0;
  for (Json f : document["findings"])
    if (f["status"] == "open" && ++open <= kMostRows) {
      f["breaks"] = breaks(f);
      f["times"] = grouped(f["times"]);
      rows.push_back(std::move(f));
    }
  d["rows"] = rows.empty() ? Json() : Json{{"first", rows}};
  d["more"] = open > kMostRows ? Json(open - kMostRows) : Json();
  d.erase("findings"), d.erase("campaigns");
  return render(kCampaignMarkdown, d, true);
}

}  // namespace mprogcheck::report

// SPDX-License-Identifier: GPL-2.0-only
// The report of a store: its forms, what they say of findings, and that a page stays small.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "impl/safe_file.hpp"
#include "model/words/text.hpp"
#include "props/report/campaign.hpp"
#include "props/repro/repro.hpp"

namespace mprogcheck::report {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::string_view kTrace = R"(dialect mainline
device d0
load p0 p1 p2

attach p0 d0/ingress
attach p1 d0/ingress before rel=p0
attach p2 d0/ingress before rel=p0
)";

class CampaignReport : public testing::Test {
 protected:
  Store& made(const std::string& name = "a") {
    fs::create_directories(folder_.path() / name);
    auto& store = stores_[name] = std::make_unique<Store>(folder_.path() / name, true);
    stored::Campaign c;
    c.target = "vm:7.2", c.release = "7.2.13", c.dialect = "mainline", c.seed = 7;
    c.version = "test", c.begun = 1'000;
    id_ = store->begin(c);
    store->add(id_, {.first = 0, .traces = 10, .operations = 6'000, .seconds = 60, .ended = 1'060},
               {{"attach/insert.full", false, 4}, {"attach/insert.full+list.stale", true, 0}}, {});
    return *store;
  }
  stored::Finding finding(const std::string& bucket) const {
    stored::Finding f;
    f.campaign = id_, f.bucket = bucket, f.breaks = "promise", f.clause = "insert.exists";
    f.expected = "[p1 p2 p0]", f.observed = "[p2 p1 p0]", f.step = 3, f.trace = kTrace;
    f.minimal = true, f.first_seen = 1'010, f.last_seen = 1'050;
    return f;
  }
  static Json details(const std::string& page) {
    const std::string mark = "id=\"details\">";
    const std::size_t begin = page.find(mark) + mark.size();
    return Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  }
  // As the script of the page does it.
  static std::string text(const Json& details, const Json& runs) {
    std::string out;
    for (std::size_t i = 0; i < runs.size(); i += 2)
      for (std::size_t n = 0; n < runs[i + 1].get<std::size_t>(); ++n)
        out += details["lines"][runs[i].get<std::size_t>() + n].get<std::string>() + "\n";
    return out;
  }

  TemporaryFolder folder_;
  std::map<std::string, std::unique_ptr<Store>> stores_;
  std::string id_;
};

TEST_F(CampaignReport, draws_the_list_before_and_after) {
  made();
  const Json drawn = picture(finding("b"));
  EXPECT_EQ(drawn["at"], "d0/ingress");
  EXPECT_EQ(drawn["before"], (Json{"p1", "p0"}));
  EXPECT_EQ(drawn["after"], (Json{"p1", "p2", "p0"}));
  EXPECT_EQ(drawn["observed"], (Json{"p2", "p1", "p0"}));
  EXPECT_EQ(drawn["steps"].size(), 3U);
  stored::Finding other = finding("b");
  other.observed = "EEXIST";
  EXPECT_TRUE(picture(other)["observed"].is_null());
  other.step = 4;
  EXPECT_TRUE(picture(other).is_null());
  other.trace = "of another version";
  EXPECT_TRUE(picture(other).is_null());
}

TEST_F(CampaignReport, of_a_thousand_findings_is_a_page_below_three_megabytes) {
  Store& store = made();
  const Trace trace = parse(kTrace, "t")[0];
  const std::string program = reproduce(trace, ReproFormat::c, "It shows.", {"vm:7.2", 7, "test"});
  ASSERT_GT(program.size(), 3'000U);
  std::string console;
  for (int i = 0; console.size() < 30'000; ++i)
    console += "[    0." + std::to_string(100'000 + i) + "] a line of the kernel\n";
  for (int i = 0; i < 1'000; ++i) {
    const std::string number = std::to_string(10'000 + i);
    stored::Finding f = finding("mainline.tcx.attach.insert." + number + ".list");
    f.trace = "# number " + number + "\n" + std::string(kTrace);
    f.program = "/* " + number + " */\n" + program;
    if (i % 4 == 0) f.console = number + ": Oops\n" + console;
    store.keep(f);
  }
  const std::string page = campaign_page(campaign_document(store));
  EXPECT_LT(page.size(), 3U << 20);
  const Json all = details(page);
  ASSERT_EQ(all["findings"].size(), 1'000U);
  const Json& last = all["findings"][999];
  EXPECT_EQ(text(all, last["trace"]), "# number 10999\n" + std::string(kTrace));
  EXPECT_EQ(text(all, last["program"]), "/* 10999 */\n" + program);
  EXPECT_NE(page.find("href=\"#finding-1000\""), page.npos);
  // What has no room says so.
  for (int i = 0; i < 1'000; ++i) {
    stored::Finding f = finding("mainline.tcx.attach.insert." + std::to_string(10'000 + i));
    for (int line = 0; line < 300; ++line)
      f.console += std::to_string(i) + " " + std::to_string(line) + " only here\n";
    store.keep(f);
  }
  const std::string full = campaign_page(campaign_document(store));
  EXPECT_LT(full.size(), 5U << 20);  // of two thousand
  EXPECT_NE(full.find("Left out, because the page would be too long"), full.npos);
}

TEST_F(CampaignReport, has_plots_and_what_was_never_met) {
  const Json d = campaign_document(made());
  EXPECT_EQ(d["coverage"][0]["clauses_met"], 1);
  EXPECT_EQ(d["coverage"][0]["pairs_met"], 1);
  EXPECT_EQ(d["coverage"][0]["never_met"].size() + 1, d["coverage"][0]["clauses"]);
  const std::string page = campaign_page(d);
  for (const char* label : {"clauses met", "pairs of clauses met", "operations per second"})
    EXPECT_NE(page.find(std::string("aria-label=\"") + label), page.npos) << label;
  EXPECT_NE(page.find("clauses never met"), page.npos);
  EXPECT_EQ(page.find("src="), page.npos);
  EXPECT_NE(plot("x", "y", {{"l", {{1, 700}, {2, 300}}}}).find(">800<"), std::string::npos);
  EXPECT_NE(plot("x", "y", {}).find("</svg>"), std::string::npos);
}

TEST_F(CampaignReport, says_what_changed_since_an_earlier_one) {
  Store& before = made("before");
  before.keep(finding("gone"));
  before.keep(finding("same"));
  before.keep(finding("more"));
  const CampaignForm json{"json", "store show"};
  const std::string text = campaign_report(before, json);
  Store& now = made("now");
  for (const char* bucket : {"same", "more", "new"}) now.keep(finding(bucket));
  stored::Finding more;
  more.bucket = "more", more.times = 2;
  now.add(id_, {.first = 10, .traces = 1}, {}, {more});
  Json d = campaign_document(now);
  compare(d, "before", parse_campaign("before", text));
  const Json& since = d["since"];
  ASSERT_EQ(since["new"].size(), 1U);
  EXPECT_EQ(since["new"][0]["bucket"], "new");
  ASSERT_EQ(since["gone"].size(), 1U);
  EXPECT_EQ(since["gone"][0]["bucket"], "gone");
  ASSERT_EQ(since["changed"].size(), 1U);
  EXPECT_EQ(since["changed"][0]["times_before"], 0);
  EXPECT_EQ(since["changed"][0]["times"], 2);
  EXPECT_EQ(since["same"], 1);
  EXPECT_NE(campaign_markdown(d).find("1 new, 1 not seen again, 1 changed, 1 as before"),
            std::string::npos)
      << campaign_markdown(d);
  EXPECT_NE(campaign_page(d).find("open, new"), std::string::npos);
  EXPECT_NE(campaign_sarif(d, "1").find("\"baselineState\": \"new\""), std::string::npos);
  for (const char* bad : {"", "[]", "{}", R"({"findings": [{}]})",
                          R"({"findings": [{"bucket": 1, "target": "", "status": ""}]})"})
    EXPECT_THROW(parse_campaign("f", bad), StoreFailed) << bad;
}

TEST_F(CampaignReport, is_for_ci_as_junit_and_sarif) {
  Store& store = made();
  stored::Finding known = finding("known"), code = finding("code");
  known.known = "a reason";
  code.breaks = "code";
  for (const auto& f : {finding("open"), known, code, finding("fixed")}) store.keep(f);
  store.mark({"fixed", "vm:7.2", "fixed", "by a commit", 5});
  const Json d = campaign_document(store);
  pugi::xml_document xml;
  ASSERT_TRUE(xml.load_string(campaign_junit(d).c_str()));
  const auto suite = xml.child("testsuites").child("testsuite");
  EXPECT_EQ(suite.attribute("tests").as_int(), 4);  // the campaign is one
  EXPECT_EQ(suite.attribute("failures").as_int(), 1);
  EXPECT_EQ(suite.attribute("skipped").as_int(), 2);
  EXPECT_EQ(suite.attribute("errors").as_int(), 0);
  EXPECT_TRUE(suite.find_child_by_attribute("testcase", "name", "open").child("failure"));

  const Json sarif = Json::parse(campaign_sarif(d, "1.2"));
  EXPECT_EQ(sarif["version"], "2.1.0");
  EXPECT_TRUE(sarif["$schema"].is_string());
  const Json& run = sarif["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["name"], "mprogcheck");
  ASSERT_EQ(run["tool"]["driver"]["rules"].size(), 1U);
  EXPECT_EQ(run["tool"]["driver"]["rules"][0]["id"], "insert.exists");
  std::map<std::string, std::string> levels;
  for (const Json& result : run["results"]) {
    EXPECT_EQ(result["ruleId"], "insert.exists");
    const std::string said = result["message"]["text"];
    EXPECT_NE(said.find("attach p2 d0/ingress before rel=p0"), said.npos);
    levels[said.substr(0, said.find(' '))] = result["level"];
  }
  EXPECT_EQ(levels,
            (std::map<std::string, std::string>{
                {"open", "error"}, {"known", "note"}, {"code", "warning"}, {"fixed", "note"}}));
}

TEST_F(CampaignReport, quotes_what_others_wrote_and_is_not_written_by_them) {
  Store& store = made();
  const std::string evil = "</script><script>evil()</script> {{file}} ]]> | \x1b[2J \xff end";
  stored::Finding f = finding("b");
  f.console = f.known = f.observed = f.program = evil;
  f.security = true;
  store.keep(f);
  for (const char* format : {"html", "markdown", "json", "junit", "sarif"}) {
    const std::string text = campaign_report(store, {format, "store report"});
    for (const char* mark : {"\x1b", "\xff"}) EXPECT_EQ(text.find(mark), text.npos) << format;
    if (std::string_view(format) == "html") {
      EXPECT_EQ(text.find("<script>evil"), text.npos);
      EXPECT_EQ(details(text)["findings"][0]["observed"],
                "</script><script>evil()</script> {{file}} ]]> | \\x1b[2J \\xff end");
    }
    if (std::string_view(format) != "json") {
      EXPECT_NE(text.find("security@kernel.org"), text.npos) << format;
    }
  }
}

}  // namespace
}  // namespace mprogcheck::report

// SPDX-License-Identifier: GPL-2.0-only
// Minimising within a time: a campaign tells what is left, and minimize --store finishes it.
#include "props/cli/cli_testing.hpp"

namespace mprogcheck {
namespace {

using Json = nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class MinimizeStore : public CommandLine {
 protected:
  // The findings of a store: whether minimal, and the trace, by bucket.
  std::map<std::string, std::pair<bool, std::string>> findings(const std::string& folder) const {
    std::map<std::string, std::pair<bool, std::string>> out;
    const auto document = Json::parse(run("store show " + folder + " --json").out);
    for (const Json& f : document.at("findings")) {
      out[f.at("bucket")] = {f.at("minimal"), f.at("trace")};
      if (f.at("minimal")) {
        EXPECT_TRUE(has(f.at("program"), "int main(")) << f.at("bucket");
      }
    }
    return out;
  }
  static std::string campaign(const std::string& folder, const std::string& more = "") {
    return "fuzz --target impl:after_one_too_far --dialect mainline --traces 60 --seed 5 --out " +
           folder + more;
  }
};

TEST_F(MinimizeStore, comes_to_the_traces_that_a_campaign_with_more_time_finds) {
  EXPECT_EQ(run(campaign("whole")).status, 1);
  const Ran hasty = run(campaign("hasty", " --minimize-time 0.0001s"));
  EXPECT_EQ(hasty.status, 1);
  EXPECT_TRUE(has(hasty.out, "to finish: mprogcheck minimize --store hasty\n")) << hasty.out;
  const auto whole = findings("whole");
  EXPECT_FALSE(whole.empty());
  for (const auto& [bucket, f] : whole) EXPECT_TRUE(f.first) << bucket;
  for (const auto& [bucket, f] : findings("hasty")) EXPECT_FALSE(f.first) << bucket;

  const Ran too_short = run("minimize --store hasty --time 0.0001s");
  EXPECT_EQ(too_short.status, 3) << too_short.out;
  EXPECT_TRUE(has(too_short.out, "'mprogcheck minimize --store hasty' goes on\n")) << too_short.out;

  const Ran done = run("minimize --store hasty");
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(has(done.out, "; 0 left\n")) << done.out;
  const auto finished = findings("hasty");
  EXPECT_EQ(finished.size(), whole.size());
  for (const auto& [bucket, f] : finished) {
    EXPECT_TRUE(f.first) << bucket;
    // Perhaps by another way, and as short.
    const auto lines = [](const std::string& t) { return std::count(t.begin(), t.end(), '\n'); };
    EXPECT_EQ(lines(f.second), lines(whole.at(bucket).second)) << f.second;
  }
  EXPECT_TRUE(has(run("minimize --store hasty").out, "minimised 0 findings")) << "again";
}

TEST_F(MinimizeStore, tells_in_its_document_what_became_of_each) {
  run(campaign("hasty", " --minimize-time 0.0001s"));
  const std::size_t all = findings("hasty").size();
  const Json document = Json::parse(run("minimize --store hasty --json").out);
  EXPECT_EQ(document["left"], 0);
  EXPECT_EQ(document["findings"].size(), all);
  // What one finding has run another need not.
  EXPECT_GT(document["runs"], 0);
  for (const Json& f : document["findings"]) {
    EXPECT_EQ(f["what"], "minimal");
    EXPECT_LE(f["after"], f["before"]);
  }
}

TEST_F(MinimizeStore, takes_a_trace_or_a_store) {
  write("t.trace", kSound);
  EXPECT_EQ(run("minimize").status, 2);
  EXPECT_EQ(run("minimize t.trace --store there").status, 2);
  EXPECT_EQ(run("minimize t.trace --time 5s").status, 2);
  EXPECT_EQ(run("minimize --store nowhere").status, 2);
  fs::create_directory(work / "empty");
  const Ran none = run("minimize --store empty");
  EXPECT_EQ(none.status, 2);
  EXPECT_TRUE(has(none.err, "there is no store")) << none.err;
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Campaigns that keep a store: continued, divided, merged; and what is said where that cannot be.
#include "props/cli/cli_testing.hpp"

namespace mprogcheck {
namespace {

const std::string kFuzz = "fuzz --target impl:before_lands_behind --dialect mainline --seed 4 ";

class StoreVerbs : public CommandLine {
 protected:
  nlohmann::json shown(const std::string& folder) const {
    return nlohmann::json::parse(run("store show --json " + folder).out);
  }
  // Operations of all campaigns, and how often each finding was met.
  std::string sums(const std::string& folder) const {
    const auto document = shown(folder);
    std::uint64_t operations = 0;
    for (const auto& c : document["campaigns"]) operations += std::uint64_t{c["operations"]};
    std::string out = std::to_string(operations) + "\n";
    for (const auto& f : document["findings"])
      out += std::string(f["bucket"]) + " " + std::to_string(std::uint64_t{f["times"]}) + "\n";
    return out;
  }
};

TEST_F(StoreVerbs, shards_merge_to_the_whole_and_a_campaign_goes_on_where_it_was) {
  ASSERT_EQ(run(kFuzz + "--traces 203 --out whole").status, 1);
  for (const std::string shard : {"1/3", "2/3", "3/3"})
    run(kFuzz + "--traces 203 --out s" + shard.substr(0, 1) + " --shard " + shard);
  ASSERT_EQ(run("store merge merged s3 s1 s2").status, 0);
  EXPECT_EQ(sums("merged"), sums("whole"));
  const std::string once = run("store show merged").out;
  ASSERT_EQ(run("store merge merged s2 merged").status, 0);
  EXPECT_EQ(run("store show merged").out, once);

  run(kFuzz + "--traces 50 --out parts");
  const std::string resume =
      "fuzz --target impl:before_lands_behind --dialect mainline --out parts --resume --traces 203";
  EXPECT_EQ(run(resume).status, 1);
  EXPECT_EQ(sums("parts"), sums("whole"));
  // Nothing is left to do: the verdict is that of the campaign.
  const Ran again = run(resume);
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_NE(again.out.find("found before, and in the store"), std::string::npos) << again.out;
  EXPECT_EQ(sums("parts"), sums("whole"));
}

TEST_F(StoreVerbs, a_guided_campaign_goes_on_as_if_it_had_not_ended) {
  const Ran whole = run(kFuzz + "--guided --jobs 2 --traces 61 --out whole");
  EXPECT_EQ(whole.status, 1);
  EXPECT_NE(whole.out.find(", guided\n"), std::string::npos) << whole.out;
  EXPECT_TRUE(shown("whole")["campaigns"][0]["guided"]);
  run(kFuzz + "--guided --jobs 1 --traces 30 --out parts");
  run("fuzz --target impl:before_lands_behind --dialect mainline --out parts --resume --traces 61");
  EXPECT_EQ(shown("parts")["campaigns"].size(), 1U);
  EXPECT_EQ(sums("parts"), sums("whole"));
  run(kFuzz + "--traces 61 --out unguided");
  EXPECT_NE(sums("unguided"), sums("whole"));
  EXPECT_EQ(run("fuzz --guided --resume --out parts").status, 2);
}

TEST_F(StoreVerbs, findings_are_marked_and_written_out) {
  run(kFuzz + "--traces 100 --out kept");
  const std::string bucket = shown("kept")["findings"][0]["bucket"];
  const std::string mark = "store mark kept " + bucket + " --target impl:before_lands_behind ";
  EXPECT_EQ(run(mark + "--status fixed --why 'by a commit'").status, 0);
  EXPECT_EQ(shown("kept")["findings"][0]["status"], "fixed");
  ASSERT_EQ(run("store export kept --out written").status, 0);
  std::size_t traces = 0;
  for (const auto& file : fs::directory_iterator(work / "written"))
    if (file.path().extension() == ".trace") {
      ++traces;
      EXPECT_EQ(
          run("replay --quiet --target impl:before_lands_behind " + file.path().string()).status,
          1);
    }
  EXPECT_EQ(traces, shown("kept")["findings"].size());
}

TEST_F(StoreVerbs, report_in_each_form_and_never_over_another_file) {
  run(kFuzz + "--traces 20 --out kept");
  const std::pair<const char*, const char*> forms[] = {{"html", "<title>mprogcheck: campaigns"},
                                                       {"markdown", "# Campaigns\n"},
                                                       {"json", "\"verb\": \"store report\""},
                                                       {"junit", "<testsuites"},
                                                       {"sarif", "\"version\": \"2.1.0\""}};
  const std::string bucket = shown("kept")["findings"][0]["bucket"];
  for (const auto& [format, mark] : forms) {
    const std::string line = std::string("store report kept --format ") + format;
    const Ran r = run(line);
    EXPECT_EQ(r.status, 0) << format << r.err;
    EXPECT_NE(r.out.find(mark), std::string::npos) << format;
    if (std::string(format) != "markdown") {  // which escapes it
      EXPECT_NE(r.out.find(bucket), std::string::npos) << format;
    }
    // The same store gives the same report.
    EXPECT_EQ(run(line + " -o file-" + format).status, 0);
    EXPECT_EQ(slurp(work / (std::string("file-") + format)), r.out);
  }
  EXPECT_EQ(run("store report kept -o file-junit").status, 2);
  EXPECT_NE(run("store report kept --format markdown --since kept").out.find("0 new"),
            std::string::npos);
  EXPECT_NE(run("store report kept --format markdown --since file-json").out.find("0 new"),
            std::string::npos);
}

TEST_F(StoreVerbs, say_what_is_wrong) {
  run(kFuzz + "--traces 10 --out kept");
  write("text", "x");
  fs::create_directory(work / "other");
  write("other/campaigns.db", std::string(5000, 'x'));
  const std::pair<std::string, std::string> lines[] = {
      {"store show nowhere", "nowhere/campaigns.db: there is no store"},
      {"store show other", "other/campaigns.db: is no store of campaigns"},
      {"store merge new kept nowhere", "nowhere/campaigns.db: there is no store"},
      {"store mark kept nothing --target impl --status open", "has no finding 'nothing' of impl"},
      {"store report kept --since text", "text: is no store, nor what"},
      {"store report kept --since nowhere", "nowhere"},
      {"fuzz --resume", "--resume"},
      {"fuzz --resume --out nowhere", "nowhere/campaigns.db: there is no store"},
      {"fuzz --resume --seed 1 --out kept", "--resume"},
      {"fuzz --shard 0/4", "expected I/N such as 2/4"},
      {"fuzz --shard 5/4", "expected I/N such as 2/4"},
      {"fuzz --shard 1", "expected I/N such as 2/4"},
      {"fuzz --shard 1/2x", "expected I/N such as 2/4"}};
  for (const auto& [line, words] : lines) {
    const Ran r = run(line);
    EXPECT_EQ(r.status, 2) << line << r.err;
    EXPECT_NE(r.err.find(words), std::string::npos) << line << ": " << r.err;
  }
  EXPECT_FALSE(fs::exists(work / "new"));
  EXPECT_FALSE(fs::exists(work / "nowhere"));
}

}  // namespace
}  // namespace mprogcheck

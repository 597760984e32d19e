// SPDX-License-Identifier: GPL-2.0-only
// `mprogcheck conform --out` from end to end: what is in the folder, and with what status it ends.
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <set>

#include "props/cli/cli_testing.hpp"
#include "test_paths.hpp"

namespace {

using namespace mprogcheck;
using nlohmann::json;

const std::string kTargets =
    "--target impl --target impl:after_one_too_far --target impl:detach_before_head_takes_head ";

class ConformReport : public CommandLine {
 protected:
  json document(const std::string& folder = "report") const {
    return json::parse(slurp(work / folder / "report.json"));
  }
  // All that is in a folder.
  std::map<std::string, std::string> files(const std::string& folder) const {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(work / folder))
      if (entry.is_regular_file())
        out[entry.path().lexically_relative(work / folder).string()] = slurp(entry.path());
    return out;
  }
};

json row_of(const json& document, const std::string& dialect, const std::string& command,
            const std::string& clause) {
  for (const json& row : document["clauses"])
    if (row["dialect"] == dialect && row["command"] == command && row["clause"] == clause)
      return row;
  ADD_FAILURE() << "no row " << dialect << " " << command << " " << clause;
  return {};
}

std::vector<std::string> answers(const json& row) {
  std::vector<std::string> out;
  for (const json& cell : row["cells"]) out.push_back(cell["answer"]);
  return out;
}

TEST_F(ConformReport, has_a_cell_for_each_clause_and_target_and_says_since_when) {
  const Ran r = run("conform " + kTargets + "--out report");
  EXPECT_EQ(r.status, 1) << r.err;
  const json d = document();
  EXPECT_EQ(d["command"], "mprogcheck conform " + kTargets + "--out report");
  EXPECT_EQ(d["date"], nullptr);
  EXPECT_NE(d["version"], "");
  EXPECT_EQ(d["suite"]["folders"], (json{"traces/clauses", "traces/suite"}));
  const json after = row_of(d, "mainline", "attach", "insert.after");
  EXPECT_EQ(answers(after), (std::vector<std::string>{"holds", "promise broken", "holds"}));
  EXPECT_EQ(after["since_when"],
            "since impl:after_one_too_far: promise broken; since "
            "impl:detach_before_head_takes_head: holds");
  EXPECT_EQ(answers(row_of(d, "mainline", "detach", "remove.before_nobody")),
            (std::vector<std::string>{"holds", "holds", "promise broken"}));
  for (const json& row : d["clauses"]) EXPECT_EQ(row["cells"][0]["deviations"], json::array());
}

TEST_F(ConformReport, each_broken_cell_leads_to_traces_that_show_it_and_to_programs) {
  run("conform " + kTargets + "--out report");
  const json d = document();
  std::multiset<std::size_t> led_to;
  for (const json& row : d["clauses"])
    for (const json& cell : row["cells"]) {
      EXPECT_EQ(cell["answer"] == "promise broken" || cell["answer"] == "precedence differs",
                !cell["deviations"].empty());
      for (const json& n : cell["deviations"]) {
        led_to.insert(n.get<std::size_t>());
        EXPECT_EQ(d["deviations"][n.get<std::size_t>() - 1]["target"], cell["target"]);
        EXPECT_EQ(d["deviations"][n.get<std::size_t>() - 1]["number"], n);
      }
    }
  ASSERT_GT(d["deviations"].size(), 4U);
  std::size_t programs = 0;
  for (const json& deviation : d["deviations"]) {
    EXPECT_EQ(led_to.count(deviation["number"]), 1U) << deviation;
    EXPECT_TRUE(deviation["minimal"]);
    const std::string target = deviation["target"], file = deviation["trace_file"];
    EXPECT_EQ(slurp(work / "report" / file), deviation["trace"]);
    EXPECT_EQ(run("replay report/" + file + " --target " + target).status, 1) << file;
    if (deviation["program_file"].is_null()) {
      EXPECT_EQ(deviation["confirmation"], "no C program for such a trace");
      continue;
    }
    ++programs;
    EXPECT_EQ(deviation["confirmation"], "target runs no programs");
    EXPECT_EQ(slurp(work / "report" / deviation["program_file"].get<std::string>()),
              deviation["program"]);
  }
  EXPECT_GT(programs, 0U);
  EXPECT_EQ(files("report").size(), 4 + d["deviations"].size() + programs);
}

TEST_F(ConformReport, as_junit_xml_counts_what_the_matrix_shows) {
  run("conform " + kTargets + "--out report --date 2026-01-31");
  const json d = document();
  pugi::xml_document xml;
  ASSERT_TRUE(xml.load_file((work / "report" / "report.xml").c_str()));
  const auto suites = xml.child("testsuites");
  std::size_t broken = 0, silent = 0, suite = 0;
  for (const auto& one : suites.children("testsuite")) {
    EXPECT_EQ(one.attribute("name").value(), d["targets"][suite]["name"].get<std::string>());
    EXPECT_STREQ(one.attribute("timestamp").value(), "2026-01-31");
    std::size_t row = 0;
    for (const auto& test : one.children("testcase")) {
      const json& cell = d["clauses"][row]["cells"][suite];
      EXPECT_EQ(test.attribute("name").value(), d["clauses"][row]["clause"].get<std::string>());
      EXPECT_EQ(!test.child("failure").empty(), !cell["deviations"].empty());
      EXPECT_EQ(!test.child("skipped").empty(), cell["answer"] == "not met");
      broken += !cell["deviations"].empty();
      silent += cell["answer"] == "not met";
      ++row;
    }
    EXPECT_EQ(row, d["clauses"].size());
    ++suite;
  }
  EXPECT_EQ(suite, 3U);
  EXPECT_EQ(suites.attribute("tests").as_ullong(), 3 * d["clauses"].size());
  EXPECT_EQ(suites.attribute("failures").as_ullong(), broken);
  EXPECT_EQ(suites.attribute("skipped").as_ullong(), silent);
  EXPECT_EQ(suites.attribute("errors").as_int(), 0);
}

// Terminal, document, Markdown and page give the same numbers of each target.
TEST_F(ConformReport, counts_what_the_terminal_counts) {
  const Ran r = run("conform " + kTargets + "--out report");
  const json d = document();
  const std::string md = slurp(work / "report" / "report.md");
  std::size_t lines = 0;
  for (const json& target : d["targets"]) {
    const json& n = target["clauses"];
    const auto number = [&](const char* key) { return n[key].get<std::size_t>(); };
    const std::size_t decided =
        number("holds") + number("precedence differs") + number("promise broken");
    const std::string says =
        ": of " + std::to_string(decided) + " clauses " + std::to_string(number("holds")) +
        " hold, of " + std::to_string(number("precedence differs")) +
        " the precedence differs, of " + std::to_string(number("promise broken")) +
        " the promise is broken; " + std::to_string(number("unsupported")) + " unsupported, " +
        std::to_string(number("not met")) + " not met\n";
    // "impl: 30,000 operations in 3,000 traces; of ..."
    const std::string begin = target["name"].get<std::string>() + ": ";
    bool found = false;
    std::istringstream out(r.out);
    for (std::string line; std::getline(out, line);)
      found |= line.starts_with(begin) && (line + "\n").ends_with(says.substr(2));
    EXPECT_TRUE(found) << begin << says << r.out;
    EXPECT_EQ(decided + number("unsupported") + number("not met") + number("could not run"),
              d["clauses"].size());
    const std::string tally = target["tally"];
    EXPECT_EQ(tally, target["known"].dump() + " known, " + target["new"].dump() + " new");
    EXPECT_NE(md.find(target["verdict"].get<std::string>() + "; " + tally + " |"),
              std::string::npos)
        << md;
    if (target["new"] != 0) {
      EXPECT_NE(r.out.find("  does not conform: " + tally + "\n"), std::string::npos) << r.out;
    }
    std::size_t news = 0;
    for (const json& deviation : d["deviations"])
      news += deviation["target"] == target["name"] && deviation["known"].is_null();
    EXPECT_EQ(target["new"], news);
    ++lines;
  }
  EXPECT_EQ(lines, 3U);
}

// Whatever is long is where it differs: nothing is cut.
TEST_F(ConformReport, tells_the_whole_of_what_differs_and_first_what) {
  const Ran r = run("conform --target impl:after_one_too_far --out report");
  const json d = document();
  for (const json& deviation : d["deviations"]) {
    const std::string begin = "  DEVIATION " + deviation["bucket"].get<std::string>() +
                              ": observed " + deviation["observed"].get<std::string>() +
                              ", expected ";
    EXPECT_NE(r.out.find(begin), std::string::npos) << begin << "\n" << r.out;
  }
  EXPECT_NE(r.out.find("; list: p"), std::string::npos) << r.out;
}

TEST_F(ConformReport, is_the_same_each_time) {
  const std::string line = "conform " + kTargets + "--out report";
  run(line);
  fs::rename(work / "report", work / "first");
  EXPECT_EQ(run(line).status, 1);
  EXPECT_EQ(files("first"), files("report"));
}

TEST_F(ConformReport, says_where_each_new_deviation_is_shown) {
  const Ran r = run("conform --target impl:before_lands_behind --out report");
  const json told = document();  // not a temporary, which a range would outlive
  for (const json& deviation : told["deviations"]) {
    const std::string begin =
                          "  DEVIATION " + deviation["bucket"].get<std::string>() + ": observed ",
                      end = "; report/" + deviation["trace_file"].get<std::string>() + "\n";
    const auto at = r.out.find(begin);
    ASSERT_NE(at, std::string::npos) << r.out;
    const std::string line = r.out.substr(at, r.out.find('\n', at) + 1 - at);
    EXPECT_TRUE(line.ends_with(end)) << line;
    EXPECT_TRUE(fs::exists(work / line.substr(line.rfind(' ') + 1, end.size() - 3)));
  }
  EXPECT_EQ(r.out.find("attach p0"), std::string::npos) << r.out;
}

TEST_F(ConformReport, known_deviations_keep_their_reason_and_pass) {
  run("conform --target impl:before_lands_behind --out found");
  std::string known;
  const json found = document("found");
  for (const json& deviation : found["deviations"]) {
    std::string text = deviation["trace"];
    text.insert(text.find('\n', text.find("dialect ")) + 1,
                "target impl:before_lands_behind\nreason security: planted | here\n");
    known += text + "\n";
  }
  write("known", known);
  const Ran r = run("conform --target impl:before_lands_behind --known known --out report");
  EXPECT_EQ(r.status, 0) << r.out << r.err;
  const json d = document();
  EXPECT_EQ(d["targets"][0]["verdict"], "conforms except for known deviations");
  for (const json& deviation : d["deviations"]) {
    EXPECT_EQ(deviation["known"], "security: planted | here");
    EXPECT_TRUE(deviation["security"]);
  }
  EXPECT_EQ(answers(row_of(d, "mainline", "attach", "insert.before")),
            std::vector<std::string>{"promise broken"});
  // What the report wrote down can be read as known in its turn.
  const std::string file = d["deviations"][0]["trace_file"];
  EXPECT_EQ(run("replay report/" + file).status, 0);
  EXPECT_NE(slurp(work / "report" / file).find("reason security: planted | here\n"),
            std::string::npos);
  EXPECT_NE(slurp(work / "report" / "report.md").find("planted \\| here"), std::string::npos);
  // What is known of one target was asked of the other as well.
  EXPECT_EQ(run("conform --target impl --known known --out other").status, 0);
  const json other = document("other");
  EXPECT_EQ(other["suite"]["known"], json{"known"});
  EXPECT_EQ(other["suite"]["traces"],
            found["suite"]["traces"].get<std::size_t>() + found["deviations"].size());
  EXPECT_EQ(other["targets"][0]["verdict"], "conforms");
  const Ran gone = run("conform --target impl --known gone --out gone.out");
  EXPECT_EQ(gone.status, 2);
  for (std::size_t at; (at = known.find("impl:before_lands_behind")) != std::string::npos;)
    known.replace(at, 24, "impl");
  write("gone", known);
  EXPECT_EQ(run("conform --target impl --known gone --out gone.out").status, 1);
  EXPECT_EQ(document("gone.out")["targets"][0]["verdict"], "a known deviation has gone away");
}

// What people send round as an attachment.
TEST_F(ConformReport, has_a_page_of_less_than_a_megabyte) {
  run("conform --target impl --target impl:detach_before_head_takes_head --out report");
  const std::size_t size = fs::file_size(work / "report" / "report.html");
  std::cout << "the page of two targets: " << size << " bytes\n";
  RecordProperty("bytes", std::to_string(size));
  EXPECT_LT(size, 1000U * 1000);
  EXPECT_GT(size, 100U * 1000);
}

TEST_F(ConformReport, says_what_is_new_gone_and_as_before_against_an_earlier_one) {
  EXPECT_EQ(run("conform --target impl:before_lands_behind --out before").status, 1);
  const std::size_t there = document("before")["deviations"].size();
  ASSERT_GT(there, 0U);
  const std::string against = " --baseline before/report.json";

  // The same again: what was there is accepted.
  const Ran same = run("conform --target impl:before_lands_behind --json" + against);
  EXPECT_EQ(same.status, 0) << same.out << same.err;
  EXPECT_NE(same.err.find("impl:before_lands_behind against before/report.json: 0 new, 0 gone, 0 "
                          "changed, " +
                          std::to_string(there) + " as before\n"),
            std::string::npos)
      << same.err;
  const json told = json::parse(same.out);
  EXPECT_EQ(told["targets"][0]["conforms"], false);
  EXPECT_EQ(told["baseline"]["deviates"], false);
  EXPECT_EQ(told["baseline"]["targets"][0]["same"], there);

  // Another one: all is new, and all is gone.
  const Ran other = run("conform --target impl:after_one_too_far --out other" + against);
  EXPECT_EQ(other.status, 1) << other.err;
  const json d = document("other");
  EXPECT_NE(other.out.find("impl:after_one_too_far against impl:before_lands_behind of "
                           "before/report.json: " +
                           std::to_string(d["deviations"].size()) + " new, " +
                           std::to_string(there) + " gone, 0 changed, 0 as before\n"),
            std::string::npos)
      << other.out;
  std::set<std::string> shown, news;
  for (const json& deviation : d["deviations"]) shown.insert(deviation["bucket"]);
  for (const json& noted : d["baseline"]["targets"][0]["new"]) news.insert(noted["bucket"]);
  EXPECT_EQ(shown, news);
  for (const std::string& bucket : news)
    EXPECT_NE(other.out.find("  new: " + bucket + " (new): observed "), std::string::npos);
  EXPECT_NE(slurp(work / "other" / "report.html").find(">Against an earlier report<"),
            std::string::npos);

  // What is known is new against the other report, but excused.
  std::string known;
  for (const json& deviation : d["deviations"]) {
    std::string text = deviation["trace"];
    text.insert(text.find('\n', text.find("dialect ")) + 1,
                "target impl:after_one_too_far\nreason planted\n");
    known += text + "\n";
  }
  write("known", known);
  const Ran excused = run("conform --target impl:after_one_too_far --known known" + against);
  EXPECT_EQ(excused.status, 0) << excused.out << excused.err;
  EXPECT_NE(excused.out.find(" (known): observed "), std::string::npos) << excused.out;
  EXPECT_NE(excused.out.find("the suites differ: "), std::string::npos) << excused.out;

  const Ran sound = run("conform --target impl" + against);
  EXPECT_EQ(sound.status, 0) << sound.out << sound.err;
  EXPECT_NE(sound.out.find(": 0 new, " + std::to_string(there) + " gone, 0 changed"),
            std::string::npos)
      << sound.out;

  // No kernel speaks rfc2.
  fs::create_directory(work / "suite");
  fs::copy_file(MPROGCHECK_SOURCE_DIR "/traces/clauses/rfc2.trace", work / "suite" / "rfc2.trace");
  const Ran none = run("conform --suite suite --target kernel" + against);
  EXPECT_EQ(none.status, 3) << none.out << none.err;
  EXPECT_NE(none.out.find("the target did not run to its end"), std::string::npos) << none.out;
  EXPECT_EQ(none.out.find(" gone"), std::string::npos) << none.out;
}

TEST_F(ConformReport, needs_a_report_to_compare_with) {
  run("conform --target impl --out before --suite " MPROGCHECK_SOURCE_DIR "/traces/clauses");
  write("trace", kSound);
  const std::pair<const char*, const char*> cases[] = {
      {"--baseline nowhere.json", "nowhere.json: no such file"},
      {"--baseline trace", "trace:1:1: is no JSON; name the report.json"},
      {"--baseline before", "before"},
      {"--baseline before/report.xml", "before/report.xml:1:1: is no JSON"},
      {"--target impl --target impl:after_one_too_far --baseline before/report.json",
       "before/report.json: has no target impl:after_one_too_far to compare with, but impl"},
  };
  for (const auto& [arguments, says] : cases) {
    const Ran r = run("conform --out new " + std::string(arguments));
    EXPECT_EQ(r.status, 2) << arguments;
    EXPECT_NE(r.err.find(says), std::string::npos) << arguments << "\n" << r.err;
    EXPECT_EQ(r.out, "") << arguments;
  }
  EXPECT_FALSE(fs::exists(work / "new"));
}

TEST_F(ConformReport, a_target_that_cannot_run_has_a_column_and_hides_nobody_elses) {
  // No kernel speaks rfc2.
  fs::create_directory(work / "suite");
  fs::copy_file(MPROGCHECK_SOURCE_DIR "/traces/clauses/rfc2.trace", work / "suite" / "rfc2.trace");
  const Ran r = run("conform --suite suite --target kernel --target impl --out report");
  EXPECT_EQ(r.status, 3) << r.out;
  EXPECT_NE(r.err.find("could not run: kernel: "), std::string::npos) << r.err;
  const json d = document();
  EXPECT_EQ(d["targets"][0]["verdict"], "could not run");
  EXPECT_EQ(d["targets"][1]["verdict"], "conforms");
  EXPECT_EQ(answers(row_of(d, "rfc2", "attach", "front.flags")),
            (std::vector<std::string>{"could not run", "holds"}));
  EXPECT_EQ(answers(row_of(d, "mainline", "attach", "front.flags"))[1], "not met");
  // A deviation weighs more.
  EXPECT_EQ(run("conform --suite suite --target kernel --target impl:first_lost_on_insert --out b")
                .status,
            1);
}

TEST_F(ConformReport, says_at_once_what_is_wrong_with_the_request) {
  fs::create_directory(work / "full");
  write("full/kept", "mine\n");
  const std::pair<const char*, const char*> cases[] = {
      {"conform --out full", "full: exists and is not empty"},
      {"conform --out /proc/nowhere", "nothing can be written in /proc"},
      {"conform --out new --target impl --target impl", "--target impl is given twice"},
      {"conform --out new --target moon", "there is no target 'moon'"},
      {"conform --out new --date yesterday", "expected a date such as 2026-01-31"},
      {"conform --date 2026-01-31", "--date"},
  };
  for (const auto& [line, says] : cases) {
    const Ran r = run(line);
    EXPECT_EQ(r.status, 2) << line;
    EXPECT_NE(r.err.find(says), std::string::npos) << line << "\n" << r.err;
    EXPECT_EQ(r.out, "") << line;
  }
  EXPECT_FALSE(fs::exists(work / "new"));
  EXPECT_EQ(slurp(work / "full" / "kept"), "mine\n");
}

// The suite many times over, so that there is something to interrupt.
TEST_F(ConformReport, that_is_interrupted_is_written_and_ends_with_3) {
  write("known",
        "dialect mainline\ntarget impl\nbucket b\nreason gone\ndevice d0\nload p0\n\n"
        "attach p0 d0/ingress\n");
  std::string line =
      "conform --target impl --target impl:before_lands_behind --known known --out report";
  for (int times = 0; times < 20; ++times)
    line += " --suite " MPROGCHECK_SOURCE_DIR "/traces/suite";
  const Ran r = run(line, "timeout --preserve-status -k 60 -s INT 2 ");
  EXPECT_EQ(r.status, 3) << r.out << r.err;
  EXPECT_NE(r.err.find("mprogcheck: could not run to the end: interrupted"), std::string::npos)
      << r.err;
  // Before the targets are run there is nothing to report.
  if (fs::exists(work / "report")) {
    EXPECT_EQ(document()["targets"][1]["verdict"], "could not run");
  }
}

TEST_F(ConformReport, leaves_standard_output_as_it_is_without) {
  const Ran with = run("conform --target impl --out 'a folder'");
  EXPECT_EQ(with.status, 0);
  const Ran without = run("conform --target impl");
  EXPECT_EQ(with.out, without.out + "the report: a folder/report.html\n");
  EXPECT_EQ(document("a folder")["command"], "mprogcheck conform --target impl --out 'a folder'");
  const Ran both = run("conform --target impl --out b --json");
  EXPECT_EQ(json::parse(both.out)["targets"].size(), 1U);
}

}  // namespace

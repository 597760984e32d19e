// SPDX-License-Identifier: GPL-2.0-only
// Deviations as people are told of them, and the forms of the report.
#include "props/report/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "impl/inprocess/inprocess.hpp"
#include "impl/kernel/kernel.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::report {
namespace {

constexpr std::string_view kTrace = R"(dialect mainline
device d0
load p0 p1 p2
attach p0 d0/ingress
attach p1 d0/ingress
attach p2 d0/egress
query d0/egress room=4 progs
detach none d0/ingress before rel=p0
)";

std::vector<Trace> suite() {
  return parse(kTrace, "test");
}

// A target as ours, but that programs can be run on; what they say is given.
class Machine : public InProcess {
 public:
  using InProcess::InProcess;
  std::string name() const override { return "vm:a/b"; }
  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& seen) override {
    if (runs_left-- == 0) throw CannotRun("the guest is gone");
    InProcess::run_all(traces, seen);
  }
  std::optional<ProgramResult> run_program(const std::filesystem::path& executable) override {
    EXPECT_TRUE(std::filesystem::exists(executable));
    return result;
  }

  ProgramResult result{1, "step 3: ... | DEVIATION: error\n"};
  int runs_left = -1;
};

Column column_of(Target& target) {
  Compiler compiler;
  Column column{conform(target, suite(), {}, {}), target.describe(), {}};
  column.deviations = gather_evidence(target, column.seen, 1, compiler, 1000, "0.1", {});
  return column;
}

Report report_of(Column column) {
  return {"0.1", "mprogcheck conform", "", {}, {"traces"}, {}, 1, {std::move(column)}, {}};
}

TEST(Tell, gives_the_minimal_trace_the_program_and_whether_it_shows_it) {
  Machine target("detach_before_head_takes_head");
  const Column column = column_of(target);
  ASSERT_EQ(column.deviations.size(), 1U);
  const Evidence& evidence = column.deviations[0];
  EXPECT_EQ(evidence.example.trace.operations.size(), 2U);
  EXPECT_TRUE(evidence.minimal);
  EXPECT_NE(evidence.program.find("int main("), std::string::npos);
  if (evidence.confirmation == Confirmation::not_compiled) GTEST_SKIP() << evidence.said;
  EXPECT_EQ(evidence.confirmation, Confirmation::confirmed) << evidence.said;
}

TEST(Tell, says_what_a_program_said_that_did_not_show_it) {
  Machine target("detach_before_head_takes_head");
  target.result = {0, "This kernel conforms: 2 steps.\n"};
  const Evidence evidence = column_of(target).deviations.at(0);
  if (evidence.confirmation == Confirmation::not_compiled) GTEST_SKIP() << evidence.said;
  EXPECT_EQ(evidence.confirmation, Confirmation::not_confirmed);
  EXPECT_EQ(evidence.said, "This kernel conforms: 2 steps.\nexit status 0\n");
}

TEST(Tell, harm_is_shown_by_a_kernel_that_comes_to_harm_and_nothing_else_is) {
  Machine target("detach_before_head_takes_head");
  Conformance seen = conform(target, suite(), {}, {});
  Example& example = seen.deviations.begin()->second;
  Compiler compiler;
  const auto evidence = [&](Aspect aspect, const ProgramResult& result) {
    example.kept = {example.deviation, example.trace};
    example.kept->first.aspect = aspect;
    target.result = result;
    return gather_evidence(target, seen, 1, compiler, 1, "0.1", {}).at(0);
  };
  const ProgramResult says_so{.status = 1, .output = "DEVIATION: error\n"};
  const ProgramResult dead{.status = -1, .output = "Oops\n", .harm = Harm::died};
  const Evidence of_harm = evidence(Aspect::harm, dead);
  if (of_harm.confirmation == Confirmation::not_compiled) GTEST_SKIP() << of_harm.said;
  EXPECT_EQ(of_harm.confirmation, Confirmation::confirmed);
  EXPECT_EQ(evidence(Aspect::error, says_so).confirmation, Confirmation::confirmed);
  EXPECT_EQ(evidence(Aspect::harm, says_so).confirmation, Confirmation::not_confirmed);
  const Evidence other = evidence(Aspect::error, dead);
  EXPECT_EQ(other.confirmation, Confirmation::not_confirmed);
  EXPECT_EQ(other.said, "Oops\nthe kernel is dead\n");
}

TEST(Tell, within_bounds_that_count_runs) {
  Machine target("detach_before_head_takes_head");
  const Conformance seen = conform(target, suite(), {}, {});
  Compiler compiler;
  const Evidence evidence = gather_evidence(target, seen, 7, compiler, 1, "0.1", {}).at(0);
  EXPECT_FALSE(evidence.minimal);
  EXPECT_EQ(evidence.number, 7U);
  EXPECT_EQ(evidence.example.trace.operations.size(), 5U);
}

TEST(Tell, what_was_found_before_a_target_failed_is_kept) {
  Machine target("detach_before_head_takes_head");
  target.runs_left = 1;
  const Column column = column_of(target);
  ASSERT_EQ(column.deviations.size(), 1U);
  EXPECT_FALSE(column.deviations[0].minimal);
  EXPECT_EQ(column.deviations[0].confirmation, Confirmation::target_failed);
  EXPECT_EQ(column.deviations[0].said, "the guest is gone");
  EXPECT_FALSE(column.deviations[0].program.empty());
}

TEST(Tell, our_own_implementation_runs_no_programs) {
  InProcess target("detach_before_head_takes_head");
  EXPECT_EQ(column_of(target).deviations.at(0).confirmation, Confirmation::no_programs);
}

TEST(Tell, this_kernel_confirms_its_own_deviations) {
  try {
    Kernel kernel;
    const Column column = column_of(kernel);
    if (column.deviations.empty()) GTEST_SKIP() << "this kernel keeps what those up to 6.18 break";
    const Evidence& evidence = column.deviations[0];
    if (evidence.confirmation == Confirmation::not_compiled) GTEST_SKIP() << evidence.said;
    EXPECT_EQ(evidence.confirmation, Confirmation::confirmed) << evidence.said;
    EXPECT_EQ(column.description.substr(0, 6), "Linux ");
  } catch (const CannotRun& e) {
    GTEST_SKIP() << e.what();
  }
}

TEST(Folders, are_names_that_every_file_system_takes_and_differ) {
  Report report;
  for (const char* name :
       {"vm:7.1", "vm:/a/b", "vm:_a_b", "vm-7.1", "VM:7.1", "..", "impl", "-x", "vm:7."})
    report.columns.emplace_back().seen.target = name;
  report.columns.emplace_back().seen.target = "vm:/" + std::string(1000, 'x');
  report.columns.emplace_back().seen.target = "vm:/" + std::string(1000, 'x') + "y";
  std::vector<std::string> names = folders(report);
  EXPECT_EQ((std::vector<std::string>(names.begin(), names.end() - 2)),
            (std::vector<std::string>{"vm-7.1", "vm-_a_b", "vm-_a_b-2", "vm-7.1-2", "VM-7.1-3",
                                      "__", "impl", "_x", "vm-7_"}));
  std::set<std::string> taken;
  for (const std::string& name : names) {
    EXPECT_LT(name.size(), 110U);
    EXPECT_TRUE(taken.insert(name).second) << name;
    EXPECT_EQ(name.find_first_of("\\/:*?\"<>| \r\n"), std::string::npos) << name;
  }
}

TEST(Report, says_of_a_security_relevant_deviation_whom_to_tell) {
  Machine target("detach_before_head_takes_head");
  const char* line = "report it to security@kernel.org before publishing";
  for (const bool security : {false, true}) {
    Column column = column_of(target);
    column.deviations[0].example.security = security;
    const auto d = document(report_of(std::move(column)));
    for (const std::string& text : {markdown(d), page(d), junit(d)})
      EXPECT_EQ(text.find(line) != std::string::npos, security) << text;
  }
}

TEST(Report, begins_with_verdicts_and_deviations_by_grade) {
  Column column;
  column.seen.target = "t";
  const std::pair<const char*, Breach> all[] = {
      {"", Breach::code}, {"a reason", Breach::promise}, {"", Breach::promise}};
  for (const auto& [known, breach] : all) {
    Evidence& e = column.deviations.emplace_back();
    e.number = column.deviations.size();
    e.bucket = "bucket " + std::to_string(e.number);
    e.example.trace = suite().front();
    e.example.known = known;
    e.example.deviation.breach = breach;
  }
  const auto d = document(report_of(std::move(column)));
  for (const std::string& text : {page(d), markdown(d)}) {
    std::size_t at = 0;
    // Deviation 3 is new, 2 is known, 1 differs from code.
    for (const char* next : {"conforms", ">new: 1<", "#deviation-3", ">known: 1<", "#deviation-2",
                             ">differs from code: 1<", "#deviation-1", "insert.after"}) {
      std::string word = next;
      if (word.front() == '>' && text.starts_with("# "))
        word = "**" + word.substr(1, word.size() - 2) + "**";
      const std::size_t found = text.find(word, at);
      ASSERT_NE(found, std::string::npos) << word << " behind\n" << text.substr(0, at);
      at = found;
    }
  }
}

TEST(Report, folds_away_what_no_target_supports) {
  Column mainline, none;
  mainline.seen.target = "vm:1", none.seen.target = "vm:2";
  mainline.seen.can.mainline = true;
  none.seen.broke_off = "no such kernel";
  Report report = report_of(std::move(mainline));
  report.columns.push_back(std::move(none));
  const auto d = document(report);
  std::size_t unsupported = 0;
  for (const auto& row : d["clauses"]) unsupported += row["cells"][0]["answer"] == "unsupported";
  ASSERT_GT(unsupported, 100U);
  const std::string more = "<summary>" + std::to_string(unsupported) +
                           " more clauses that no target here supports</summary>";
  for (const std::string& text : {page(d), markdown(d)}) {
    const std::size_t at = text.find(more);
    ASSERT_NE(at, std::string::npos) << more;
    EXPECT_EQ(text.substr(at - 30, 30).find("<details open"), std::string::npos);
    // Those of the dialect that the target does not speak, and none of them before.
    EXPECT_NE(text.find("does not speak", at), std::string::npos);
    EXPECT_EQ(text.find("rfc2"), text.find("rfc2", at));
  }
  // One that supports them unfolds them.
  report.columns[1].seen.broke_off = "";
  report.columns[1].seen.can.rfc2 = true;
  EXPECT_EQ(page(document(report)).find(more), std::string::npos);
}

TEST(Report, quotes_what_others_wrote_and_is_not_written_by_them) {
  Machine target("detach_before_head_takes_head");
  const std::string evil = "<script>evil()</script> {{version}} ]]> | `x` \x01 \xff end";
  Column column = column_of(target);
  Evidence& evidence = column.deviations[0];
  evidence.example.known = column.seen.deviations.begin()->second.known = evil;
  evidence.said = evil + "\n";
  column.description = evil;
  Report report = report_of(std::move(column));
  report.command = evil;
  const auto d = document(report);
  EXPECT_EQ(page(d).find("<script>evil"), std::string::npos);
  EXPECT_NE(page(d).find("&lt;script&gt;evil"), std::string::npos);
  EXPECT_NE(markdown(d).find("Known: \\<script\\>"), std::string::npos) << markdown(d);
  pugi::xml_document xml;
  const auto parsed = xml.load_string(junit(d).c_str());
  ASSERT_TRUE(parsed) << parsed.description();
  EXPECT_EQ(junit(d).find('\x01'), std::string::npos);
  EXPECT_EQ(junit(d).find("&#"), std::string::npos);
  EXPECT_EQ(xml.child("testsuites").attribute("failures").as_int(), 0);
  for (const std::string& text : {markdown(d), page(d), junit(d), d.dump()})
    EXPECT_EQ(text.find('\xff'), std::string::npos);
}

TEST(Report, is_plain_text_whatever_a_console_says) {
  Machine target("detach_before_head_takes_head");
  Column column = column_of(target);
  const std::string evil =
      "Oops\x1b]0;x\x07\x1b[2J \u202e \u009b \uffff \xff \x01\r\n`````````\n# Not ours\n";
  column.deviations[0].example.console = evil;
  column.deviations[0].said = evil;
  column.description = evil;
  for (const auto& [name, text] : forms(report_of(std::move(column)))) {
    for (const char* mark : {"\x1b", "\x07", "\x01", "\r", "\u202e", "\u009b", "\uffff", "\xff"})
      EXPECT_EQ(text.find(mark), std::string::npos) << name << ": " << mark;
    EXPECT_NE(text.find("2J"), std::string::npos) << name;
  }
}

// Whoever writes backticks does not end the block that he is quoted in.
TEST(Report, has_fences_longer_than_all_that_is_in_them) {
  Machine target("detach_before_head_takes_head");
  Column column = column_of(target);
  column.deviations[0].example.console = "```````````\n# Not ours\n";  // eleven
  const std::string text = markdown(document(report_of(std::move(column))));
  const std::string fence(12, '`');
  bool inside = false, quoted = false;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(fence)) inside = !inside;
    if (line == "# Not ours") quoted = inside;
  }
  EXPECT_FALSE(inside);
  EXPECT_TRUE(quoted) << text;
}

TEST(Report, a_target_that_could_not_be_run_is_an_error_and_never_a_pass) {
  Column column;
  column.seen.target = "vm:9";
  column.seen.broke_off = "there is no such kernel";
  const auto d = document(report_of(std::move(column)));
  EXPECT_EQ(d["targets"][0]["verdict"], "could not run");
  for (const auto& row : d["clauses"]) EXPECT_EQ(row["cells"][0]["answer"], "could not run");
  pugi::xml_document xml;
  ASSERT_TRUE(xml.load_string(junit(d).c_str()));
  const auto suites = xml.child("testsuites");
  EXPECT_EQ(suites.attribute("errors").as_ullong(), d["clauses"].size());
  EXPECT_NE(markdown(d).find("**vm:9 could not run:** there is no such kernel"), std::string::npos);
}

}  // namespace
}  // namespace mprogcheck::report

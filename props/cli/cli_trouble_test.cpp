// SPDX-License-Identifier: GPL-2.0-only
// The program in trouble: signals, streams that take nothing, bytes that are no text, and what is
// refused before it is begun.
#include <unistd.h>

#include "props/cli/cli_testing.hpp"

namespace mprogcheck {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(CommandLine, a_signal_is_no_verdict_and_leaves_nothing_half_done) {
  for (const char* line :
       {"prove", "prove --json", "prove --written-out 63", "conform --generate suite",
        "explore --progs 7 --links 3 --capacity 7 --dot g.dot --tour tour",
        "explore --progs 7 --links 3 --capacity 7 --target impl --json", "faults --hunt"})
    for (const char* signal : {"INT", "TERM"}) {
      const Ran r = run(line, "timeout --preserve-status -k 30 -s " + std::string(signal) + " 1 ");
      EXPECT_EQ(r.status, 3) << line << "\n" << r.err;
      EXPECT_TRUE(has(r.err, "mprogcheck: could not run to the end: interrupted")) << r.err;
      for (const char* verdict : {"unknown", "vacuous", "open\n"})
        EXPECT_FALSE(has(r.out + r.err, verdict)) << line << "\n" << r.out << r.err;
    }
  for (const char* name : {"suite", "g.dot", "tour"}) EXPECT_FALSE(fs::exists(work / name)) << name;
}

// Whoever reads through a pipe, or kills it, has what was found until then.
TEST_F(CommandLine, results_arrive_when_they_are_there) {
  const Ran r = run("faults --hunt", "timeout -s KILL 5 ");
  EXPECT_TRUE(has(r.out, "dialect mainline\n")) << r.out;
}

TEST_F(CommandLine, where_nobody_can_be_told_the_verdict_stays) {
  write("t.trace", kSound);
  const std::pair<const char*, int> cases[] = {
      {"replay t.trace", 0},
      {"replay t.trace --json", 0},
      {"replay t.trace --json --target impl:before_lands_behind", 1},
      {"minimize t.trace --target impl:before_lands_behind", 1},
      {"explore --progs 1 --json", 0},
      {"prove --obligation capacity --json", 0},
      {"fuzz --target impl --traces 2 --json", 0},
      {"conform --json", 0},
      {"faults before_lands_behind --hunt --json", 0},
      {"replay missing", 2},
      {"frobnicate", 2},
      {"replay t.trace >/dev/full", 3}};
  for (const auto& [line, status] : cases)
    for (const char* nowhere : {" 2>/dev/full", " 2>&-"}) {
      const Ran r = run(std::string(line) + nowhere);
      EXPECT_EQ(r.status, status) << line << nowhere;
      if (!has(line, "--json")) continue;
      EXPECT_FALSE(nlohmann::json::parse(r.out, nullptr, false).is_discarded()) << r.out;
    }
  EXPECT_EQ(run("replay t.trace >&-").status, 3);
}

TEST_F(CommandLine, what_is_not_utf_8_is_written_out_in_json) {
  const std::string name = "t\xff.trace";
  write(name, "# \xfe\n" + kSound);
  for (const char* verb : {"replay --json ", "repro --format trace --json ",
                           "minimize --target impl:before_lands_behind --json "}) {
    const Ran r = run(verb + name);
    EXPECT_LT(r.status, 2) << r.err;
    EXPECT_FALSE(nlohmann::json::parse(r.out, nullptr, false).is_discarded()) << r.out;
  }
  EXPECT_TRUE(has(run("replay --json " + name).out, "\"file\": \"t\\\\xff.trace\""));
}

// What others wrote is told, in every output, and is none of it.
TEST_F(CommandLine, terminals_are_not_written_to_by_names_of_files) {
  const std::string name = "\x1b]0;owned\x07\x1b[2J\u202e\u009b.trace",
                    plain = "\\x1b]0;owned\\x07\\x1b[2J\\u202e\\u009b.trace";
  write(name, kSound);
  write("bad" + name, "attack");
  for (const std::string& line : std::vector<std::string>{
           "replay '" + name + "'", "replay --json '" + name + "'", "table '" + name + "'",
           "replay 'bad" + name + "'", "replay --color always '" + name + "'",
           "replay 'no" + name + "'", "repro --json --format c '" + name + "'"}) {
    const Ran r = run(line);
    for (const std::string& text : {r.out, r.err})
      for (const char* mark : {"\x1b]", "\x1b[2J", "\x07", "\u202e", "\u009b"})
        EXPECT_FALSE(has(text, mark)) << line << "\n" << text;
    if (has(line, "--json")) {
      EXPECT_FALSE(nlohmann::json::parse(r.out, nullptr, false).is_discarded()) << r.out;
    }
  }
  EXPECT_TRUE(has(run("replay '" + name + "'").out, plain + ": impl conforms"));
  EXPECT_TRUE(has(run("replay 'no" + name + "'").err, "no" + plain + ": no such file"));
}

TEST_F(CommandLine, what_cannot_be_done_is_refused_before_it_is_begun) {
  write("t.trace", kSound);
  fs::create_directory(work / "wrong");
  write("wrong/t.trace", "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress => EEXIST\n");
  const std::pair<const char*, const char*> cases[] = {
      {"prove --obligation ends --dialect mainline", "ends is not asked in mainline"},
      {"prove --written-out 4 --obligation ends --dialect mainline",
       "ends is not asked in mainline"},
      {"prove --written-out 4 --obligation aba", "aba is not one of the core ones: unique, "},
      {"prove --written-out 0x4", "'0x4' is not a number"},
      {"prove --written-out 64", "--written-out: 64 is not in range [1, 63]"},
      {"explore --progs 0x2", "'0x2' is not a number"},
      {"explore --links -1", "-1 is not in range [0, 3]"},
      {"explore --capacity 18446744073709551616", "18446744073709551616 is not in range [1, 63]"},
      {"explore --progs 4294967297", "--progs: 4294967297 is not in range [1, 7]"},
      {"explore --progs 010", "010 is not in range [1, 7]"},
      {"explore --progs 7 --capacity 7 --dot nowhere/g.dot", "nowhere/g.dot: cannot be written"},
      {"explore --progs 7 --capacity 7 --dot wrong", "wrong: is a directory"},
      {"explore --progs 7 --capacity 7 --tour t.trace", "t.trace is not a directory"},
      {"explore --target impl:replace_loses_first --dialect mainline", "is no fault of mainline"},
      {"conform --generate suite --target impl", "--generate excludes --target"},
      {"conform --generate suite --suite .", "--generate excludes --suite"},
      {"conform --generate suite --known t.trace", "--generate excludes --known"},
      {"conform --generate ''", "expected a directory"},
      {"conform --target impl --target nobody", "there is no target 'nobody'"},
      {"conform --suite wrong",
       "t.trace:4:25: misprint: the file expects 'EEXIST', but the model says 'ok'"},
      {"conform --suite wrong", "wrong: 1 misprint in the suite"},
      {"faults --out d", "--out requires --hunt"},
      {"kernels boot ./t.trace", "./t.trace: is no bzImage: it has no x86 boot header"},
      {"kernels boot /dev/null", "/dev/null: is no file but a device; name a file"},
      {"fuzz --target vm:./nothing", "./nothing: no such file"},
      {"replay t.trace --target vm:./wrong", "./wrong: is a directory; name a file"},
      {"minimize t.trace --target impl:before_lands_behind -o nowhere/t", "cannot be written"}};
  for (const auto& [line, says] : cases) {
    const Ran r = run(line, "timeout 60 ");
    EXPECT_EQ(r.status, 2) << line << "\n" << r.err;
    EXPECT_TRUE(has(r.err, says)) << line << "\n" << r.err;
    EXPECT_EQ(r.out, "") << line;
  }
  EXPECT_FALSE(fs::exists(work / "suite"));
  EXPECT_FALSE(fs::exists(work / "d"));
}

TEST_F(CommandLine, several_files_are_written_or_none) {
  fs::create_directory(work / "tour");
  write("tour/mainline.tour.trace", "mine\n");
  const Ran r = run("explore --progs 1 --links 0 --capacity 1 --dot g.dot --tour tour");
  EXPECT_EQ(r.status, 2) << r.err;
  EXPECT_FALSE(fs::exists(work / "g.dot"));
  EXPECT_EQ(slurp(work / "tour/mainline.tour.trace"), "mine\n");
}

TEST_F(CommandLine, an_exploration_that_ends_at_a_deviation_says_so) {
  const Ran r =
      run("explore --target impl:detach_before_head_takes_head --tour tour --dot g.dot --json");
  EXPECT_EQ(r.status, 1) << r.err;
  const auto document = nlohmann::json::parse(r.out);
  EXPECT_EQ(document["conforms"], false);
  EXPECT_EQ(document["target"], "impl:detach_before_head_takes_head");
  EXPECT_TRUE(has(document["deviation"], "before rel=p0 => ERANGE"));
  EXPECT_TRUE(has(r.err, "no graph and no tour is written")) << r.err;
  EXPECT_FALSE(fs::exists(work / "tour"));
  EXPECT_FALSE(fs::exists(work / "g.dot"));
  EXPECT_EQ(nlohmann::json::parse(run("explore --progs 2 --target impl --json").out)["conforms"],
            true);
  const Ran prose = run("explore --progs 1 --links 1 --capacity 1 --no-revisions");
  EXPECT_TRUE(has(prose.out, "mainline: 1 program, 1 link, 1 slot: ")) << prose.out;
  EXPECT_TRUE(has(prose.out, "not asked: queries, packets, ")) << prose.out;
  EXPECT_TRUE(has(prose.out, "closed programs, expected revisions\n")) << prose.out;
}

TEST_F(CommandLine, a_broken_rule_is_told_from_every_other) {
  const Ran r = run("prove --obligation capacity --out broken");
  ASSERT_EQ(r.status, 0) << r.err;
  for (const char* rule : {"attach insert.full", "link_create insert.full", "attach plain.full"})
    EXPECT_TRUE(has(r.out, "(" + std::string(rule) + ")\n")) << r.out;
  for (const auto& file : fs::directory_iterator(work / "broken"))
    EXPECT_TRUE(has(slurp(file.path()), "\n# Broken so, ")) << slurp(file.path());
  EXPECT_TRUE(has(slurp(work / "broken/capacity.mainline.1.trace"),
                  " decides the last request: insert at "));
}

}  // namespace
}  // namespace mprogcheck

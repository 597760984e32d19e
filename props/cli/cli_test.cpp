// SPDX-License-Identifier: GPL-2.0-only
// The program as its users meet it: exit statuses, complaints, and that nothing is overwritten.
#include <sys/stat.h>

#include <map>

#include "props/cli/cli_testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

TEST_F(CommandLine, a_conforming_trace_ends_with_0) {
  write("t.trace", kSound);
  const Ran r = run("replay t.trace");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("conforms"), std::string::npos);
}

TEST_F(CommandLine, a_deviating_trace_ends_with_1_and_names_the_clause) {
  write("t.trace", kSound);
  const Ran r = run("replay t.trace --target impl:before_lands_behind");
  EXPECT_EQ(r.status, 1);
  EXPECT_NE(r.out.find("insert.before"), std::string::npos) << r.out;
}

TEST_F(CommandLine, an_expectation_the_model_does_not_share_is_the_files_mistake) {
  write("t.trace", "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress => EEXIST\n");
  const Ran r = run("replay t.trace");
  EXPECT_EQ(r.status, 2);
  EXPECT_NE(r.out.find("t.trace: impl conforms"), std::string::npos) << r.out;
  EXPECT_NE(r.err.find("t.trace:4:25: misprint: the file expects 'EEXIST', but the model says "
                       "'ok'"),
            std::string::npos)
      << r.err;
  const auto document = nlohmann::json::parse(run("replay t.trace --json").out);
  EXPECT_EQ(document["traces"][0]["verdict"], "conforms");
  EXPECT_EQ(document["traces"][0]["misprints"][0]["line"], 4);
  // A deviation is still one.
  write("both.trace", kSound + "attach p0 d0/ingress => ok\n");
  EXPECT_EQ(run("replay both.trace --target impl:before_lands_behind").status, 1);
}

TEST_F(CommandLine, every_verb_prints_one_json_document) {
  write("t.trace", kSound);
  for (const char* line :
       {"fuzz --target impl --traces 20 --seed 1 --json", "replay t.trace --json",
        "minimize t.trace --target impl:before_lands_behind --json", "minimize t.trace --json",
        "minimize t.trace --target impl:before_lands_behind --json -o smaller.trace",
        "repro t.trace --json", "repro t.trace --json -o t.c", "spec --json", "faults --json",
        "faults before_lands_behind --hunt --json",
        "faults before_lands_behind --hunt --json --out hunted"}) {
    const Ran r = run(line);
    EXPECT_FALSE(nlohmann::json::parse(r.out, nullptr, false).is_discarded()) << line << "\n"
                                                                              << r.out;
  }
}

TEST_F(CommandLine, with_json_the_file_still_holds_what_it_holds_without) {
  write("t.trace", kSound);
  run("minimize t.trace --target impl:before_lands_behind --json -o smaller.trace");
  EXPECT_EQ(slurp(work / "smaller.trace").substr(0, 8), "dialect ");
  run("repro t.trace --json -o t.c");
  EXPECT_NE(slurp(work / "t.c").find("int main("), std::string::npos);
  const auto faults =
      nlohmann::json::parse(run("faults before_lands_behind --hunt --json --out hunted").out);
  ASSERT_EQ(faults["faults"].size(), 1U);
  EXPECT_EQ(faults["faults"][0]["traces"]["mainline"],
            slurp(work / "hunted" / "before_lands_behind.mainline.trace"));
}

TEST_F(CommandLine, the_same_seed_gives_the_same_document) {
  const auto document = [&] {
    auto d = nlohmann::json::parse(
        run("fuzz --target impl:after_one_too_far --traces 50 --seed 7 --json").out);
    for (auto& c : d["campaigns"]) c.erase("seconds"), c.erase("minimizing_seconds");
    return d;
  };
  const auto first = document();
  EXPECT_FALSE(first["campaigns"][0]["conforms"]);
  EXPECT_EQ(first, document());
}

TEST_F(CommandLine, the_number_of_jobs_changes_nothing_but_the_time) {
  const auto found = [&](const std::string& jobs) {
    auto d = nlohmann::json::parse(
        run("fuzz --target impl:after_one_too_far --traces 300 --seed 7 --json --jobs " + jobs)
            .out);
    for (auto& c : d["campaigns"]) c.erase("seconds"), c.erase("minimizing_seconds");
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(work / "findings"))
      files[entry.path().filename()] = slurp(entry.path());
    fs::remove_all(work / "findings");
    return std::pair{d, files};
  };
  const auto alone = found("1");
  EXPECT_FALSE(alone.second.empty());
  for (const char* jobs : {"2", "5"}) EXPECT_EQ(alone, found(jobs)) << jobs;
}

TEST_F(CommandLine, bad_input_ends_with_2_and_says_where) {
  fs::create_directory(work / "dir");
  write("empty", "");
  write("junk", std::string("\x7f"
                            "ELF\0\1\2\xff\xfe\n\0",
                            12));
  write("unknown", "dialect mainline\ndevice d0\nload p0\nattack p0 d0/ingress\n");
  write("unloaded", "dialect mainline\ndevice d0\nload p0\nattach p1 d0/ingress\n");
  write("range", "dialect mainline\ncapacity 64\n");
  write("truncated", "dialect mainline\ndevice d0\nload p0\nattach p0");
  write("nothing", kSound + "\ndialect rfc2\ndevice d0\n");
  write("unfounded", kSound);
  ASSERT_EQ(mkfifo((work / "fifo").c_str(), 0600), 0);  // into which nobody writes
  fs::create_symlink("circle", work / "circle");
  write("sparse", "");
  fs::resize_file(work / "sparse", std::uintmax_t{1} << 40);
  write("of_none", "dialect mainline\nreason a\ndevice d0\nremove d0\n");
  write("of_unknown", "dialect mainline\nreason a\ntarget moon\ndevice d0\nremove d0\n");
  write("of_anything", "dialect mainline\nreason a\nreleases from 6.6\ndevice d0\nremove d0\n");
  write("of_future", "dialect mainline\nreleases 7.x\ndevice d0\nremove d0\n");
  const std::pair<const char*, const char*> cases[] = {
      {"replay missing", "missing: no such file"},
      {"replay dir", "dir: is a directory"},
      {"replay empty", "empty:1:1: no trace here"},
      {"replay junk", "junk:1:1: a control character"},
      {"replay unknown", "unknown:4:1: unknown operation 'attack'"},
      {"replay unloaded", "unloaded:4:8: p1 is used before it is loaded"},
      {"replay range", "range:2:10: expected a number from 1 to 63, not '64'"},
      {"replay truncated", "truncated:4:10: expected an attach point"},
      {"fuzz --target nobody", "there is no target 'nobody'"},
      {"fuzz --target impl:nothing", "there is no planted fault 'nothing'"},
      {"fuzz --known missing --target impl", "missing: no such file"},
      {"fuzz --traces 0", "--traces"},
      {"fuzz --traces -1", "mprogcheck: --traces: -1 is not in range [1, 2^64-1]"},
      {"fuzz --seed x",
       "mprogcheck: --seed: 'x' is not a number; expected decimal digits, in range "
       "[0, 2^64-1]"},
      {"fuzz --seed ''", "'' is not a number"},
      {"fuzz --seed -1", "-1 is not in range [0, 2^64-1]"},
      {"fuzz --seed 0x10", "'0x10' is not a number"},
      {"fuzz --seed 18446744073709551616", "18446744073709551616 is not in range [0, 2^64-1]"},
      {"faults --hunt --seed -1", "-1 is not in range [0, 2^64-1]"},
      {"fuzz --time -5", "at most 1000h, not '-5'"},
      {"fuzz --time nan", "at most 1000h, not 'nan'"},
      {"fuzz --time 0s", "at most 1000h, not '0s'"},
      {"fuzz --time 1001h", "at most 1000h, not '1001h'"},
      {"fuzz --time 1e300", "at most 1000h, not '1e300'"},
      {"fuzz --time 5d", "at most 1000h, not '5d'"},
      {"fuzz --out /proc/nowhere --target impl --traces 1",
       "/proc/nowhere: nothing can be written in /proc"},
      {"fuzz --out empty/out --target impl --traces 1", "empty is not a directory"},
      {"replay nothing", "nothing:7:1: this trace has no operations"},
      {"minimize nothing", "nothing:7:1: this trace has no operations"},
      {"repro nothing", "nothing:7:1: this trace has no operations"},
      {"fuzz --known nothing --target impl", "nothing:7:1: this trace has no operations"},
      {"fuzz --known unfounded --target impl", "unfounded:1:1: a known deviation without a reason"},
      {"fuzz --known of_none --target impl", "of_none:1:1: a known deviation of no target"},
      {"fuzz --known of_unknown --target impl", "of_unknown:1:1: there is no target 'moon'"},
      {"fuzz --known of_anything --target impl",
       "of_anything:1:1: a known deviation without its bucket"},
      {"replay of_future", "of_future:2:10: expected a release such as 6.12"},
      {"replay /dev/zero", "/dev/zero: is no file but a device; name a file"},
      {"replay /dev/stdin < /dev/zero",
       "/dev/stdin: is larger than anything that is wanted here "
       "(64 MiB); name another file"},
      {"replay fifo", "fifo: is no file but a pipe; write what it brings into a file"},
      {"replay circle", "circle: cannot be read: Too many levels of symbolic links"},
      {"replay sparse", "sparse: is larger than anything that is wanted here (64 MiB)"},
      {"minimize fifo --target impl:before_lands_behind", "fifo: is no file but a pipe"},
      {"repro fifo", "fifo: is no file but a pipe"},
      {"table fifo", "fifo: is no file but a pipe"},
      {"compare fifo --target impl --target impl", "fifo: is no file but a pipe"},
      {"plan fifo", "fifo: is no file but a pipe"},
      {"stress --history fifo", "fifo: is no file but a pipe"},
      {"fuzz --known fifo --target impl --traces 1", "fifo: is no file but a pipe"},
      {"conform --baseline fifo", "fifo: is no file but a pipe"},
      {"fuzz --target vm:./fifo --traces 1", "./fifo: is no file but a pipe"},
      {"replay /proc/self/mem", "/proc/self/mem: reading failed"},
      {"faults nothing_such", "there is no planted fault 'nothing_such'"},
      {"spec --bogus", "mprogcheck: there is no option '--bogus'\nTry 'mprogcheck spec --help'."},
      {"repro empty", "empty:1:1"},
      {"frobnicate", "there is no verb 'frobnicate'"},
  };
  for (const auto& [line, says] : cases) {
    const Ran r = run(line, "timeout 60 ");
    EXPECT_EQ(r.status, 2) << line << "\n" << r.err;
    EXPECT_NE(r.err.find(says), std::string::npos) << line << "\n" << r.err;
  }
}

TEST_F(CommandLine, what_a_target_cannot_do_ends_with_3) {
  write("t.trace", "dialect rfc2\ndevice d0\nload p0\nattach p0 d0/ingress first\n");
  EXPECT_EQ(run("replay t.trace --target kernel").status, 3);
}

TEST_F(CommandLine, a_campaign_that_ran_nothing_does_not_conform) {
  const Ran r = run("fuzz --target impl --dialect mainline --time 0.0005s");
  EXPECT_EQ(r.status, 3);
  EXPECT_EQ(r.out.find("conforms"), std::string::npos) << r.out;
  EXPECT_NE(r.err.find("not one trace was run on impl (mainline)"), std::string::npos) << r.err;
}

TEST_F(CommandLine, what_cannot_be_printed_ends_with_3) {
  write("t.trace", kSound);
  for (const char* line : {"fuzz --target impl --traces 2", "replay t.trace", "repro t.trace",
                           "minimize t.trace --json", "spec", "faults", "faults --json", "--help",
                           "prove --obligation revision"}) {
    const Ran r = run(std::string(line) + " >/dev/full");
    EXPECT_EQ(r.status, 3) << line;
    EXPECT_NE(r.err.find("No space left on device"), std::string::npos) << line << "\n" << r.err;
  }
}

TEST_F(CommandLine, help_names_the_verbs_of_the_script_too) {
  const Ran r = run("--help");
  for (const char* verb : {"\n  fuzz ", "\n  test ", "\n  bench "})
    EXPECT_NE(r.out.find(verb), std::string::npos) << r.out;
}

TEST_F(CommandLine, interrupted_it_says_what_was_found_so_far) {
  const auto interrupted = [&](const std::string& signal, const std::string& arguments) {
    return run("fuzz --seed 1 --dialect mainline --time 600s " + arguments,
               "timeout --preserve-status -s " + signal + " 2 ");
  };
  const Ran found = interrupted("INT", "--target impl:before_lands_behind --json");
  EXPECT_EQ(found.status, 1) << found.err;
  EXPECT_NE(found.err.find(" operations more\n"), std::string::npos) << found.err;
  const auto document = nlohmann::json::parse(found.out, nullptr, false);
  ASSERT_FALSE(document.is_discarded()) << found.out;
  EXPECT_EQ(document["interrupted"], true);
  const auto findings = document["campaigns"][0]["findings"];
  ASSERT_FALSE(findings.empty());
  for (const auto& f : findings) {
    EXPECT_FALSE(f["minimal"]);
    const std::string file = f["file"];
    EXPECT_EQ(run("replay " + file + " --target impl:before_lands_behind").status, 1) << file;
  }
  const Ran none = interrupted("TERM", "--target impl");
  EXPECT_EQ(none.status, 3) << none.err;
  EXPECT_NE(none.err.find("interrupted"), std::string::npos) << none.err;
  EXPECT_NE(none.out.find("nothing new was found so far"), std::string::npos) << none.out;
}

TEST_F(CommandLine, long_lists_and_traces_are_abbreviated_where_a_file_has_them) {
  std::string load = "load", attach, progs;
  for (int p = 0; p < 20; ++p) {
    const std::string name = "p" + std::to_string(p);
    load += " " + name;
    attach += "attach " + name + " d0/ingress => ok\n";
    progs += (p ? "," : "") + name;
  }
  write("known", "dialect mainline\ntarget impl\nbucket b\nreason none\ndevice d0\n" + load + "\n" +
                     attach + "query d0/ingress room=20 progs => ok progs=" + progs + "\n");
  const Ran r = run("fuzz --target impl --dialect mainline --traces 2 --seed 1 --known known");
  EXPECT_EQ(r.status, 1);
  for (const char* part : {"load p0 p1 p2 p3 p4 ...9 more... ", "# ... 9 operations more\n",
                           "progs=p0,p1,p2,p3,p4,p5,...8 more...,p14,p15,p16,p17,p18,p19\n"})
    EXPECT_NE(r.out.find(part), std::string::npos) << part << "\n" << r.out;
}

TEST_F(CommandLine, without_findings_there_is_no_directory_for_them) {
  EXPECT_EQ(run("fuzz --target impl --traces 5 --seed 1").status, 0);
  EXPECT_FALSE(fs::exists(work / "findings"));
  EXPECT_EQ(
      run("fuzz --target impl:before_lands_behind --dialect rfc2 --traces 60 --seed 1").status, 1);
  for (const auto& file : fs::directory_iterator(work / "findings"))
    EXPECT_EQ(file.path().extension(), ".trace");
}

TEST_F(CommandLine, the_script_says_whose_the_build_is) {
  if (getuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  fs::permissions(work, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
  fs::copy_file(MPROGCHECK_SOURCE_DIR "/mprogcheck", work / "mprogcheck");
  fs::create_directory(work / "build");
  const std::string line = "cd / && setpriv --reuid=65534 --regid=65534 --clear-groups " +
                           (work / "mprogcheck").string() + " spec 2>" + (work / "err").string();
  EXPECT_EQ(WEXITSTATUS(std::system(line.c_str())), 3);
  EXPECT_NE(slurp(work / "err").find("build belongs to root, and this user cannot write to it"),
            std::string::npos)
      << slurp(work / "err");
}

TEST_F(CommandLine, nothing_is_overwritten) {
  write("t.trace", kSound);
  write("kept", "mine\n");
  const Ran r = run("minimize t.trace --target impl:before_lands_behind -o kept");
  EXPECT_EQ(r.status, 1) << r.err;
  EXPECT_NE(r.err.find("kept: exists with another content"), std::string::npos) << r.err;
  EXPECT_NE(r.out.find("attach p1"), std::string::npos) << "the trace is printed instead" << r.out;
  EXPECT_EQ(slurp(work / "kept"), "mine\n");
}

TEST_F(CommandLine, findings_are_handed_out_as_trace_and_program) {
  const Ran r = run(
      "fuzz --target impl:before_lands_behind --dialect mainline --traces 20 --seed 1 --out found");
  EXPECT_EQ(r.status, 1);
  std::size_t traces = 0, programs = 0;
  for (const auto& file : fs::directory_iterator(work / "found")) {
    traces += file.path().extension() == ".trace";
    programs += file.path().extension() == ".c";
    if (file.path().extension() != ".trace") continue;
    EXPECT_EQ(run("replay " + file.path().string() + " --target impl:before_lands_behind").status,
              1);
  }
  EXPECT_GT(traces, 0U);
  EXPECT_EQ(traces, programs);
}

TEST_F(CommandLine, known_deviations_are_passed_over_and_missed_when_they_go_away) {
  EXPECT_EQ(run("fuzz --target impl:before_lands_behind --dialect mainline --traces 60 --seed 1 "
                "--out found")
                .status,
            1);
  std::string known;
  for (const auto& file : fs::directory_iterator(work / "found"))
    if (file.path().extension() == ".trace") {
      std::string text = slurp(file.path());
      text.insert(text.find('\n', text.find("dialect")) + 1,
                  "reason planted\ntarget impl:before_lands_behind\n");
      known += text + "\n";
    }
  write("known", known);
  const Ran again =
      run("fuzz --target impl:before_lands_behind --dialect mainline --traces 60 --seed 1 --known "
          "known");
  EXPECT_EQ(again.status, 0) << again.out;
  EXPECT_NE(again.out.find("known, in"), std::string::npos);
  for (std::size_t at; (at = known.find("impl:before_lands_behind")) != std::string::npos;)
    known.replace(at, 24, "impl");
  write("known", known);
  const Ran gone = run("fuzz --target impl --dialect mainline --traces 60 --seed 1 --known known");
  EXPECT_EQ(gone.status, 1);
  EXPECT_NE(gone.out.find("gone away"), std::string::npos);
}

// Of our own implementation nothing is known, whatever kernels are known to do.
TEST_F(CommandLine, replay_counts_each_deviation_and_with_known_the_new_ones) {
  write("t.trace",
        "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress => ok\n"
        "detach none d0/ingress before rel=p0 => ERANGE\n");
  const std::string line = "replay t.trace --target impl:detach_before_head_takes_head";
  const Ran bare = run(line);
  EXPECT_EQ(bare.status, 1);
  EXPECT_NE(bare.out.find("DEVIATES: 0 known, 1 new\n"), std::string::npos) << bare.out;
  write("known",
        "dialect mainline\ntarget impl:detach_before_head_takes_head\nreason planted\n"
        "bucket mainline.tcx.detach.remove.before_nobody.ERANGE-ok\ndevice d0\nload p0\n"
        "attach p0 d0/ingress\ndetach none d0/ingress before rel=p0\n");
  const Ran known = run(line + " --known known");
  EXPECT_EQ(known.status, 0) << known.out;
  EXPECT_NE(known.out.find("conforms except for known deviations: 1 known, 0 new\n"),
            std::string::npos)
      << known.out;
  EXPECT_NE(known.out.find("known: mainline.tcx.detach.remove.before_nobody.ERANGE-ok (planted)"),
            std::string::npos)
      << known.out;
  EXPECT_EQ(run(line + " --known none").status, 1);
  const auto document = nlohmann::json::parse(run(line + " --known known --json").out);
  EXPECT_EQ(document["known"], 1);
  EXPECT_EQ(document["new"], 0);
  EXPECT_EQ(document["traces"][0]["deviations"][0]["known"], "planted");
  const Ran table = run("table t.trace --target impl:detach_before_head_takes_head --known known");
  EXPECT_EQ(table.status, 0) << table.err;
  EXPECT_NE(table.out.find("(known) |"), std::string::npos) << table.out;
  EXPECT_EQ(run("table t.trace --target impl:detach_before_head_takes_head").status, 1);
}

TEST_F(CommandLine, conform_runs_the_suite) {
  const Ran r = run("conform");
  EXPECT_EQ(r.status, 0) << r.out;
  EXPECT_NE(r.out.find("0 the promise is broken"), std::string::npos) << r.out;
  const Ran faulty = run("conform --target impl:after_one_too_far");
  EXPECT_EQ(faulty.status, 1) << faulty.out;
  EXPECT_NE(faulty.out.find("DEVIATION mainline.tcx.attach.insert.after"), std::string::npos);
  EXPECT_TRUE(r.out.ends_with("  conforms\n")) << r.out;
  EXPECT_NE(faulty.out.find("  does not conform: 0 known, "), std::string::npos) << faulty.out;
}

// The solver and the walk still write what is checked in. If rules or generator changed on purpose:
// mprogcheck conform --generate traces/suite, and explore --tour as below, with traces/suite.
TEST_F(CommandLine, conform_without_a_suite_says_how_to_get_one) {
  const Ran r = run("conform --suite .");
  EXPECT_EQ(r.status, 2);
  EXPECT_NE(r.err.find("conform --generate"), std::string::npos) << r.err;
}

TEST_F(CommandLine, prove_prints_a_table_and_json) {
  const Ran r = run("prove --obligation unique --json --smtlib smt --out broken");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto document = nlohmann::json::parse(r.out)["obligations"];
  ASSERT_EQ(document.size(), 2U);
  EXPECT_EQ(document[0]["verdict"], "proved");
  EXPECT_EQ(document[0]["breaks"][0]["verdict"], "refuted");
  EXPECT_TRUE(fs::exists(work / "smt" / "unique.mainline.attach.1.smt2"));
  EXPECT_EQ(run("replay --quiet broken/*.trace").status, 0);
  EXPECT_EQ(run("prove --obligation nobody").status, 2);
}

TEST_F(CommandLine, explore_counts_and_finds_the_shortest) {
  const Ran r = run("explore --json --progs 2 --links 0 --capacity 2 --dot g.dot");
  ASSERT_EQ(r.status, 0) << r.err;
  EXPECT_EQ(nlohmann::json::parse(r.out)["states"], 3);
  EXPECT_TRUE(fs::exists(work / "g.dot"));
  EXPECT_EQ(run("explore --target impl:detach_before_head_takes_head").status, 1);
  EXPECT_EQ(run("explore --progs 9").status, 2);
}

}  // namespace
}  // namespace mprogcheck

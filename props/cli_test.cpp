// SPDX-License-Identifier: GPL-2.0-only
// The program as its users meet it: exit statuses, complaints, and that nothing is overwritten.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace {
namespace fs = std::filesystem;

struct Ran {
  int status;
  std::string out, err;
};

std::string slurp(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class CommandLine : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "mprogcheck-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    work = name;
  }
  void TearDown() override { fs::remove_all(work); }

  Ran run(const std::string& arguments) const {
    const std::string line =
        "cd " + work.string() + " && " MPROGCHECK " " + arguments + " >out 2>err </dev/null";
    const int status = std::system(line.c_str());
    return {WEXITSTATUS(status), slurp(work / "out"), slurp(work / "err")};
  }
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(work / name, std::ios::binary) << text;
    return work / name;
  }

  fs::path work;
};

const std::string kSound =
    "dialect mainline\ndevice d0\nload p0 p1\n"
    "attach p0 d0/ingress => ok\nattach p1 d0/ingress before rel=p0 => ok\n";

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

TEST_F(CommandLine, an_expectation_the_model_does_not_share_ends_with_1) {
  write("t.trace", "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress => EEXIST\n");
  EXPECT_EQ(run("replay t.trace").status, 1);
}

TEST_F(CommandLine, every_verb_prints_one_json_document) {
  write("t.trace", kSound);
  for (const char* line :
       {"fuzz --target impl --traces 20 --seed 1 --json", "replay t.trace --json",
        "minimize t.trace --target impl:before_lands_behind --json", "repro t.trace --json",
        "spec --json", "faults --json"}) {
    const Ran r = run(line);
    EXPECT_FALSE(nlohmann::json::parse(r.out, nullptr, false).is_discarded()) << line << "\n"
                                                                              << r.out;
  }
}

TEST_F(CommandLine, the_same_seed_gives_the_same_document) {
  const auto document = [&] {
    auto d = nlohmann::json::parse(
        run("fuzz --target impl:after_one_too_far --traces 50 --seed 7 --json").out);
    for (auto& c : d["campaigns"]) c.erase("seconds");
    return d;
  };
  const auto first = document();
  EXPECT_FALSE(first["campaigns"][0]["conforms"]);
  EXPECT_EQ(first, document());
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
  const std::array<std::pair<const char*, const char*>, 16> cases{{
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
      {"fuzz --seed x", "--seed"},
      {"fuzz --out /proc/nowhere --target impl --traces 1", "/proc/nowhere: cannot be made"},
      {"repro empty", "empty:1:1"},
      {"frobnicate", "there is no verb 'frobnicate'"},
  }};
  for (const auto& [line, says] : cases) {
    const Ran r = run(line);
    EXPECT_EQ(r.status, 2) << line << "\n" << r.err;
    EXPECT_NE(r.err.find(says), std::string::npos) << line << "\n" << r.err;
  }
}

TEST_F(CommandLine, what_a_target_cannot_do_ends_with_3) {
  write("t.trace", "dialect rfc2\ndevice d0\nload p0\nattach p0 d0/ingress first\n");
  EXPECT_EQ(run("replay t.trace --target kernel").status, 3);
}

TEST_F(CommandLine, nothing_is_overwritten) {
  write("t.trace", kSound);
  write("kept", "mine\n");
  const Ran r = run("minimize t.trace --target impl:before_lands_behind -o kept");
  EXPECT_EQ(r.status, 2) << r.err;
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
      text.insert(text.find("device"), "reason planted\n");
      known += text + "\n";
    }
  write("known", known);
  const Ran again =
      run("fuzz --target impl:before_lands_behind --dialect mainline --traces 60 --seed 1 --known "
          "known");
  EXPECT_EQ(again.status, 0) << again.out;
  EXPECT_NE(again.out.find("known, in"), std::string::npos);
  const Ran gone = run("fuzz --target impl --dialect mainline --traces 60 --seed 1 --known known");
  EXPECT_EQ(gone.status, 1);
  EXPECT_NE(gone.out.find("gone away"), std::string::npos);
}

}  // namespace

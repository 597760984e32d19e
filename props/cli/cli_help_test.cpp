// SPDX-License-Identifier: GPL-2.0-only
// What the program says of itself: help, version, manual page, completions; and what it answers to
// typing errors.
#include <regex>
#include <set>

#include "props/cli/cli_testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

bool has_verbs_of_its_own(const std::string& verb) {
  return verb == "kernels" || verb == "store";
}

class Help : public CommandLine {
 protected:
  // "fuzz", ..., "kernels list", ...
  std::vector<std::string> verbs() const {
    std::vector<std::string> out;
    for (const std::string& verb : listed(run("--help").out)) {
      out.push_back(verb);
      for (const std::string& part : listed(run(verb + " --help").out))
        out.push_back(verb + " " + part);
    }
    return out;
  }
  // What the example lines of a verb run, without the name of the program.
  std::vector<std::string> examples(const std::string& verb) const {
    std::vector<std::string> out;
    const std::string text = run(verb + " --help").out, mark = "  mprogcheck ";
    const std::size_t begin = text.find("\nExamples:\n");
    if (begin == text.npos) return out;
    for (const std::string& line : lines_of(text.substr(begin)))
      if (line.starts_with(mark)) out.push_back(line.substr(mark.size()));
    return out;
  }

 private:
  static std::vector<std::string> listed(const std::string& help) {
    std::vector<std::string> out;
    bool inside = false;
    for (const std::string& line : lines_of(help)) {
      if (line.ends_with(':')) inside = line == "Verbs:";
      if (inside && line.starts_with("  ") && line[2] != ' ')
        out.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    return out;
  }
};

// The script ./mprogcheck prints this file, and builds nothing for it. If the help changed on
// purpose: build/default/mprogcheck --help > docs/help.txt
TEST_F(Help, is_what_is_checked_in) {
  const Ran r = run("--help");
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(r.out, slurp(MPROGCHECK_SOURCE_DIR "/docs/help.txt"));
  EXPECT_EQ(run("help").out, r.out);
  EXPECT_EQ(run("-h").out, r.out);
}

TEST_F(Help, of_each_verb_fits_a_terminal_and_has_an_example) {
  const auto all = verbs();
  EXPECT_EQ(all.size(), 26U);
  for (const std::string& verb : all) {
    const Ran r = run(verb + " --help");
    EXPECT_EQ(r.status, 0) << verb;
    EXPECT_TRUE(r.out.starts_with("Usage: mprogcheck " + verb + " ")) << r.out;
    for (const std::string& line : lines_of(r.out))
      EXPECT_TRUE(line.size() <= 80 || line.starts_with("  mprogcheck ")) << line;
    EXPECT_EQ(run("help " + verb).out, r.out);
    if (!has_verbs_of_its_own(verb)) {
      EXPECT_FALSE(examples(verb).empty()) << verb;
    }
  }
}

TEST_F(Help, has_examples_that_the_program_takes) {
  fs::create_symlink(MPROGCHECK_SOURCE_DIR "/traces", work / "traces");
  fs::create_symlink(MPROGCHECK_SOURCE_DIR "/known", work / "known");
  write("wishes", "security: fw first\nmetrics: count after fw\n");
  std::size_t ran = 0;
  for (const std::string& verb : verbs())
    for (const std::string& line : examples(verb)) {
      const Ran parsed = run("--parse-only " + line);
      EXPECT_EQ(parsed.status, 0) << line << "\n" << parsed.err;
      // What needs a guest, a kernel, its source or the mirror is only read.
      if (has(line, "vm:") || has(line, "tree:") || has(line, " kernel") ||
          line.starts_with("kernels ") || line == "stress --rounds 8 --seed 1")
        continue;
      ++ran;
      const Ran r = run(line);
      EXPECT_LE(r.status, 1) << line << "\n" << r.err;
      EXPECT_FALSE(r.out.empty() && r.err.empty() && !has(line, " -o ")) << line;
    }
  EXPECT_GE(ran, 15U);
}

TEST_F(Help, says_the_same_of_each_option_that_verbs_share) {
  for (const std::string& verb : verbs()) {
    const std::string text = run(verb + " --help").out;
    if (!has_verbs_of_its_own(verb) && verb != "help") {
      EXPECT_TRUE(has(text, "\n  --json ")) << verb;
    }
    if (has(text, "--out ")) {
      EXPECT_TRUE(has(text, "\n  -o, --out ")) << verb;
    }
    EXPECT_TRUE(has(text, "\n  --color WHEN ")) << verb;
  }
}

TEST_F(Help, lists_each_figure_of_bench) {
  const std::string source = slurp(MPROGCHECK_SOURCE_DIR "/props/bench/figures_bench.cpp");
  const std::string help = std::regex_replace(run("--help").out, std::regex("\\s+"), " ");
  const std::regex compared("what == \"([a-z]+)\"");
  std::size_t figures = 0;
  for (std::sregex_iterator at(source.begin(), source.end(), compared), end; at != end; ++at) {
    ++figures;
    EXPECT_TRUE(std::regex_search(help, std::regex("[ ,]" + (*at)[1].str() + "[,.]"))) << (*at)[1];
  }
  EXPECT_GT(figures, 5U);
}

TEST_F(Help, says_version_commit_and_compiler) {
  const Ran r = run("--version");
  EXPECT_EQ(r.status, 0);
  EXPECT_TRUE(std::regex_match(
      r.out, std::regex("mprogcheck \\d+\\.\\d+( \\([^)]+\\))?\ncompiled by (gcc|clang) \\d.*\n")))
      << r.out;
  // The script says it without building. The tree may have changed since the build.
  const std::string line =
      "cd " + work.string() + " && " MPROGCHECK_SOURCE_DIR "/mprogcheck --version >out 2>err";
  EXPECT_EQ(std::system(line.c_str()), 0) << slurp(work / "err");
  const std::string said = slurp(work / "out");
  EXPECT_TRUE(r.out.starts_with(said.substr(0, said.find_first_of("(\n")))) << said;
}

TEST_F(Help, knows_what_a_mistyped_word_meant) {
  write("t.trace", kSound);
  const std::pair<const char*, const char*> cases[] = {
      {"fuz", "there is no verb 'fuz'; did you mean 'fuzz'?\nTry 'mprogcheck --help'."},
      {"confrom", "did you mean 'conform'?"},
      {"help repaly", "there is no verb 'repaly'; did you mean 'replay'?"},
      {"kernels lst", "did you mean 'list'?\nTry 'mprogcheck kernels --help'."},
      {"fuzz --tagret impl",
       "there is no option '--tagret'; did you mean '--target'?\nTry 'mprogcheck fuzz --help'."},
      {"fuzz --trace=3", "there is no option '--trace'; did you mean '--traces'?"},
      {"spec --dialect mainlin",
       "'mainlin' is not one of mainline, rfc2; did you mean 'mainline'?"},
      {"replay t.trace --target impl:before_land_behind", "did you mean 'before_lands_behind'?"},
  };
  for (const auto& [line, says] : cases) {
    const Ran r = run(line);
    EXPECT_EQ(r.status, 2) << line;
    EXPECT_TRUE(has(r.err, says)) << line << "\n" << r.err;
  }
  EXPECT_FALSE(has(run("frobnicate").err, "did you mean"));
}

TEST_F(Help, tells_ranges_as_people_do) {
  const std::pair<const char*, const char*> cases[] = {
      {"fuzz --jobs 0", "--jobs: 0 is not in range [1, 64]"},
      {"fuzz --jobs 65", "--jobs: 65 is not in range [1, 64]"},
      {"fuzz --traces 0", "--traces: 0 is not in range [1, 2^64-1]"},
      {"explore --capacity 64", "--capacity: 64 is not in range [1, 63]"},
      {"stress --processes 17", "--processes: 17 is not in range [1, 16]"},
      {"prove --written-out -3", "--written-out: -3 is not in range [1, 63]"},
  };
  for (const auto& [line, says] : cases) {
    const Ran r = run(line);
    EXPECT_EQ(r.status, 2) << line;
    EXPECT_TRUE(has(r.err, says)) << line << "\n" << r.err;
    EXPECT_FALSE(has(r.err, "18446744073709551615")) << r.err;
  }
}

TEST_F(Help, old_spellings_still_work) {
  write("t.trace", kSound);
  EXPECT_EQ(run("repro t.trace --output old.c").status, 0);
  EXPECT_EQ(run("repro t.trace -o short.c").status, 0);
  EXPECT_EQ(run("repro t.trace --out long.c").status, 0);
  EXPECT_EQ(slurp(work / "old.c"), slurp(work / "long.c"));
  EXPECT_EQ(slurp(work / "short.c"), slurp(work / "long.c"));
  EXPECT_EQ(run("explore --progs 1 --links 0 --capacity 1 --out world").status, 0);
  EXPECT_TRUE(fs::exists(work / "world" / "mainline.dot"));
  EXPECT_TRUE(fs::exists(work / "world" / "mainline.tour.trace"));
}

TEST_F(Help, colours_verdicts_on_terminals_only) {
  write("t.trace", kSound);
  const std::string green = "\x1b[1m\x1b[32mconforms", red = "\x1b[1m\x1b[31mDEVIATES";
  const std::string bad = "replay t.trace --target impl:before_lands_behind ";
  EXPECT_FALSE(has(run("replay t.trace").out, "\x1b"));
  EXPECT_TRUE(has(run("replay t.trace --color always").out, green));
  EXPECT_TRUE(has(run("--color=always " + bad).out, red));
  EXPECT_FALSE(has(run("replay t.trace --color always --color never").out, green));
  EXPECT_EQ(run("replay t.trace --color sometimes").status, 2);
  EXPECT_FALSE(has(run("replay t.trace --json --color always").out, "\x1b"));
  // script(1) runs it on a terminal.
  if (std::system("script --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no script(1)";
  const auto on_terminal = [&](const std::string& environment) {
    const std::string line = "cd " + work.string() + " && TERM=xterm " + environment +
                             " script -qec '" MPROGCHECK " " + bad + "' /dev/null >out 2>&1";
    (void)!std::system(line.c_str());
    return slurp(work / "out");
  };
  EXPECT_TRUE(has(on_terminal(""), red)) << on_terminal("");
  EXPECT_FALSE(has(on_terminal("NO_COLOR=1"), red));
}

TEST_F(Help, as_a_manual_page_is_sound_and_whole) {
  const Ran r = run("--generate man");
  ASSERT_EQ(r.status, 0);
  for (const std::string& verb : verbs())
    if (!has_verbs_of_its_own(verb)) {
      EXPECT_TRUE(has(r.out, "\n.SS " + verb + " ")) << verb;
    }
  write("mprogcheck.1", r.out);
  if (std::system("groff --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no groff";
  const std::string line =
      "cd " + work.string() + " && groff -man -Tutf8 -ww -z mprogcheck.1 >out 2>&1";
  EXPECT_EQ(std::system(line.c_str()), 0);
  EXPECT_EQ(slurp(work / "out"), "");
}

TEST_F(Help, completes_verbs_options_and_values_in_bash) {
  write("mprogcheck.bash", run("--generate bash").out);
  fs::create_directory(work / "folder");
  const auto completed = [&](const std::string& words) {
    write("ask", "source ./mprogcheck.bash\nCOMP_WORDS=(mprogcheck " + words +
                     ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_mprogcheck\n"
                     "printf '%s ' \"${COMPREPLY[@]}\"\n");
    const std::string line = "cd " + work.string() + " && bash ask >out 2>&1";
    EXPECT_EQ(std::system(line.c_str()), 0) << slurp(work / "out");
    return slurp(work / "out");
  };
  EXPECT_EQ(completed("fu"), "fuzz ");
  EXPECT_EQ(completed("kernels f"), "fetch ");
  EXPECT_EQ(completed("fuzz --tar"), "--target ");
  EXPECT_EQ(completed("fuzz --target ker"), "kernel ");
  EXPECT_EQ(completed("spec --dialect ''"), "mainline rfc2 ");
  EXPECT_EQ(completed("repro x.trace --format b"), "bpftool ");
  EXPECT_EQ(completed("fuzz --out fo"), "folder ");
  EXPECT_EQ(completed("replay mprog"), "mprogcheck.bash ");
  for (const std::string& verb : verbs())
    EXPECT_TRUE(has(completed(verb + " --"), "--help")) << verb;
}

TEST_F(Help, completes_in_zsh) {
  const Ran r = run("--generate zsh");
  EXPECT_TRUE(r.out.starts_with("#compdef mprogcheck\n"));
  for (const std::string& verb : verbs())
    if (!has_verbs_of_its_own(verb)) {
      EXPECT_TRUE(has(r.out, "\n    '" + verb + "')\n")) << verb;
    }
  write("_mprogcheck", r.out);
  if (std::system("zsh --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no zsh";
  EXPECT_EQ(std::system(("zsh -n " + (work / "_mprogcheck").string()).c_str()), 0);
}

}  // namespace
}  // namespace mprogcheck

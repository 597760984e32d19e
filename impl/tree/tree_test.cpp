// SPDX-License-Identifier: GPL-2.0-only
// The target tree:PATH on a tree of our own (test/standin), as it is and with a few words of it
// changed: what comes back, what becomes of a worker that comes to harm, and what is said of a tree
// that cannot be used.
#include "impl/tree/tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "impl/safe_file.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = MPROGCHECK_SOURCE_DIR;

constexpr const char* kMprog = "kernel/bpf/mprog.c";

std::string text_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

class ATree : public ::testing::Test {
 protected:
  ATree() { fs::copy(kSource / "impl/tree/test/standin", folder(), fs::copy_options::recursive); }

  fs::path folder() const { return temporary_.path() / "linux"; }

  // One place of one file.
  void change(const char* file, const std::string& from, const std::string& to) {
    std::string text = text_of(folder() / file);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    std::ofstream(folder() / file) << text;
  }

  std::unique_ptr<Tree> tree(bool sanitize = false, bool coverage = false) {
    const auto builder = std::make_shared<tree::Builder>(
        tree::read_sources(folder()),
        tree::BuildOptions{
            .shim = kSource / "impl/tree/shim", .sanitize = sanitize, .coverage = coverage});
    return std::make_unique<Tree>(TreeOptions{.name = "tree:standin",
                                              .builder = builder,
                                              .worker = MPROGCHECK_TREE_WORKER,
                                              .patience = std::chrono::milliseconds(1500)});
  }

  // What is said of a tree that cannot be used.
  std::string complaint() {
    try {
      tree();
    } catch (const CannotRun& e) {
      return e.what();
    }
    return "nothing";
  }

  TemporaryFolder temporary_;
};

std::vector<std::vector<Observation>> run(Tree& target, const std::vector<Trace>& traces) {
  std::vector<std::vector<Observation>> seen;
  target.run(traces, seen);
  return seen;
}

const char* const kUsual =
    "dialect mainline\ndevice d0\nload p0 p1\n"
    "attach p0 d0/ingress => ok\n"
    "link_create l0 p1 d0/ingress => ok\n"
    "query d0/ingress room=4 progs links => ok rev=3 count=2 progs=p0,p1 links=-,l0\n"
    "info l0 => ok\nfdinfo l0 => ok\n"
    "packet d0/ingress p1=drop => ok\n"
    "attach p0 d0/ingress => EEXIST\n"
    "detach p1 d0/ingress => EBUSY\n"
    "link_detach l0 => ok\n"
    "close l0 => ok\n"
    "detach p0 d0/ingress => ok\n"
    "dialect mainline\ndevice d0\nload p0 p1\n"
    "link_create l0 p0 d0/egress => ok\n"
    "attach p1 d0/egress => ok\n"
    "remove d0 => ok\n"
    "info l0 => ok\n"
    "attach p0 d0/egress => ENODEV\n"
    "close p1 => ok\n";

TEST_F(ATree, answers_as_its_code_says) {
  const auto target = tree();
  EXPECT_EQ(target->release(), "98.7.6-rc5");
  EXPECT_TRUE(target->is_kernel());
  const Capabilities can = target->capabilities();
  EXPECT_TRUE(can.mainline && can.packets && can.capacities && can.hazards);
  EXPECT_FALSE(can.qdiscs || can.netkit || can.rfc2 || can.any_capacity);
  const auto traces = parse(kUsual, "usual");
  for (const std::size_t at_a_time : {traces.size(), std::size_t{1}})
    for (std::size_t t = 0; t < traces.size(); t += at_a_time) {
      const std::vector<Trace> some(traces.begin() + static_cast<std::ptrdiff_t>(t),
                                    traces.begin() + static_cast<std::ptrdiff_t>(t + at_a_time));
      const auto seen = run(*target, some);
      for (std::size_t i = 0; i < some.size(); ++i) {
        const Verdict verdict = check(some[i], seen[i]);
        EXPECT_TRUE(verdict.conforms()) << print(some[i]);
        EXPECT_TRUE(verdict.deviations.empty());
      }
    }
  EXPECT_EQ(target->started(), 1);
}

TEST_F(ATree, has_lists_of_the_length_that_a_trace_wants) {
  const auto target = tree();
  const auto traces = parse(
      "dialect mainline\ncapacity 1\ndevice d0\nload p0 p1\n"
      "attach p0 d0/ingress => ok\nattach p1 d0/ingress => ERANGE\n"
      "dialect mainline\ndevice d0\nload p0 p1\n"
      "attach p0 d0/ingress => ok\nattach p1 d0/ingress => ok\n",
      "two lengths");
  const auto seen = run(*target, traces);
  EXPECT_EQ(seen[0][1].error, Errno::range);
  EXPECT_EQ(seen[1][1].error, Errno::ok);
  EXPECT_EQ(target->started(), 2) << "a worker for each length";
}

// What gcov reads of each worker; one that dies takes what it met meanwhile with it.
TEST_F(ATree, counts_what_is_met) {
  change(kMprog, "return -EEXIST;", "__builtin_trap();");
  const auto target = tree(false, true);
  EXPECT_TRUE(target->coverage().empty());
  const auto traces = parse(
      "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress\n"
      "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress\nattach p0 d0/ingress\n"
      "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress\n",
      "one dies");
  run(*target, traces);
  const auto met = target->coverage();
  ASSERT_EQ(met.size(), 2U) << "of two workers";
  for (const Tree::Met& one : met) {
    const auto mprog = std::find_if(one.begin(), one.end(), [](const auto& file) {
      return file.first.find("mprog.gcda") != std::string::npos;
    });
    ASSERT_NE(mprog, one.end());
    EXPECT_EQ(mprog->first.find('/'), std::string::npos);
    EXPECT_EQ(mprog->second.substr(0, 4), "adcg") << "as gcov writes it here";
  }
}

// The third operation of the second trace of three does it.
std::vector<Trace> three_traces(const std::string& third) {
  const std::string usual =
      "dialect mainline\ndevice d0\nload p0 p1\nattach p0 d0/ingress\nquery d0/ingress room=2 "
      "progs\n";
  return parse(usual + usual + third + "attach p1 d0/ingress\n" + usual, "three");
}

struct Bad {
  const char* what;
  const char *file, *from, *to;
  Harm harm;
  const char* words;
  bool sanitize = false;
  std::size_t at = 2;
};

class Harmful : public ATree, public ::testing::WithParamInterface<Bad> {};

TEST_P(Harmful, is_found_down_to_the_operation) {
  const Bad& bad = GetParam();
  change(bad.file, bad.from, bad.to);
  const auto target = tree(bad.sanitize);
  const auto traces = three_traces("detach p0 d0/ingress\n");
  const auto seen = run(*target, traces);
  for (const std::size_t well : {0, 2}) {
    ASSERT_EQ(seen[well].size(), 2U);
    for (const Observation& one : seen[well]) EXPECT_EQ(one.harm, Harm::none);
    EXPECT_EQ(seen[well][1].answer.filled, 1);
  }
  ASSERT_GT(seen[1].size(), bad.at);
  for (std::size_t i = 0; i < seen[1].size(); ++i)
    EXPECT_EQ(seen[1][i].harm, i == bad.at ? bad.harm : Harm::none) << i;
  const LastWords words = target->last_words();
  EXPECT_NE(words.console.find(bad.words), std::string::npos) << words.console;
  if (bad.harm == Harm::warned || bad.sanitize) {
    EXPECT_NE(words.title.find(bad.words), std::string::npos) << words.title;
  }
  EXPECT_EQ(words.console.find("mprogcheck-"), std::string::npos)
      << "names a folder that is gone: " << words.console;
  // And it goes on.
  EXPECT_EQ(run(*target, {traces[0]})[0][1].answer.filled, 1);
}

constexpr const char* kPut = "\t\tbpf_prog_put(prog);\n\treturn 0;";

INSTANTIATE_TEST_SUITE_P(
    Tree, Harmful,
    ::testing::Values(
        Bad{"fault", kMprog, kPut, "\t\tprog->aux = NULL, bpf_prog_put(prog);\n\treturn 0;",
            Harm::died, "BUG: unable to handle a page fault"},
        Bad{"ends", kMprog, kPut, "\t\t__builtin_trap();\n\treturn 0;", Harm::died, "BUG:"},
        Bad{"warns", kMprog, kPut, "\t\tbpf_prog_put(prog);\n\tWARN_ON(1 < 2);\n\treturn 0;",
            Harm::warned, "WARNING: kernel/bpf/mprog.c"},
        Bad{"hangs", kMprog, kPut, "\t\tfor (;;)\n\t\t\tbarrier();\n\treturn 0;", Harm::silent, ""},
        Bad{"locks twice", kMprog, kPut, "\t\trtnl_lock();\n\treturn 0;", Harm::died, "deadlock"},
        // Seen once the trace is over: of its last operation.
        Bad{"leaks a reference", kMprog, kPut, "\t\t;\n\treturn 0;", Harm::warned, "leaked: 1",
            false, 3},
        Bad{"puts twice", kMprog, kPut, "\t\tbpf_prog_put(prog), bpf_prog_put(prog);\n\treturn 0;",
            Harm::died, "BUG:", false, 3},
        Bad{"leaves the switch on", "kernel/bpf/tcx.c", "\tgone(type);\n\treturn 0;", "\treturn 0;",
            Harm::warned, "leaked: ", false, 3},
        Bad{"uses what is free", kMprog, kPut,
            "\t\tbpf_prog_put(prog);\n\tvoid *p = kzalloc(8, 0);\n\tkfree(p);\n\t*(char *)p = "
            "1;\n\treturn 0;",
            Harm::died, "AddressSanitizer: heap-use-after-free", true},
        Bad{"overflows", kMprog, kPut,
            "\t\tbpf_prog_put(prog);\n\tentry->programs[90 + entry->own.count].prog = "
            "NULL;\n\treturn 0;",
            Harm::died, "runtime error: index 90 out of bounds", true}),
    [](const auto& info) {
      std::string name = info.param.what;
      for (char& c : name)
        if (c == ' ') c = '_';
      return name;
    });

// What a stranger's code tries to do to the machine it may not do.
TEST_F(ATree, may_not_make_system_calls_of_its_own) {
  change(kMprog, kPut, "\t\tfork();\n\treturn 0;");
  change(kMprog, "#include <linux/bpf_mprog.h>", "#include <linux/bpf_mprog.h>\nint fork(void);");
  const auto target = tree();
  const auto seen = run(*target, three_traces("detach p0 d0/ingress\n"));
  ASSERT_EQ(seen[1].size(), 3U);
  EXPECT_EQ(seen[1][2].harm, Harm::died);
}

// It can write to the memory that it shares with the tool, and so say anything.
TEST_F(ATree, is_not_believed_what_cannot_be) {
  change(kMprog, kPut,
         "\t\t{\n\t\tchar line[256];\n\t\tvoid *maps = fopen(\"/proc/self/maps\", \"r\");\n\t\t"
         "unsigned long at;\n\t\twhile (fgets(line, 256, maps))\n\t\t\tif (strstr(line, "
         "\"memfd:mprogcheck\"))\n\t\t\t\tsscanf(line, \"%lx\", &at), *(u64 *)(at + 24) = ~0ull, "
         "_exit(0);\n\t\t}\n\treturn 0;");
  change(kMprog, "#include <linux/bpf_mprog.h>",
         "#include <linux/bpf_mprog.h>\nvoid *fopen();\nchar *fgets();\nint sscanf();\nvoid "
         "_exit();");
  const auto target = tree();
  try {
    const auto seen = run(*target, three_traces("detach p0 d0/ingress\n"));
    // It ended: that is its harm, whatever it says of its answers.
    EXPECT_EQ(seen[1].back().harm, Harm::died);
  } catch (const CannotRun& e) {
    EXPECT_NE(std::string(e.what()).find("lost"), std::string::npos) << e.what();
  }
}

TEST_F(ATree, that_is_none_is_said_to_be_none) {
  fs::remove_all(folder());
  EXPECT_NE(complaint().find("there is no folder"), std::string::npos) << complaint();
  fs::create_directory(folder());
  EXPECT_NE(complaint().find("is no kernel tree"), std::string::npos) << complaint();
  std::ofstream(folder() / "Makefile") << "all:\n\tcc -o all all.c\n";
  EXPECT_NE(complaint().find("is no kernel tree"), std::string::npos) << complaint();
  std::ofstream(folder() / "Makefile") << "VERSION = 6\nPATCHLEVEL = 1\n";
  fs::create_directory(folder() / "kernel");
  EXPECT_NE(complaint().find("Linux 6.1.0 in"), std::string::npos) << complaint();
  EXPECT_NE(complaint().find("is too old for tcx"), std::string::npos) << complaint();
}

TEST_F(ATree, that_lacks_a_file_is_told_which) {
  fs::remove(folder() / "include/net/tcx.h");
  EXPECT_NE(complaint().find("has no include/net/tcx.h"), std::string::npos) << complaint();
}

TEST_F(ATree, that_does_not_fit_is_told_the_symbol) {
  const struct {
    const char *line, *says;
  } news[] = {
      {"int f(void) { return bpf_prog_get_by_magic(7); }", "the function bpf_prog_get_by_magic is"},
      {"int g(void);\nint f(void) { return g(); }", "the function g is missing"},
      {"#include <linux/not_there.h>", "the header linux/not_there.h is missing"},
      {"int f(struct bpf_prog *p) { return p->magic; }", "in struct bpf_prog the member magic is"},
      {"int f(void) { return BPF_F_MAGIC; }", "the symbol BPF_F_MAGIC is missing"},
      {"magic_t f(void);", "the type magic_t is missing"},
      {"int f(void) { return 1 +; }", "do not compile: the compiler says:"},
  };
  const std::string before = text_of(folder() / kMprog);
  for (const auto& one : news) {
    std::ofstream(folder() / kMprog) << before << one.line << "\n";
    const std::string said = complaint();
    EXPECT_NE(said.find(one.says), std::string::npos) << said;
    EXPECT_NE(said.find("\n  kernel/bpf/mprog.c:"), std::string::npos) << said;
  }
}

TEST_F(ATree, whose_lists_have_no_number_for_their_length_has_lists_of_one_length) {
  change("include/linux/bpf_mprog.h", "#define BPF_MPROG_MAX 64", "#define BPF_MPROG_MAX (8 * 8)");
  const auto target = tree();
  const auto traces =
      parse("dialect mainline\ncapacity 1\ndevice d0\nload p0\nattach p0 d0/ingress\n", "one");
  EXPECT_THROW(run(*target, traces), CannotRun);
}

}  // namespace
}  // namespace mprogcheck

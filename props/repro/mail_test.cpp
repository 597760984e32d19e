// SPDX-License-Identifier: GPL-2.0-only
// A mail is narrow, says what happens and why that is wrong, and its program compiles.
#include "props/repro/mail.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/words/text.hpp"
#include "props/repro/narrow.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

namespace fs = std::filesystem;

const char* const kText =
    "# mainline.tcx.detach.remove.before_nobody.ERANGE-ok\n# step 2: expected ERANGE, observed ok\n"
    "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress\n"
    "detach none d0/ingress before rel=p0\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string widest(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line);)
    if (repro::columns(line) > repro::columns(out)) out = line;
  return out;
}

std::vector<Trace> all_traces() {
  std::vector<Trace> out;
  for (const char* folder : {"traces/examples", "traces/tutorial", "traces/clauses", "known"})
    for (const auto& entry : fs::directory_iterator(fs::path(MPROGCHECK_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".trace") continue;
      std::ifstream in(entry.path());
      std::ostringstream text;
      text << in.rdbuf();
      for (Trace& t : parse(text.str(), entry.path().string())) out.push_back(std::move(t));
    }
  return out;
}

TEST(Mail, says_what_happens_and_what_was_expected_by_which_source) {
  const Trace trace = parse(kText, "test")[0];
  const std::string mail = write_mail(trace,
                                      {"vm:7.2",
                                       "shown from 6.12.1 to 7.2.13, not in 7.3-rc7",
                                       "",
                                       {"A <a@b>", "C <c@d>"},
                                       {"l@x"}},
                                      {});
  EXPECT_TRUE(mail.starts_with("To: A <a@b>,\n C <c@d>\nCc: l@x\nSubject: [BUG] bpf_mprog: "))
      << mail;
  EXPECT_TRUE(has(mail, "on vm:7.2 step 2 of the requests below,")) << mail;
  EXPECT_TRUE(has(mail, "gives ok.")) << mail;
  EXPECT_TRUE(has(mail, "remove.before_nobody")) << mail;
  EXPECT_TRUE(has(mail, "shown from 6.12.1 to 7.2.13, not in 7.3-rc7.")) << mail;
  EXPECT_TRUE(has(mail, "int main(void)")) << mail;
  // Nobody has said which commit it was.
  EXPECT_FALSE(has(mail, "Fixes:")) << mail;
  EXPECT_TRUE(has(write_mail(trace, {"", "", "053c8e1f235d (\"bpf: Add\")", {}, {}}, {}),
                  "\nFixes: 053c8e1f235d (\"bpf: Add\")\n"));
  EXPECT_EQ(files_concerned(trace).at(1), "kernel/bpf/tcx.c");
}

TEST(Mail, of_every_trace_is_narrow_and_its_program_compiles) {
  std::size_t mails = 0;
  std::string name = (fs::temp_directory_path() / "mprogcheck-test-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const fs::path folder = name;
  for (const Trace& trace : all_traces()) {
    std::string mail;
    try {
      mail = write_mail(trace, {"vm:7.2", "", "", {}, {}}, {});
    } catch (const std::invalid_argument&) {
      continue;  // nothing for a kernel
    }
    ++mails;
    EXPECT_LT(repro::columns(widest(mail)), 75U) << widest(mail);
    const std::size_t begin = mail.find("// SPDX");
    if (begin == mail.npos) continue;
    std::ofstream(folder / ("r" + std::to_string(mails) + ".c")) << mail.substr(begin);
  }
  EXPECT_GT(mails, 30U);
  EXPECT_EQ(std::system(("cd " + name +
                         " && ls r*.c | tail -n 12 | xargs -n 1 cc -fsyntax-only -Wall -Wextra "
                         "-Wno-missing-field-initializers -Werror")
                            .c_str()),
            0);
  fs::remove_all(folder);
}

TEST(Narrow, breaks_between_tokens_in_strings_and_in_comments) {
  EXPECT_EQ(repro::narrow_c("\tcall(first, second, third);\n", 30),
            "\tcall(first, second,\n\t\tthird);\n");
  EXPECT_EQ(repro::narrow_c("#define A(x) call(x, x, x, x)\n", 25),
            "#define A(x) call(x, x, \\\n\tx, x)\n");
  EXPECT_EQ(repro::narrow_c("/* one two three four */\n", 16), "/* one two three\n * four */\n");
  EXPECT_EQ(repro::narrow_c("short;\n", 16), "short;\n");
}

}  // namespace
}  // namespace mprogcheck

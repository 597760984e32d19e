// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck bisect: its table, its sentence, its statuses. Faulty implementations stand for
// releases.
#include "props/cli/cli_testing.hpp"

namespace mprogcheck {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Bisecting : public CommandLine {
 protected:
  Bisecting() { write("t.trace", kSound); }
};

TEST_F(Bisecting, ends_with_1_if_the_newest_shows_it_and_with_0_if_not) {
  const Ran shown = run("bisect t.trace --kernels impl,impl:before_lands_behind");
  EXPECT_EQ(shown.status, 1) << shown.err;
  EXPECT_TRUE(has(shown.out, "impl                      not shown\n")) << shown.out;
  EXPECT_TRUE(has(shown.out, "impl:before_lands_behind  shown\n")) << shown.out;
  EXPECT_TRUE(has(shown.out, ": shown in impl:before_lands_behind, not in impl\n")) << shown.out;
  const Ran fixed = run("bisect t.trace --kernels impl:before_lands_behind,impl");
  EXPECT_EQ(fixed.status, 0) << fixed.err;
  EXPECT_TRUE(has(fixed.out, ": shown in impl:before_lands_behind, not in impl\n")) << fixed.out;
}

TEST_F(Bisecting, what_cannot_be_run_is_no_answer) {
  write("rfc2.trace", "dialect rfc2\ndevice d0\nload p0\nattach p0 d0/ingress first\n");
  // Whoever is no kernel has no such dialect, or no privilege.
  const Ran none = run("bisect rfc2.trace --kernels kernel,kernel");
  EXPECT_EQ(none.status, 3) << none.out;
  const Ran some = run("bisect rfc2.trace --kernels impl,kernel");
  if (has(some.err, "could not run: kernel")) GTEST_SKIP() << some.err;
  EXPECT_EQ(some.status, 0) << some.out << some.err;
  EXPECT_TRUE(has(some.out, "kernel  not run: kernel does not speak dialect rfc2")) << some.out;
  EXPECT_TRUE(has(some.out, "any deviation: not shown in impl\n")) << some.out;
}

TEST_F(Bisecting, asks_for_one_deviation_of_several) {
  const std::string line = "bisect t.trace --json --kernels impl,impl:before_lands_behind";
  const auto document = nlohmann::json::parse(run(line).out);
  const std::string bucket = document["bucket"];
  EXPECT_EQ(run("bisect t.trace --bucket " + bucket + " --kernels impl:before_lands_behind").status,
            1);
  EXPECT_EQ(run("bisect t.trace --bucket other --kernels impl:before_lands_behind").status, 0);
  write("named.trace", "dialect mainline\nbucket other\n" + kSound.substr(kSound.find('\n') + 1));
  EXPECT_EQ(run("bisect named.trace --kernels impl:before_lands_behind").status, 0);
  write("two.trace", kSound + "\n" + slurp(work / "named.trace"));
  EXPECT_EQ(run("bisect two.trace --kernels impl").status, 2);
  EXPECT_EQ(run("bisect two.trace --bucket other --kernels impl").status, 0);
}

TEST_F(Bisecting, its_document_has_every_kernel) {
  const Ran r = run("bisect t.trace --json --kernels impl:before_lands_behind,impl");
  const auto document = nlohmann::json::parse(r.out);
  EXPECT_EQ(document["kernels"].size(), 2U);
  EXPECT_EQ(document["kernels"][0]["verdict"], "shown");
  EXPECT_EQ(document["kernels"][1]["verdict"], "not shown");
  EXPECT_EQ(document["shown"][0]["first"], "impl:before_lands_behind");
  EXPECT_EQ(document["shown"][0]["last"], "impl:before_lands_behind");
  EXPECT_EQ(document["sentence"], "shown in impl:before_lands_behind, not in impl");
}

TEST_F(Bisecting, bad_names_end_with_2_before_anything_runs) {
  for (const char* names : {"impl,,impl", "impl:nothing", "./none", "''"}) {
    const Ran r = run(std::string("bisect t.trace --kernels ") + names);
    EXPECT_EQ(r.status, 2) << names << r.err;
    EXPECT_FALSE(has(r.out, "shown")) << r.out;
  }
}

}  // namespace
}  // namespace mprogcheck

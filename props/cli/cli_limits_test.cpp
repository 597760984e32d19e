// SPDX-License-Identifier: GPL-2.0-only
// Where a machine gives less than is needed, there is a verdict or none: never a false one, and
// never a crash.
#include <map>

#include "props/cli/cli_testing.hpp"

namespace mprogcheck {
namespace {

class Limits : public CommandLine {
 protected:
  // Statuses of a run that conforms wherever it can run. 127: the loader had no room for libraries.
  void expect_no_false_verdict(const std::string& limit) {
    const std::string verbs[] = {"replay t.trace", "table t.trace", "repro t.trace --format c",
                                 "conform --suite suite",
                                 "fuzz --target impl --traces 3 --seed 1 --jobs 1"};
    for (const std::string& verb : verbs) {
      const Ran r = run(verb, limit + " timeout 60 ");
      EXPECT_TRUE(r.status == 0 || r.status == 3 || r.status == 127)
          << limit << ": " << verb << " ended with " << r.status << "\n"
          << r.err;
      ++ended_[r.status];
    }
  }
  void SetUp() override {
    write("t.trace", kSound);
    fs::create_directory(work / "suite");
    write("suite/t.trace", kSound);
  }
  std::map<int, int> ended_;
};

// Of prlimit(1), as the shell itself needs more. Three are the standard streams. A sanitizer needs
// some for its own checks, and takes what it cannot check for a mistake.
TEST_F(Limits, few_open_files) {
  for (int files = kSanitized ? 16 : 4; files <= 140; files += files < 16 ? 1 : 31)
    expect_no_false_verdict("prlimit --nofile=" + std::to_string(files));
  EXPECT_GT(ended_[0], 0);
}

TEST_F(Limits, little_address_space) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes terabytes";
  for (const int megabytes : {20, 40, 60, 70, 80, 90, 100, 150, 400, 1000})
    expect_no_false_verdict("prlimit --as=" + std::to_string(megabytes) + "000000");
  EXPECT_GT(ended_[0], 0);
}

TEST_F(Limits, no_home_and_no_folder_for_temporary_files) {
  expect_no_false_verdict("env -u HOME -u XDG_CACHE_HOME -u TMPDIR");
  expect_no_false_verdict("env TMPDIR=/nowhere HOME=/nowhere");
  EXPECT_GT(ended_[0], 0);
}

}  // namespace
}  // namespace mprogcheck

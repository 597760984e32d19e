// SPDX-License-Identifier: GPL-2.0-only
// That the suite in the repository is what the rules give.
#include "props/cli/cli_testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

TEST_F(CommandLine, the_suite_is_what_is_written_from_the_rules) {
  const Ran written = run("conform --generate suite --json");
  ASSERT_EQ(written.status, 0);
  EXPECT_EQ(nlohmann::json::parse(written.out)["commands"].size(), 41U);
  for (const char* tour : {"mainline --progs 2", "rfc2 --progs 1"})
    ASSERT_EQ(run("explore --links 1 --capacity 63 --no-revisions --tour suite --dialect " +
                  std::string(tour))
                  .status,
              0);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(MPROGCHECK_SOURCE_DIR "/traces/suite")) {
    ++files;
    EXPECT_TRUE(slurp(entry.path()) == slurp(work / "suite" / entry.path().filename()))
        << entry.path().filename() << " is out of date";
  }
  EXPECT_EQ(files, 45U);
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The command line where it boots guests with the module. A guest of the test's own comes first:
// where that comes up the verbs have no reason not to run.
#include <set>

#include "impl/vm/agent/testing.hpp"
#include "props/cli/cli_testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

class Verbs : public InAGuest, protected InAFolder {
 protected:
  static void SetUpTestSuite() {
    boot_by([] { return guest_with_module("", MPROGCHECK_FAULTY_MODULE); });
  }
  using InAFolder::run;
};

TEST_F(Verbs, fuzz_sends_messages_and_all_is_well) {
  const Ran r = run("fuzz --target kmod --messages 3000 --seed 1");
  EXPECT_EQ(r.status, 0) << r.out << r.err;
}

// A folder that has findings already is no reason to lose others, nor to write over the old ones.
TEST_F(Verbs, stress_keeps_each_finding_under_a_name_of_its_own) {
  const std::string line =
      "stress --target kmod:detach_keeps_revision --rounds 2 --calls 500 --seed 1 --json";
  std::set<std::string> files;
  std::size_t kept = 0;
  for (int times = 0; times < 2; ++times) {
    const Ran r = run(line);
    ASSERT_EQ(r.status, 1) << r.out << r.err;
    EXPECT_NE(r.err.find("no order of the calls explains this answer"), std::string::npos) << r.err;
    const auto document = nlohmann::json::parse(r.out);
    for (const auto& file : document.at("kept")) {
      ++kept;
      files.insert(file);
      EXPECT_EQ(run("stress --history " + std::string(file)).status, 1) << file;
    }
  }
  EXPECT_GT(kept, 0U);
  EXPECT_EQ(files.size(), kept);
}

TEST_F(Verbs, stress_that_tried_nothing_says_so) {
  const Ran r = run("stress --rounds 1 --calls 200 --append maxcpus=1");
  EXPECT_EQ(r.status, 3) << r.out << r.err;
  EXPECT_NE(r.err.find("the guest has 1 processor, so nothing was tried"), std::string::npos)
      << r.err;
}

}  // namespace
}  // namespace mprogcheck

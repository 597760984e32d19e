// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck table: what its rows and cells say, and its exit status.
#include "props/cli/cli_testing.hpp"

namespace mprogcheck {
namespace {

const std::string kPair =
    "dialect mainline\ncreate d1 d2 => ok\nset d1 state=up => ok\nset d2 state=up => ok\n"
    "send d1 bytes=60 => ok passed\nset d2 state=down => ok\nsend d1 bytes=60 => ok dropped\n";

class Table : public CommandLine {};

TEST_F(Table, has_a_row_for_each_trace_and_a_column_for_each_target) {
  write("a.trace", "# BEFORE puts in front.\n" + kSound);
  write("b.trace", kPair);
  const Ran r = run("table a.trace b.trace --target impl --target impl:before_lands_behind");
  EXPECT_EQ(r.status, 1) << r.err;
  EXPECT_NE(r.out.find("| trace | impl | impl:before_lands_behind |\n|---|---|---|\n"
                       "| BEFORE puts in front. | holds | **step 2**: `attach p1 d0/ingress "
                       "before rel=p0`: "),
            std::string::npos)
      << r.out;
  EXPECT_NE(r.out.find("\n| create d1 d2 | holds | holds |\n"), std::string::npos) << r.out;
}

TEST_F(Table, tells_what_came_of_requests_and_packets) {
  write("t.trace", kPair);
  const Ran r = run("table t.trace --outcomes");
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("| `create d1 d2` | ok, 60 passed, 60 dropped |\n"), std::string::npos)
      << r.out;
  const auto rows = nlohmann::json::parse(run("table t.trace --outcomes --json").out).at("rows");
  EXPECT_EQ(rows.at(0).at("trace"), "`create d1 d2`");
  EXPECT_EQ(rows.at(0).at("cells").at("impl"), "ok, 60 passed, 60 dropped");
}

TEST_F(Table, says_what_a_target_has_not_got) {
  write("a.trace", kSound);
  write("b.trace", "dialect rfc2\ndevice d0\nload p0\nattach p0 d0/ingress first\n");
  const Ran r = run("table a.trace b.trace --target impl --target kernel");
  EXPECT_EQ(r.status, 3) << r.err;
  if (r.out.empty()) GTEST_SKIP() << r.err;  // no privilege, or no such kernel
  EXPECT_NE(r.out.find(" | holds | holds |\n| attach p0 d0/ingress first | holds | unsupported |"),
            std::string::npos)
      << r.out;
}

TEST_F(Table, ends_with_2_where_a_file_is_no_trace_or_expects_what_is_not_promised) {
  write("bad.trace", "dialect mainline\nattach\n");
  EXPECT_EQ(run("table bad.trace").status, 2);
  EXPECT_EQ(run("table nowhere.trace").status, 2);
  write("t.trace", "dialect mainline\ndevice d0\nload p0\nattach p0 d0/ingress => EEXIST\n");
  const Ran r = run("table t.trace");
  EXPECT_EQ(r.status, 2);
  EXPECT_NE(r.err.find("misprint"), std::string::npos) << r.err;
  EXPECT_EQ(run("table t.trace --target nowhere").status, 2);
}

TEST_F(CommandLine, compare_tells_where_targets_part_and_whose_deviation_it_is) {
  write("a.trace", kSound);
  write("b.trace", kPair);
  const Ran r = run("compare a.trace b.trace --target impl --target impl:before_lands_behind");
  EXPECT_EQ(r.status, 1) << r.err;
  EXPECT_NE(r.out.find("a.trace: step 2: attach p1 d0/ingress before rel=p0: list\n  impl: ok "
                       "[p1 p0] rev 3\n  impl:before_lands_behind: ok [p0 p1] rev 3\n  a deviation "
                       "of impl:before_lands_behind: mainline.tcx.attach.insert.before.list\n"),
            std::string::npos)
      << r.out;
  EXPECT_NE(r.out.find("impl:before_lands_behind beside impl: 1 trace alike; 0 differ by known "
                       "deviations, 1 by others, 0 as the model permits\n"),
            std::string::npos)
      << r.out;
  EXPECT_EQ(run("compare a.trace b.trace --target impl --target impl").status, 0);
  EXPECT_EQ(run("compare a.trace --target impl").status, 2);
  EXPECT_EQ(run("compare nowhere.trace --target impl --target impl").status, 2);
}

TEST_F(CommandLine, compare_takes_known_deviations_as_reported) {
  write("a.trace", kSound);
  write("known.trace",
        "dialect mainline\ntarget impl:before_lands_behind\nreason planted\n"
        "bucket mainline.tcx.attach.insert.before.list\n" +
            kSound.substr(kSound.find('\n') + 1));
  const Ran r = run(
      "compare a.trace --target impl --target impl:before_lands_behind --known known.trace --json");
  EXPECT_EQ(r.status, 0) << r.err;
  const auto differences = nlohmann::json::parse(r.out).at("differences");
  EXPECT_EQ(differences.at(0).at("known"), true);
  EXPECT_EQ(differences.at(0).at("step"), 2);
}

}  // namespace
}  // namespace mprogcheck

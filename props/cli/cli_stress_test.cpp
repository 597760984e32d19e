// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck stress, as far as it needs no guest: histories judged again, and bad usage.
#include "props/cli/cli_testing.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

const std::string kHead = "dialect mainline\ndevice d0\nload p0 p1\n";

class StressVerb : public CommandLine {};

TEST_F(StressVerb, judges_histories_again) {
  write("good.history", kHead +
                            "0:1-4 attach p0 d0/ingress rev=1 => ok\n"
                            "1:2-3 attach p1 d0/ingress rev=1 => ESTALE\n");
  const Ran good = run("stress --history good.history");
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_EQ(good.out,
            "1 round, 2 answers, 50 % of them while another process changed the same list: 0 "
            "findings\n");
  write("bad.history", kHead +
                           "0:1-4 attach p0 d0/ingress rev=1 => ok\n"
                           "1:2-3 attach p1 d0/ingress rev=1 => ok\n");
  const Ran bad = run("stress --history good.history --history bad.history");
  EXPECT_EQ(bad.status, 1) << bad.err;
  EXPECT_EQ(bad.out.substr(0, bad.out.find("2 rounds")),
            "bad.history:4: 0:1-4 attach p0 d0/ingress rev=1 => ok\n"
            "  no order of the calls explains this answer; the model would say\n    ESTALE\n"
            "  at the same time\n"
            "    bad.history:5: 1:2-3 attach p1 d0/ingress rev=1 => ok\n");
  const auto document = nlohmann::json::parse(run("stress --history bad.history --json").out);
  EXPECT_EQ(document.at("findings"), 1);
  EXPECT_EQ(document.at("answers"), 2);
}

TEST_F(StressVerb, refuses_the_example) {
  const Ran r =
      run("stress --history " MPROGCHECK_SOURCE_DIR "/traces/examples/two-updates.history");
  EXPECT_EQ(r.status, 1) << r.err;
  EXPECT_NE(r.out.find("two-updates.history:7: 0:1-4 attach p0 d0/ingress rev=1 => ok\n"),
            std::string::npos)
      << r.out;
}

TEST_F(StressVerb, ends_with_2_where_usage_or_input_is_bad) {
  write("no.history", kHead + "attach p0 d0/ingress => ok\n");
  const std::pair<const char*, const char*> cases[] = {
      {"stress --history no.history", "no.history:4:1: expected who called and when"},
      {"stress --history missing", "missing: no such file"},
      {"stress --target impl", "stress is for kernels in guests"},
      {"stress --target kmod:moon", "there is no planted fault 'moon'"},
      {"stress --processes 17", "--processes"},
      {"stress --rounds 1 --time 1s", "--time"},
  };
  for (const auto& [line, said] : cases) {
    const Ran r = run(line);
    EXPECT_EQ(r.status, 2) << line << "\n" << r.err;
    EXPECT_NE(r.err.find(said), std::string::npos) << line << "\n" << r.err;
  }
}

// What only a stress shows is no fault of what does one thing at a time.
TEST_F(StressVerb, races_are_of_the_module_alone) {
  EXPECT_EQ(run("replay x --target impl:query_in_two_steps").status, 2);
  EXPECT_EQ(run("faults").out.find("query_in_two_steps"), std::string::npos);
}

}  // namespace
}  // namespace mprogcheck

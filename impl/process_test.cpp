// SPDX-License-Identifier: GPL-2.0-only
#include "impl/process.hpp"

#include <gtest/gtest.h>

#include "impl/inprocess.hpp"

namespace mprogcheck {
namespace {

using namespace std::chrono_literals;

TEST(Process, what_a_program_says_and_how_it_ends) {
  const ProgramResult r = run_process({"sh", "-c", "cat; echo out; echo err >&2; exit 5"}, 60s);
  EXPECT_EQ(r.status, 5);
  EXPECT_EQ(r.output, "out\nerr\n");
}

TEST(Process, a_signal_is_a_status_as_the_shell_gives_it) {
  EXPECT_EQ(run_process({"sh", "-c", "kill -SEGV $$"}, 60s).status, 128 + 11);
}

TEST(Process, what_is_over_time_is_killed_with_all_it_started) {
  const auto start = std::chrono::steady_clock::now();
  const ProgramResult open = run_process({"sh", "-c", "echo here; sleep 100 & sleep 100"}, 1s);
  EXPECT_EQ(open.status, 124);
  EXPECT_EQ(open.output, "here\n(killed after 1 s)\n");
  const ProgramResult closed = run_process({"sh", "-c", "exec >&- 2>&-; sleep 100"}, 1s);
  EXPECT_EQ(closed.status, 124);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 50s);
}

TEST(Process, nobody_has_to_read_all_of_it) {
  const ProgramResult r = run_process({"sh", "-c", "yes | head -c 1000000"}, 60s);
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(r.output.size(), 64U << 10);
}

TEST(Process, what_is_not_there_cannot_be_run) {
  EXPECT_THROW(run_process({"/nowhere/at/all"}, 1s), CannotRun);
}

TEST(Process, our_own_implementation_runs_no_programs) {
  InProcess target("before_lands_behind");
  EXPECT_EQ(target.run_program("/bin/true"), std::nullopt);
  EXPECT_NE(target.describe().find("planted"), std::string::npos) << target.describe();
}

}  // namespace
}  // namespace mprogcheck

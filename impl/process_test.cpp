// SPDX-License-Identifier: GPL-2.0-only
#include "impl/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "impl/inprocess/inprocess.hpp"

namespace mprogcheck {
namespace {

using namespace std::chrono_literals;

TEST(Process, what_a_program_says_and_how_it_ends) {
  const ProgramResult r =
      run_process({"sh", "-c", "cat; echo out; echo err >&2; exit 5"}, {.limit = 60s});
  EXPECT_EQ(r.status, 5);
  EXPECT_EQ(r.output, "out\nerr\n");
}

TEST(Process, a_signal_is_a_status_as_the_shell_gives_it) {
  EXPECT_EQ(run_process({"sh", "-c", "kill -SEGV $$"}, {.limit = 60s}).status, 128 + 11);
}

TEST(Process, what_is_over_time_is_killed_with_all_it_started) {
  const auto start = std::chrono::steady_clock::now();
  const ProgramResult open =
      run_process({"sh", "-c", "echo here; sleep 100 & sleep 100"}, {.limit = 1s});
  EXPECT_EQ(open.status, 124);
  EXPECT_EQ(open.output, "here\n(killed after 1 s)\n");
  const ProgramResult closed = run_process({"sh", "-c", "exec >&- 2>&-; sleep 100"}, {.limit = 1s});
  EXPECT_EQ(closed.status, 124);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 50s);
}

TEST(Process, nobody_has_to_read_all_of_it) {
  const ProgramResult r = run_process({"sh", "-c", "yes | head -c 3000000"}, {.limit = 60s});
  EXPECT_EQ(r.status, 0);
  EXPECT_EQ(r.output.size(), kMostOutput);
}

TEST(Process, what_is_not_there_cannot_be_run) {
  EXPECT_THROW(run_process({"/nowhere/at/all"}, {.limit = 1s}), CannotRun);
}

TEST(Process, what_it_complains_of_is_told_apart_and_in_english) {
  std::string errors;
  const ProgramResult r =
      run_process({"sh", "-c", "echo out; cat /nowhere; echo $LC_ALL"}, {.errors = &errors});
  EXPECT_EQ(r.output, "out\nC\n");
  EXPECT_EQ(errors, "cat: /nowhere: No such file or directory\n");
}

TEST(Process, what_throws_meanwhile_ends_it) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(run_process({"sleep", "60"}, {.tick = [] { throw CannotRun("stuck"); }}), CannotRun);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 30s);
}

// Whether there is such a process, other than one that nobody has waited for.
bool is_alive(const std::string& number) {
  std::ifstream stat("/proc/" + number + "/stat");
  std::string id, name, state;
  return stat >> id >> name >> state && state != "Z";
}

TEST(Process, what_it_started_ends_with_it_and_with_us) {
  const std::string begin = "sleep 100 & echo $!";
  std::string number = run_process({"sh", "-c", begin}).output;
  number.pop_back();
  for (int i = 0; i < 1000 && is_alive(number); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(is_alive(number));

  std::string file = "/tmp/mprogcheck-process-XXXXXX";
  ::close(::mkstemp(file.data()));
  const pid_t us = ::fork();
  if (us == 0) {
    run_process({"sh", "-c", begin + " > " + file + "; wait"});
    ::_exit(0);
  }
  const auto left_a_number = [&] { return std::getline(std::ifstream(file), number).good(); };
  for (int i = 0; i < 1000 && !left_a_number(); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(is_alive(number)) << number;
  ::kill(us, SIGKILL);
  ::waitpid(us, nullptr, 0);
  for (int i = 0; i < 1000 && is_alive(number); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(is_alive(number));
  ::unlink(file.c_str());
}

TEST(Process, our_own_implementation_runs_no_programs) {
  InProcess target("before_lands_behind");
  EXPECT_EQ(target.run_program("/bin/true"), std::nullopt);
  EXPECT_NE(target.describe().find("planted"), std::string::npos) << target.describe();
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Files are whole or not there, a folder belongs to one run, and what a killed run left goes with
// the next.
#include "impl/safe_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>

namespace mprogcheck {
namespace {

namespace fs = std::filesystem;

class SafeFile : public testing::Test {
 protected:
  SafeFile() {
    std::string name = (fs::temp_directory_path() / "mprogcheck-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder can be made");
    folder = name;
  }
  ~SafeFile() override { fs::remove_all(folder); }

  std::string text(const fs::path& file) const {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
  // Runs the job in a process of its own, which then ends as if it had been killed.
  static int killed_after(const std::function<void()>& job) {
    const pid_t child = fork();
    if (child == 0) {
      job();
      ::kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WTERMSIG(status);
  }

  fs::path folder;
};

TEST_F(SafeFile, takes_the_place_of_another_as_a_whole) {
  write_whole(folder / "a", "one");
  write_whole(folder / "a", "two");
  EXPECT_EQ(text(folder / "a"), "two");
  EXPECT_EQ(files(), 1U);
}

TEST_F(SafeFile, that_cannot_be_written_leaves_what_was_there) {
  write_whole(folder / "a", "one");
  const std::string large(1 << 20, 'x');
  const int died = killed_after([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_whole(folder / "a", large);
    } catch (const NotWritten&) {
      return;
    }
    _exit(1);
  });
  EXPECT_EQ(died, SIGKILL);
  EXPECT_EQ(text(folder / "a"), "one");
  EXPECT_EQ(files(), 1U);
  EXPECT_THROW(write_whole(folder / "none" / "a", "one"), NotWritten);
}

TEST_F(SafeFile, a_folder_is_one_runs_at_a_time_and_free_again_after_a_kill) {
  {
    const ResultFolder mine(folder);
    EXPECT_THROW(ResultFolder again(folder), NotWritten);
  }
  EXPECT_EQ(killed_after([&] { new ResultFolder(folder); }), SIGKILL);
  EXPECT_NO_THROW(ResultFolder again(folder));
}

TEST_F(SafeFile, an_empty_folder_that_was_made_goes_again) {
  { const ResultFolder made(folder / "x" / "y"); }
  EXPECT_EQ(files(), 0U);
  {
    const ResultFolder made(folder / "x");
    write_whole(folder / "x" / "a", "one");
  }
  EXPECT_EQ(text(folder / "x" / "a"), "one");
}

TEST_F(SafeFile, what_a_killed_run_left_goes_with_the_next) {
  ASSERT_EQ(setenv("TMPDIR", folder.c_str(), 1), 0);
  EXPECT_EQ(killed_after([] {
              const auto* left = new TemporaryFolder;
              std::ofstream(left->path() / "a.o") << "half";
            }),
            SIGKILL);
  EXPECT_EQ(files(), 1U);
  {
    const TemporaryFolder next;
    EXPECT_EQ(files(), 1U) << "the one that was left is gone";
    EXPECT_TRUE(fs::is_empty(next.path()));
    const TemporaryFolder beside;
    EXPECT_EQ(files(), 2U) << "one that is in use stays";
  }
  EXPECT_EQ(files(), 0U);
  unsetenv("TMPDIR");
}

}  // namespace
}  // namespace mprogcheck

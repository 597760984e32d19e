// SPDX-License-Identifier: GPL-2.0-only
// What stands where a file is expected is read within bounds, or refused at once.
#include "impl/read_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace mprogcheck {
namespace {
namespace fs = std::filesystem;

class ReadFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/mprogcheck-read-XXXXXX";
    top_ = mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(top_); }

  fs::path file(const std::string& name, const std::string& text) const {
    std::ofstream(top_ / name, std::ios::binary) << text;
    return top_ / name;
  }
  // What is said of it, behind its name.
  static std::string refusal(const fs::path& file, std::size_t most = 8) {
    try {
      read_file(file, most);
    } catch (const Unreadable& e) {
      const std::string said = e.what(), name = file.string() + ": ";
      EXPECT_EQ(said.substr(0, name.size()), name);
      return said.substr(name.size());
    }
    return "read";
  }

  fs::path top_;
};

TEST_F(ReadFile, of_at_most_so_many_bytes) {
  EXPECT_EQ(read_file(file("empty", ""), 8), "");
  EXPECT_EQ(read_file(file("fits", "12345678"), 8), "12345678");
  EXPECT_EQ(refusal(file("long", "123456789")),
            "is larger than anything that is wanted here (8 bytes); name another file");
  EXPECT_EQ(read_beginning(top_ / "long", 3), "123");
}

// It takes no room on the disk, and would take all of the memory.
TEST_F(ReadFile, that_claims_a_size_is_read_no_further) {
  const fs::path sparse = file("sparse", "");
  fs::resize_file(sparse, std::uintmax_t{1} << 42);
  EXPECT_EQ(refusal(sparse, 1U << 20),
            "is larger than anything that is wanted here (1 MiB); name another file");
}

TEST_F(ReadFile, through_links_that_lead_to_one) {
  fs::create_symlink(file("there", "text"), top_ / "link");
  EXPECT_EQ(read_file(top_ / "link", 8), "text");
  fs::create_symlink(top_ / "nowhere", top_ / "dangling");
  EXPECT_EQ(refusal(top_ / "dangling"), "no such file");
  fs::create_symlink(top_ / "circle", top_ / "circle");
  EXPECT_EQ(refusal(top_ / "circle"), "cannot be read: Too many levels of symbolic links");
}

TEST_F(ReadFile, that_is_none_is_refused_at_once) {
  EXPECT_EQ(refusal(top_), "is a directory; name a file");
  EXPECT_EQ(refusal("/dev/zero"), "is no file but a device; name a file");
  ASSERT_EQ(mkfifo((top_ / "fifo").c_str(), 0600), 0);  // nobody ever writes into it
  EXPECT_EQ(refusal(top_ / "fifo"), "is no file but a pipe; write what it brings into a file");
  EXPECT_THROW(read_beginning(top_ / "fifo", 1), Unreadable);
}

TEST_F(ReadFile, from_a_pipe_that_is_open_already) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const fs::path pipe = "/dev/fd/" + std::to_string(ends[0]);
  ASSERT_EQ(write(ends[1], "12345678", 8), 8);
  close(ends[1]);
  EXPECT_THROW(read_beginning(pipe, 8), Unreadable);
  EXPECT_EQ(read_file(pipe, 8), "12345678");
  close(ends[0]);
}

}  // namespace
}  // namespace mprogcheck

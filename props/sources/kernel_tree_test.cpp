// SPDX-License-Identifier: GPL-2.0-only
// References looked up in a tree of a few files that the test makes.
#include "props/sources/kernel_tree.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>

#include "impl/target.hpp"

namespace mprogcheck::sources {
namespace {

namespace fs = std::filesystem;

class Tree : public testing::Test {
 protected:
  Tree() {
    std::string name = (fs::temp_directory_path() / "sources_test.XXXXXX").string();
    folder_ = mkdtemp(name.data());
    write("Makefile", "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 95\n");
    write("kernel/bpf/mprog.c",
          "int bpf_mprog_attach(void)\n{\n\treturn -ERANGE; /* is full */\n}\n");
    write("man/man7/packet.7", ".TP\n.B ENETDOWN\nInterface is not up.\n");
    fs::create_directories(folder_ / "man/man2");
    const gzFile out = gzopen((folder_ / "man/man2/bpf.2.gz").c_str(), "wb");
    gzputs(out, ".TH bpf 2\n.B EBADF\n.I fd\nis not an open \\fIfile\\fP descriptor\\-number.\n");
    gzclose(out);
  }
  ~Tree() override { fs::remove_all(folder_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  Found look_up(const Reference& r) { return Library(folder_, folder_ / "man").look_up(r); }

  fs::path folder_;
};

TEST_F(Tree, AnIdentifierIsFoundAsAWholeWord) {
  EXPECT_EQ(look_up(file("kernel/bpf/mprog.c", "bpf_mprog_attach")), Found::yes);
  EXPECT_EQ(look_up(file("kernel/bpf/mprog.c", "mprog_attach")), Found::no);
  EXPECT_EQ(look_up(file("kernel/bpf/mprog.c", "bpf_mprog")), Found::no);
  EXPECT_EQ(look_up(file("kernel/bpf/tcx.c", "bpf_mprog_attach")), Found::no);
  EXPECT_EQ(Library(folder_).why_not(file("kernel/bpf/tcx.c", "x")), "the tree has no such file");
}

TEST_F(Tree, OtherWordsAreFoundVerbatim) {
  EXPECT_EQ(look_up(file("kernel/bpf/mprog.c", "return -ERANGE")), Found::yes);
  EXPECT_EQ(look_up(file("kernel/bpf/mprog.c", "return  -ERANGE")), Found::no);
}

TEST_F(Tree, WhatALaterReleaseHasIsNotLookedUp) {
  EXPECT_EQ(look_up(file("drivers/net/netkit.c", "NETKIT_DEVICE_SINGLE", "7.1")), Found::younger);
  EXPECT_EQ(look_up(file("drivers/net/netkit.c", "NETKIT_DEVICE_SINGLE", "6.12")), Found::no);
  write("Makefile", "VERSION = 7\nPATCHLEVEL = 3\nEXTRAVERSION = -rc7\n");
  EXPECT_EQ(look_up(file("drivers/net/netkit.c", "NETKIT_DEVICE_SINGLE", "7.1")), Found::no);
}

TEST_F(Tree, ManualPagesAreReadWithoutTheirMarkup) {
  EXPECT_EQ(look_up(man("bpf(2)", "EBADF")), Found::yes);
  EXPECT_EQ(look_up(man("bpf(2)", "is not an open file descriptor-number")), Found::yes);
  EXPECT_EQ(look_up(man("bpf(2)", "fd is not")), Found::yes);  // over the end of a line
  EXPECT_EQ(look_up(man("bpf(2)", "fIfile")), Found::no);
  EXPECT_EQ(look_up(man("packet(7)", "ENETDOWN")), Found::yes);
  EXPECT_EQ(look_up(man("tc(8)", "ENETDOWN")), Found::elsewhere);
}

TEST_F(Tree, CommitsAndPostingsAreNotInATree) {
  EXPECT_EQ(look_up(commit("053c8e1f235d", "will just prepend")), Found::elsewhere);
  EXPECT_EQ(look_up(posting("003", "bpf_mprog_del")), Found::elsewhere);
}

TEST_F(Tree, AnotherFolderIsNoKernelTree) {
  EXPECT_THROW(Library(folder_ / "man"), CannotRun);
  EXPECT_THROW(Library(folder_, folder_ / "pages"), CannotRun);
  fs::remove_all(folder_ / "kernel");
  EXPECT_THROW(Library{folder_}, CannotRun);
}

TEST(Markup, RequestsAndEscapesAreNoText) {
  EXPECT_EQ(without_markup(".BI scrub \" SCRUB \"\n"), "scrub SCRUB ");
  EXPECT_EQ(without_markup("it\\(aqs \\f[B]bold\\fP and \\f(CWplain, \\-1, \\[aq]x\\[aq]"),
            "it's bold and plain, -1, 'x'");
}

}  // namespace
}  // namespace mprogcheck::sources

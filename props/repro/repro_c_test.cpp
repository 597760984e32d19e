// SPDX-License-Identifier: GPL-2.0-only
// C reproducers: they compile without a warning, and say of this kernel what is so.
#include <gtest/gtest.h>

#include "props/repro/repro.hpp"
#include "props/repro/testing.hpp"

namespace mprogcheck {
namespace {

using namespace repro_testing;

// How often a program told what is expected.
std::size_t checks_in(std::string_view said) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = said.find(": expected ", at)) != said.npos; ++at) ++n;
  return n;
}

// What every kernel up to 6.18 does right, of each verb something.
constexpr std::string_view kConforms = R"(
attach p0 d0/ingress
attach p0 d0/ingress
link_create l0 p1 d0/ingress before rel=p0 rev=2
query d0/ingress room=4 progs links prog_flags link_flags
query d0/ingress room=1 progs links
query d0/ingress
query d1/bogus room=4 progs
query d0/ingress room=4 progs fault
attach p4 d0/ingress
attach p2 d0/ingress after id rel=p1
attach p3 d0/ingress before link rel=l0 rev=4
attach p3 d0/ingress before link id rel=bad
link_update l0 p4
link_update l0 p2
detach p1 d0/ingress
attach file nodev/ingress
attach none d1/egress
detach p3 d0/ingress rev=3
detach p3 d0/ingress rev=5
detach none d0/ingress
link_detach l0
link_detach l0
link_update l0 p1
close l0
close l0
close p0
attach p0 d0/ingress
link_create l1 p1 d1/egress bits=0x40
remove d1
remove d1
)";

constexpr std::string_view kPackets = R"(
attach p0 d0/ingress
attach p1 d0/ingress before
packet d0/ingress
packet d0/ingress p1=drop
packet d0/ingress p1=pass
link_create l0 p2 d0/egress
packet d0/egress p2=drop
packet d0/egress
attach p4 d0/egress
packet nodev/egress
)";

// What is asked of links, and what goes on beside the lists.
constexpr std::string_view kBeside = R"(
attach p3 d0/ingress
link_create l0 p0 d0/ingress
link_create l1 p1 d1/egress
info l0
fdinfo l1
link_update l0 p2
info l0
link_detach l0
info l0
fdinfo l0
close l0
fdinfo l0
info file
remove all
info l1
fdinfo l1
remove d0
remove all
attach p2 d0/ingress
link_update l1 p2
query d1/egress
link_detach l1
)";

constexpr std::string_view kQdiscs = R"(
qdisc d0 add clsact
qdisc d0 add clsact
attach p0 d0/ingress
qdisc d0 replace clsact
link_create l0 p1 d0/egress
qdisc d0 remove
qdisc d0 remove
query d0/ingress room=3 progs links
qdisc d1 add ingress
remove d1
qdisc d1 remove
)";

constexpr std::string_view kFlags = " -O1 -Wall -Wextra -Werror ";

// Builds the C reproducer with every compiler there is, and runs it; never with --crash.
int build_and_run(const Folder& folder, const Trace& trace) {
  folder.write("repro.c", reproduce(trace, ReproFormat::c, "a test"));
  for (const std::string compiler : {"clang", "cc"}) {
    if (!folder.has(compiler)) continue;
    EXPECT_EQ(folder.run(compiler + std::string(kFlags) + folder.at("repro.c") + " -lbpf -o " +
                         folder.at("repro")),
              0)
        << compiler << ":\n"
        << folder.read("said");
  }
  return folder.run(folder.at("repro"));
}

#define SKIP_IF_IT_COULD_NOT_RUN(status, folder) \
  if ((status) == kCouldNotRun) GTEST_SKIP() << (folder).read("said")

TEST(ReproC, SaysThatAConformingKernelConforms) {
  const Folder folder;
  const int status = build_and_run(folder, trace_of(kConforms));
  SKIP_IF_IT_COULD_NOT_RUN(status, folder);
  EXPECT_EQ(status, 0) << folder.read("said");
  EXPECT_FALSE(contains(folder.read("said"), "DEVIATION"));
  EXPECT_EQ(checks_in(folder.read("said")), 50U) << folder.read("said");
}

TEST(ReproC, SeesWhichProgramsAPacketMeets) {
  const Folder folder;
  const int status = build_and_run(folder, trace_of(kPackets));
  SKIP_IF_IT_COULD_NOT_RUN(status, folder);
  EXPECT_EQ(status, 0) << folder.read("said");
  EXPECT_TRUE(contains(folder.read("said"),
                       "expected dropped, seen dropped\n\tprograms: expected p1 , seen p1 \n"));
}

TEST(ReproC, AsksLinksAndEndsItsNamespace) {
  const Folder folder;
  const int status = build_and_run(folder, trace_of(kBeside));
  SKIP_IF_IT_COULD_NOT_RUN(status, folder);
  EXPECT_EQ(status, 0) << folder.read("said");
  EXPECT_EQ(checks_in(folder.read("said")), 29U) << folder.read("said");
}

TEST(ReproC, EndsANamespaceThatHasSeenPackets) {
  const Folder folder;
  const int status = build_and_run(
      folder, trace_of("link_create l0 p0 d0/ingress\npacket d0/ingress p0=drop\nremove all\n"
                       "packet d0/ingress\ninfo l0"));
  SKIP_IF_IT_COULD_NOT_RUN(status, folder);
  EXPECT_EQ(status, 0) << folder.read("said");
}

TEST(ReproC, ChangesQdiscsBesideTheLists) {
  const Folder folder;
  const int status = build_and_run(folder, trace_of(kQdiscs));
  SKIP_IF_IT_COULD_NOT_RUN(status, folder);
  EXPECT_EQ(status, 0) << folder.read("said");
}

// What they do where they are told to is in repro_vm_test.cpp.
TEST(ReproC, DoesNothingHazardousUnlessToldTo) {
  for (const std::string operations :
       {"attach p0 d0/ingress size=16\nquery d0/ingress size=40 room=1 progs\nquery d0/egress "
        "size=8\n"
        "link_create l0 p1 d0/ingress dirty=60\nlink_update l0 p2 size=8\nlink_detach l0 size=8000",
        "attach p0 d0/ingress as=userns\nquery d0/ingress as=nobody",
        "query d0/ingress size=24 progs", "attach map d0/ingress size=20 as=nobody",
        "attach p0 d0/ingress link rel=foreign", "attach p0 d0/ingress link rel=foreign:cgroup",
        "attach p0 d0/ingress link rel=foreign:raw_tracepoint",
        "attach p0 d0/ingress link rel=foreign:iter",
        "attach p0 d0/ingress link rel=foreign:netfilter",
        "attach p0 d0/ingress link rel=foreign:struct_ops\npacket d0/ingress p0=drop\nremove "
        "all"}) {
    const Folder folder;
    EXPECT_EQ(build_and_run(folder, trace_of(operations)), kCouldNotRun) << operations;
    const std::string said = folder.read("said");
    EXPECT_TRUE(contains(said, "This may crash the kernel. Nothing was done.")) << said;
    EXPECT_FALSE(contains(said, "expected")) << said;
  }
}

TEST(ReproC, ShowsADeviation) {
  const Folder folder;
  const int status = build_and_run(folder, trace_of(kDeviates));
  SKIP_IF_IT_COULD_NOT_RUN(status, folder);
  if (status == 0) GTEST_SKIP() << "this kernel keeps the promise that kernels up to 6.18 break";
  EXPECT_EQ(status, 1) << folder.read("said");
  EXPECT_TRUE(contains(folder.read("said"),
                       "BPF_TCX_INGRESS, &detach): expected !0, seen 0 | DEVIATION\n\tlist: "
                       "expected p0 p1 | same revision, seen p1 | new revision | DEVIATION\n"))
      << folder.read("said");
}

TEST(ReproC, FillsAList) {
  std::string header = "device d0\nload";
  std::string operations;
  for (int p = 0; p < 64; ++p) {
    header += " p" + std::to_string(p);
    operations += "attach p" + std::to_string(p) + " d0/egress before\n";
  }
  const Folder folder;
  const int status = build_and_run(folder, trace_of(operations, header));
  SKIP_IF_IT_COULD_NOT_RUN(status, folder);
  EXPECT_EQ(status, 0) << folder.read("said");
}

TEST(ReproC, CompilesWithoutDevicesOrPrograms) {
  const Folder folder;
  for (const std::string_view only :
       {"query nodev/ingress room=4 progs", "attach bad nodev/egress", "link_detach file",
        "detach none nodev/bogus", "link_update bad none", "info file", "packet nodev/egress"}) {
    const int status = build_and_run(folder, trace_of(only, ""));
    SKIP_IF_IT_COULD_NOT_RUN(status, folder);
    EXPECT_EQ(status, 0) << only << "\n" << folder.read("said");
  }
}

TEST(ReproC, CompilesWithPacketsAlone) {
  const Folder folder;
  const int status = build_and_run(folder, trace_of("packet d0/ingress p0=drop"));
  SKIP_IF_IT_COULD_NOT_RUN(status, folder);
  EXPECT_EQ(status, 0) << folder.read("said");
}

TEST(ReproC, LeavesOpenWhatTheInterfaceLeavesOpen) {
  const std::string text = reproduce(
      trace_of("attach p0 d0/ingress\ndetach none d0/ingress before after"), ReproFormat::c);
  EXPECT_TRUE(contains(text, "check(\"detach\", ret == -ERANGE")) << text;
  EXPECT_TRUE(contains(text, " ? NAME(ret) : \"0\", NAME(ret));")) << text;
}

TEST(ReproC, TakesAnyErrorWhereAnyKeepsThePromise) {
  const std::string text = reproduce(trace_of(kDeviates), ReproFormat::c);
  EXPECT_TRUE(contains(text, "CHECK(\"!0\", bpf_prog_detach_opts(0, ")) << text;
  EXPECT_FALSE(contains(text, "due as well")) << text;
}

// Of what was not asked for nothing is said, not even by name.
TEST(ReproC, NamesNoProgramThatIsNotThere) {
  const std::string text = reproduce(
      trace_of("attach p1 d0/ingress\nquery d0/ingress room=1 links", "device d0\nload p1"),
      ReproFormat::c);
  EXPECT_FALSE(contains(text, "id_of(")) << text;
  EXPECT_FALSE(contains(text, "[p0]")) << text;
}

TEST(ReproC, StopsWhereTheInterfaceLetAKernelGoAnotherWay) {
  const Folder folder;
  const int status = build_and_run(
      folder,
      trace_of("attach p0 d0/ingress\ndetach none d0/ingress before after\nquery d0/ingress"));
  // Refused or not, nothing deviates; if it was refused the query cannot be judged.
  EXPECT_TRUE(status == 0 || status == kCouldNotRun) << folder.read("said");
  EXPECT_FALSE(contains(folder.read("said"), "DEVIATION")) << folder.read("said");
}

TEST(ReproC, NamesErrorsThatAreDueAsWell) {
  const std::string text =
      reproduce(trace_of("attach p0 d0/ingress\nattach p0 d0/ingress rev=1"), ReproFormat::c);
  EXPECT_TRUE(contains(text, "/* EEXIST is due as well, but behind it. */\n\tCHECK(\"ESTALE\", "))
      << text;
}

TEST(ReproC, PassesTheRevisionThatTheListHadThen) {
  const std::string text = reproduce(
      trace_of("attach p0 d0/ingress rev=1\nattach p1 d0/ingress rev=99"), ReproFormat::c);
  EXPECT_TRUE(contains(text, ".expected_revision = d0_ingress[0]"));
  EXPECT_TRUE(contains(text, ".expected_revision = 99ULL"));
}

TEST(ReproC, KeepsTheHeadlineInsideItsComment) {
  const Folder folder;
  folder.write("repro.c", reproduce(trace_of(kDeviates), ReproFormat::c,
                                    "ends */ it /* early \?\?/\n#error \\"));
  EXPECT_EQ(folder.run("cc" + std::string(kFlags) + "-fsyntax-only " + folder.at("repro.c")), 0)
      << folder.read("said");
}

TEST(ReproC, IsPlainTextWhateverAReleaseSays) {
  const ReproOrigin origin{"6.1\x1b[2J\u202e\xff */ \?\?/\nint evil;", std::nullopt, "0.1"};
  for (const ReproFormat format : {ReproFormat::c, ReproFormat::selftest, ReproFormat::bpftool}) {
    const std::string text =
        reproduce(trace_of("attach p0 d0/ingress"), format, "a\x1b]0;x\x07 b", origin);
    for (const char* mark : {"\x1b", "\x07", "\u202e", "\xff", "\nint evil"})
      EXPECT_FALSE(contains(text, mark)) << text;
  }
}

}  // namespace
}  // namespace mprogcheck

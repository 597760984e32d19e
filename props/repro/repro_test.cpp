// SPDX-License-Identifier: GPL-2.0-only
// Reproducers of every format: what they look like, and what is said where a trace cannot be
// expressed. That those in C do as they should is in repro_c_test.cpp.
#include "props/repro/repro.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "model/judge/check.hpp"
#include "model/words/testing.hpp"
#include "props/repro/testing.hpp"

namespace mprogcheck {
namespace {

using namespace repro_testing;

std::string complaint_about(std::string_view operations, ReproFormat format) {
  try {
    reproduce(trace_of(operations), format);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "no complaint";
}

TEST(Repro, TakesTheReasonForAHeadline) {
  const Trace trace = trace_of(kDeviates, "reason the head goes\ndevice d0\nload p0 p1");
  for (const auto format : {ReproFormat::c, ReproFormat::selftest})
    EXPECT_TRUE(contains(reproduce(trace, format), "the head goes"));
}

TEST(Repro, RefusesWhatNoKernelHas) {
  const auto refused = [](std::string_view text, std::string_view why) {
    const Trace trace = parse(text, "test").at(0);
    for (const auto format : {ReproFormat::c, ReproFormat::selftest, ReproFormat::bpftool}) {
      try {
        reproduce(trace, format);
        ADD_FAILURE() << text;
      } catch (const std::invalid_argument& e) {
        EXPECT_TRUE(contains(e.what(), why)) << e.what();
      }
    }
    EXPECT_EQ(parse(reproduce(trace, ReproFormat::trace), "again").at(0).operations,
              trace.operations);
  };
  refused("dialect rfc2\ndevice d0\nload p0\nattach p0 d0/ingress first\n", "rfc2");
  refused("dialect mainline\ncapacity 3\ndevice d0\nload p0\nattach p0 d0/ingress\n",
          "lists of 3 entries");
  refused("dialect mainline\nrevision 7\ndevice d0\nload p0\nattach p0 d0/ingress\n",
          "begins at revision 7");
}

TEST(Repro, LeavesWhatMayCrashAKernelToCPrograms) {
  for (const std::string_view hazard :
       {"attach p0 d0/ingress before link rel=foreign", "attach map d0/ingress",
        "query d0/ingress as=nobody", "query d0/ingress size=8"}) {
    for (const auto format : {ReproFormat::selftest, ReproFormat::bpftool})
      EXPECT_TRUE(contains(complaint_about(hazard, format), "may crash the kernel it runs on"));
    const std::string program = reproduce(trace_of(hazard), ReproFormat::c);
    EXPECT_TRUE(contains(program, "\n/*\n * WARNING: THIS PROGRAM MAY CRASH")) << program;
    const std::size_t asks = program.find("if (argc != 2 || strcmp(argv[1], \"--crash\"))");
    EXPECT_LT(asks, program.find("\tif (unshare(CLONE_NEWNET))")) << program;
    EXPECT_NE(asks, std::string::npos);
  }
  EXPECT_FALSE(contains(reproduce(trace_of(kDeviates), ReproFormat::c), "crash"));
  for (const auto format : {ReproFormat::c, ReproFormat::selftest, ReproFormat::bpftool})
    EXPECT_TRUE(contains(complaint_about("provoke panic", format), "the harness provokes"));
}

TEST(ReproTrace, SaysWhatIsExpected) {
  const std::string text = reproduce(trace_of(kDeviates), ReproFormat::trace, "the head goes");
  EXPECT_TRUE(contains(text, "# the head goes\n")) << text;
  EXPECT_TRUE(contains(text, "=> ERANGE")) << text;
  EXPECT_TRUE(misprints(parse(text, "again").at(0)).empty());
}

TEST(ReproSelftest, LooksLikeTheKernels) {
  const std::string text = reproduce(trace_of(kDeviates), ReproFormat::selftest);
  for (const std::string_view part :
       {"void serial_test_tc_mprog_repro(void)", "test_tc_link__open_and_load()",
        ".relative_fd = fd1", "ASSERT_LT(err, 0, \"detach\")"})
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
}

TEST(ReproSelftest, AsksALinkWhatItIs) {
  const std::string text =
      reproduce(trace_of("link_create l0 p1 d0/egress\ninfo l0\nlink_detach l0\ninfo l0\ninfo bad\n"
                         "remove d1"),
                ReproFormat::selftest);
  for (const std::string_view part :
       {"err = bpf_link_get_info_by_fd(lfd0, &info, &info_len);",
        "ASSERT_EQ(info.prog_id, id1, \"prog_id\");",
        "ASSERT_EQ(info.tcx.ifindex, ifindex0, \"tcx.ifindex\");",
        "ASSERT_EQ(info.tcx.ifindex, 0, \"tcx.ifindex\");",
        "ASSERT_EQ(info.tcx.attach_type, BPF_TCX_EGRESS, \"tcx.attach_type\");",
        "ASSERT_EQ(err, -EBADF, \"info\")"})
    EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
}

TEST(ReproSelftest, RefusesWhatTheSkeletonHasNot) {
  const auto about = [](std::string_view operations) {
    return complaint_about(operations, ReproFormat::selftest);
  };
  EXPECT_TRUE(contains(about("attach p4 d0/ingress"), "no program of another type"));
  EXPECT_TRUE(contains(about("packet d0/ingress"),
                       "step 1, 'packet d0/ingress', cannot be written for a selftest"));
  EXPECT_TRUE(contains(about("close p0"), "cannot close a program"));
  EXPECT_TRUE(contains(about("link_create l0 p0 d0/ingress\nfdinfo l0"), "reads no /proc"));
  EXPECT_TRUE(contains(about("qdisc d0 add clsact"), "makes no qdisc"));
  EXPECT_TRUE(contains(about("remove all"), "cannot leave the namespace"));
  Trace trace = trace_of("", "device d0\nload p0 p1 p2 p3 p4 p5 p6");
  for (std::uint8_t p = 0; p < 7; ++p) {
    Operation op;
    op.verb = Verb::attach;
    op.prog = ref(Prog{p});
    op.point = {0, Hook::ingress};
    trace.operations.push_back(op);
  }
  EXPECT_THROW(reproduce(trace, ReproFormat::selftest), std::invalid_argument);
  trace.operations.pop_back();
  EXPECT_NO_THROW(reproduce(trace, ReproFormat::selftest));
}

TEST(ReproBpftool, IsAShellScript) {
  const Folder folder;
  folder.write(
      "repro.sh",
      reproduce(
          trace_of("attach p0 d0/ingress\nattach p1 d0/ingress before\ndetach none d0/ingress\n"
                   "query d0/ingress\nclose p0\nremove d1"),
          ReproFormat::bpftool, "what's more: $(false) `false`"));
  EXPECT_EQ(folder.run("sh -n " + folder.at("repro.sh")), 0) << folder.read("said");
  EXPECT_TRUE(contains(folder.read("repro.sh"),
                       "net attach tcx_ingress pinned \"$dir/bpf/p1\" dev d0 prepend\n"
                       "expect 'ok' d0 ingress 'p1 p0'"));
  const int status = folder.run("sh " + folder.at("repro.sh"));
  EXPECT_TRUE(status == 0 || status == kCouldNotRun) << status << "\n" << folder.read("said");
  if (status == 0) {
    EXPECT_TRUE(contains(folder.read("said"),
                         "As promised in all steps (6), in errors and program lists; bpftool shows "
                         "no revisions."))
        << folder.read("said");
  }
}

TEST(ReproBpftool, SaysWhatItHasNoWordsFor) {
  const auto about = [](std::string_view operations) {
    return complaint_about(operations, ReproFormat::bpftool);
  };
  EXPECT_TRUE(contains(about("detach none d0/ingress before rel=p0"),
                       "bpftool cannot name a relative program"));
  EXPECT_TRUE(contains(about("detach p0 d0/ingress"), "cannot name the program to detach"));
  EXPECT_TRUE(contains(about("attach p0 d0/ingress after"), "cannot pass these flags"));
  EXPECT_TRUE(contains(about("attach p0 d0/ingress rev=1"), "cannot pass an expected revision"));
  EXPECT_TRUE(contains(about("attach bad d0/ingress"), "opens the program itself"));
  EXPECT_TRUE(contains(about("close p0\nattach p0 d0/ingress"), "opens the program itself"));
  EXPECT_TRUE(contains(about("remove d0\nattach p0 d0/ingress"), "cannot ask the kernel"));
  for (const char* query :
       {"query d0/ingress room=9 progs", "query d0/ingress progs", "query d0/ingress room=1"})
    EXPECT_TRUE(contains(about(query), "cannot choose the arrays")) << query;
  EXPECT_TRUE(contains(about("query d0/ingress => ok rev=1"), "cannot show the revision"));
  EXPECT_TRUE(contains(about("link_create l0 p0 d0/ingress"), "cannot make links"));
  EXPECT_TRUE(contains(about("info bad"), "cannot make the links"));
  EXPECT_TRUE(contains(about("qdisc d0 add clsact"), "made with tc"));
  EXPECT_TRUE(contains(about("remove all"), "leave its own namespace"));
}

// A field makes the reproducer another one, besides the operation in its comments, or is refused.
TEST(Repro, NoFieldIsDroppedSilently) {
  std::size_t written = 0, refused = 0;
  words_testing::each_field([&](const Trace& without, const Operation& with, const auto&) {
    for (const auto format : {ReproFormat::c, ReproFormat::selftest, ReproFormat::bpftool}) {
      const auto body = [&](const Operation& op) {
        Trace trace = without;
        trace.operations.back() = op;
        std::string text = reproduce(trace, format);
        const std::string line = print(op);
        for (std::size_t at = 0; (at = text.find(line)) != std::string::npos;)
          text.erase(at, line.size());
        return text;
      };
      std::string before, after;
      try {
        before = body(without.operations.back());
        after = body(with);
      } catch (const std::invalid_argument&) {
        ++refused;
        continue;
      }
      ++written;
      EXPECT_NE(before, after) << word(format) << ": " << print(with);
    }
  });
  EXPECT_GT(written, 60U);
  EXPECT_GT(refused, 100U);
}

TEST(Repro, KnowsItsFormatsByName) {
  for (const auto format :
       {ReproFormat::c, ReproFormat::selftest, ReproFormat::bpftool, ReproFormat::trace})
    EXPECT_EQ(repro_format_from(word(format)), format);
  EXPECT_FALSE(repro_format_from("pdf"));
}

}  // namespace
}  // namespace mprogcheck

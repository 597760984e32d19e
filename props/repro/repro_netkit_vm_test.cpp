// SPDX-License-Identifier: GPL-2.0-only
// C reproducers of netkit devices, in a guest: they agree with a kernel that does as promised, and
// where their text expects something else they say exactly that.
#include "props/repro/vm_testing.hpp"

namespace mprogcheck {
namespace {

using namespace repro_testing;

constexpr std::string_view kPrograms = "load p0 p1 p2 p3:xdp";

// Every verb and hook, every attribute, and both namespaces.
constexpr std::string_view kDevices = R"(
create d1 d2
set d1 state=up
set d2 state=up
attach p0 d1/primary
attach p1 d1/peer
link_create l0 p2 d1/primary before rel=p0
link_create l1 p2 d1/peer
attach p3 d1/peer
query d1/primary room=4 progs links
query d1/peer room=1 progs links
query d2/primary
info l0
info l1
fdinfo l1
set d1 mtu=1400
set d1 mtu=67
set d1 address=a
change d1 policy=drop peer_policy=drop
change d1 policy=1
change d1 mode=l2
change d1 peer=given
change d2 policy=pass
set d2 ns=n1
attach p0 d1/peer before
attach p1 d2/ingress in=n1
attach p1 d2/ingress
detach p0 d1/primary in=n1
attach p0 lo/primary
create d3 pairing=single mode=l2 address=a
attach p0 d3/primary
attach p0 d3/egress
set d3 state=up
set d3 name=d0
set d3 address=b
set d3 address=multicast
create d1 d2 name=d0
remove d1
info l0
close l1
change d1 policy=drop
set d1 state=up
create d1 d2 mode=l2 peer.mtu=1400 peer.ns=n1 peer.address=b name=none headroom=4
remove d2
create d1 d2 scrub=none peer_scrub=none peer=none mtu=1280 ns=n1 rxqueues=1
set d1 ns=n0
set d1 ns=bad
remove all in=n1
create d1 d2 in=n1
create d1 d2 peer.ns=n1
create d1 d2 mode=7
create d1 d2 primary=1
create d1 d2 peer=cut
create d1 d2 index=negative
create d1 d2 index=lo
create d1 d2 name=d1 peer.name=d1
create d1 d2 mode=1:short
create d1 d2 mode=0:long headroom=2:long address=a:long
create d1 d2 mode=0:long unknown=9 mtu=1400 mtu=1500
remove d1
create d1 d2 peer=twice peer.mtu=1400 peer.unknown=7
remove d2
create d1 d2 peer=nested peer.address=b mode=0
remove all
create d1 d2
)";

constexpr std::string_view kPackets = R"(
create d1 d2
set d1 state=up
send d1
set d2 state=up
send d1
send d2 bytes=1514
attach p0 d1/primary
attach p1 d1/peer
attach p2 d1/primary
link_create l0 p1 d1/egress
link_create l1 p1 d2/ingress
send d1 mark priority
send d1 mark p0=drop
send d1 priority p0=unknown
send d1 p0=pass
send d1 p0=redirect
send d1 p1=redirect
send d1 p1=drop
send d1 p1=unknown p2=pass
send d1 bytes=13
send d1 bytes=14
send d1 bytes=1515
set d2 ns=n1
send d1
set d2 state=up
send d1 mark priority
send d1 mark priority p2=redirect
send d2 mark priority
change d1 peer_policy=drop
send d2
detach p1 d1/peer
send d2
set d2 state=down
send d1
send d2
create d3 pairing=single
set d3 state=up
send d3
set d2 state=up
remove all in=n1
send d1
packet d0/ingress p0=drop
)";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  EXPECT_EQ(text.find(from, at + 1), std::string::npos) << from << " is there twice";
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

class NetkitInAGuest : public ProgramInAnyGuest {
 protected:
  static void SetUpTestSuite() { boot("7.2"); }

  // Where a program expects `to` instead of `from`, it says so, and of one step alone.
  static void shows(std::string_view operations, std::string_view from, std::string_view to,
                    std::string_view what) {
    const ProgramResult ran = run_text(replaced(written(operations, kPrograms), from, to));
    EXPECT_EQ(ran.status, 1) << ran.output;
    const std::vector<std::string> told = deviations_in(ran.output);
    ASSERT_EQ(told.size(), 1U) << ran.output;
    EXPECT_TRUE(contains(told[0], what)) << what << "\n" << ran.output;
  }
};

TEST_F(NetkitInAGuest, MakesDevicesAndAsksAtTheirHooks) {
  conforms(kDevices, kPrograms);
}

// The list of d1's peer comes to be empty, which no kernel does as promised: see below.
TEST_F(NetkitInAGuest, SendsPacketsFromSideToSide) {
  const ProgramResult ran = run(kPackets, "device d0\nload p0 p1 p2");
  EXPECT_EQ(ran.status, 1) << ran.output;
  const std::vector<std::string> told = deviations_in(ran.output);
  ASSERT_EQ(told.size(), 1U) << ran.output;
  EXPECT_EQ(told[0], "\tlist: expected | new revision, seen | old revision | DEVIATION");
}

TEST_F(NetkitInAGuest, MakesDevicesBesideThoseOfTheHeader) {
  conforms(
      "create d1 d2\nattach p0 d0/ingress in=n1\nattach p0 d0/ingress\nattach p1 d1/peer\n"
      "qdisc d0 add clsact\npacket d0/egress\nremove d0\nattach p1 d1/peer\nremove all",
      "device d0\nload p0 p1");
}

TEST_F(NetkitInAGuest, AsksWithoutMakingAnything) {
  conforms("attach p0 lo/primary\nattach p0 nodev/peer\nattach p0 d0/ingress in=n1");
  conforms("remove all in=n1\nattach p0 d0/ingress");
}

TEST_F(NetkitInAGuest, SendsTheLongestFrames) {
  conforms(
      "create d1 d2 mtu=65535 peer.mtu=65535 mode=l2\nset d1 state=up\nset d2 state=up\n"
      "send d1 bytes=65549\nsend d2 bytes=65550\nset d2 mtu=68\nsend d1 bytes=65549",
      kPrograms);
}

constexpr std::string_view kPair = "create d1 d2\nset d1 state=up\nset d2 state=up\n";

TEST_F(NetkitInAGuest, SeesDevicesThatAreNotAsExpected) {
  shows("create d1 d2 peer.mtu=1400", "mtu=1400 link=d1", "mtu=1300 link=d1",
        "d2: expected down address=0:0:0:0:0:0 mtu=1300 link=d1 ");
  shows("create d1 d2 name=none", "check_device(\"nk0\"", "check_device(\"nk1\"",
        "nk1: expected down");
  shows("create d1 d2 peer.ns=n1", "\tenter(n1);\n\tcheck_device(\"d2\"",
        "\tenter(n0);\n\tcheck_device(\"d2\"", "d2: expected down");
  shows("create d1 d2\nremove d2", "check_device(\"d1\", \"none\")", "check_device(\"d1\", \"up\")",
        "d1: expected up, seen none | DEVIATION");
  shows("create d1 d2\nset d1 mtu=67", "CHECK(\"EINVAL\"", "CHECK(\"0\"",
        "ask(RTM_SETLINK, 0): expected 0, seen EINVAL | DEVIATION");
}

TEST_F(NetkitInAGuest, SeesListsThatAreNotAsExpected) {
  shows("create d1 d2\nattach p0 d1/peer\nset d2 ns=n1\nattach p1 d1/peer",
        "\"p0 p1 | new revision\"", "\"p1 p0 | new revision\"",
        "expected p1 p0 | new revision, seen p0 p1 | new revision | DEVIATION");
}

TEST_F(NetkitInAGuest, SeesPacketsThatFareOtherwise) {
  const std::string one = std::string(kPair) + "attach p0 d1/primary\nsend d1 mark";
  shows(one, "\"passed, sent", "\"redirected in n0, sent",
        "\tfate: expected redirected in n0, sent 1 of 60 bytes");
  shows(one, "\"p0 on d2 with mark", "\"p1 on d2 with mark", "\tprograms: expected p1 on");
  shows(one, "p0 on d2 with", "p0 on d1 with", "\tprograms: expected p0 on");
  shows(one, "p0 on d2 with mark", "p0 on d2", "with mark;  | DEVIATION");
  shows(one, "received 1 of 60 bytes", "received 1 of 46 bytes",
        "received 1 of 46 bytes, seen passed, sent 1 of 60 bytes, dropped 0, received 1 of 60 "
        "bytes | "
        "DEVIATION");
}

// As kernels up to 7.3 at least do.
TEST_F(NetkitInAGuest, SeesARevisionThatReturns) {
  const ProgramResult ran = run(
      "create d1 d2\nattach p0 d1/primary\ndetach p0 d1/primary\nattach p0 d1/primary", kPrograms);
  EXPECT_EQ(ran.status, 1) << ran.output;
  EXPECT_TRUE(contains(ran.output, "expected | new revision, seen | old revision | DEVIATION"))
      << ran.output;
}

TEST_F(NetkitInAGuest, ShowsWhatIsKnown) {
  shows_what_is_known();
}

// HEADROOM, TAILROOM and PAIRING came later than netkit.
class OlderNetkitInAGuest : public ProgramInAnyGuest {
 protected:
  static void SetUpTestSuite() { boot("6.12"); }
};

TEST_F(OlderNetkitInAGuest, NeedNotTellWhatCameLater) {
  conforms(std::string(kPair) + "change d1 policy=drop\nsend d1 => ENOBUFS\nset d2 ns=n1",
           kPrograms);
}

TEST_F(OlderNetkitInAGuest, ShowsWhatIsKnown) {
  shows_what_is_known();
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Netkit on a real kernel in a guest: devices in two namespaces, the lists at them, and packets
// from one to the other come back as the model says, however often a trace is run. Where no kernel
// or no QEMU can be had these tests skip, with the reason.
#include <algorithm>

#include "impl/vm/agent/testing.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

class Netkit : public InAGuest {
 protected:
  static void SetUpTestSuite() { boot("7.2"); }

  static Trace trace(const std::string& operations) {
    return parse("dialect mainline\ndevice d0\nload p0 p1 p2 p3 p4 p5\n" + operations, "test")
        .at(0);
  }
  static std::vector<Observation> conforms(const std::string& operations) {
    const Trace t = trace(operations);
    const auto seen = run({t});
    const Verdict verdict = check(t, seen.at(0));
    EXPECT_EQ(verdict.judged, t.operations.size());
    for (const Deviation& d : verdict.deviations) ADD_FAILURE() << explain(d, t);
    return seen.at(0);
  }
};

TEST_F(Netkit, can_all_be_asked_of_this_kernel) {
  EXPECT_TRUE(vm_->capabilities().netkit);
  EXPECT_EQ(vm_->capabilities().attributes, kInData);
}

TEST_F(Netkit, lists_are_those_of_either_side) {
  conforms(
      "create d1 d2\nattach p0 d1/primary\nattach p5 d1/peer\n"
      "link_create l0 p1 d1/peer\nattach p2 d2/ingress\n"
      "attach p0 d2/primary\nattach p0 lo/peer\nattach p0 nodev/peer\n"
      "query d1/peer room=2 progs links\ninfo l0\nfdinfo l0\nlink_update l0 p3\n"
      "set d2 ns=n1\ninfo l0\nattach p4 d2/egress\nattach p4 d2/egress in=n1\n"
      "attach p4 d1/primary in=n1\nset d1 ns=n1\nattach p4 d1/primary in=n1\n"
      "attach p4 lo/primary in=n1\nattach p4 d0/egress in=n1\nlink_detach l0\n"
      "link_create l1 p1 d1/primary in=n1\nremove d2\ninfo l1\nlink_update l1 p3\n");
}

TEST_F(Netkit, devices_come_change_and_go) {
  const auto seen = conforms(
      "create d1 d2 mode=l2 address=a mtu=68 peer.mtu=65535 headroom=7 policy=drop\n"
      "create d1 d2 mode=l2\ncreate d3 pairing=single name=d2\ncreate d3 pairing=single name=none\n"
      "change d1 peer_policy=drop\nchange d1 mode=l2\nchange d2 policy=pass\n"
      "set d2 address=b\nset d2 name=d1\nset d2 name=d0\nset d2 name=d3\nset d2 mtu=67\nset d1 "
      "state=up\n"
      "set d2 state=up\nset d1 ns=bad\nset d1 ns=n1\nremove d1\ncreate d1 d2 peer=none "
      "ns=n1\nremove d3\n"
      "create d1 d2 headroom=1:short\n");
  EXPECT_EQ(seen.at(0).devices[1].address, Address::a);
  EXPECT_EQ(seen.at(0).devices[2].address, Address::random);
  EXPECT_EQ(seen.at(3).devices[3].name, kMadeUpName);
  EXPECT_NE(seen.at(5).extack, "");
}

TEST_F(Netkit, packets_go_from_side_to_side) {
  const auto seen = conforms(
      "create d1 d2 mtu=65535 peer_scrub=none\nsend d1\nset d1 state=up\nsend d1\nset d2 state=up\n"
      "change d1 peer_policy=drop\nsend d2\nattach p0 d1/egress\nattach p1 d1/primary\n"
      "attach p2 d2/ingress\nattach p3 d1/peer\n"
      "send d1 bytes=65549 mark priority\nsend d1 bytes=14\nsend d1 bytes=13\n"
      "send d1 bytes=65550\nsend d1 p0=drop\nsend d1 p1=drop\nsend d1 p2=drop\n"
      "send d1 p0=redirect\nsend d1 p1=redirect\nsend d1 p2=redirect\nsend d2 p3=unknown\n"
      "set d2 ns=n1\nset d2 state=up\nsend d1 mark priority\nsend d2 mark priority\n"
      "send d2 p3=redirect\nsend d1 p2=redirect\n"
      "set d2 state=down\nsend d1\nsend d2\nremove d2\nsend d1\n"
      "create d3 pairing=single\nset d3 state=up\nsend d3\n");
  const Observation& far = seen.at(11);
  EXPECT_EQ(far.fate, Fate::passed);
  EXPECT_EQ(far.journey.met, 3);
  EXPECT_EQ(far.journey.received_bytes, 65549U);
  EXPECT_EQ(seen.at(18).fate, Fate::redirected);
}

TEST_F(Netkit, namespaces_end_with_what_is_in_them) {
  conforms(
      "create d1 d2 peer.ns=n1\nlink_create l0 p0 d1/primary\nlink_create l1 p1 d1/peer\n"
      "create d3 pairing=single\nremove all in=n1\ninfo l1\nattach p2 d3/egress\n"
      "create d1 d2 in=n1\ncreate d1 d2 ns=n1\nattach p0 d3/egress in=n1\ncreate d1 d2\n"
      "attach p0 d1/primary\nremove all\ncreate d1 d2\nattach p0 d1/primary\n");
  conforms(
      "attach p0 d0/ingress\ncreate d1 d2 in=n1\nlink_create l0 p0 d1/peer in=n1\n"
      "set d2 ns=n0\ncreate d3 pairing=single in=n1\nremove all\ninfo l0\n"
      "attach p0 d3/egress in=n1\nset d3 state=up\nsend d3\n");
}

TEST_F(Netkit, every_trace_begins_with_no_devices) {
  const std::vector<Trace> traces(
      40, trace("create d1 d2 name=none peer.name=none\ncreate d3 pairing=single in=n1\n"
                "set d1 state=up\nset d2 state=up\nlink_create l0 p0 d1/peer\nsend d2 p0=drop\n"));
  const auto seen = run(traces);
  EXPECT_TRUE(check(traces[0], seen.at(0)).conforms());
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [&](const auto& s) { return s == seen[0]; }));
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Netkit in the model, text form and judge: laws along hand-written traces, and what is told where
// one of them is broken.
#include <gtest/gtest.h>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "model/world/packet_path.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {
namespace {

Trace trace_of(const std::string& lines, const char* header = "load p0 p1 p2 p3\n") {
  return parse("dialect mainline\n" + std::string(header) + lines, "t.trace").at(0);
}

// The world behind the trace, and the answer to its last operation.
struct Ran {
  World world;
  Prediction last;
};
Ran ran(const std::string& lines, const char* header = "load p0 p1 p2 p3\n") {
  Ran out;
  const Trace trace = trace_of(lines, header);
  out.world.reset(trace.header);
  for (const Operation& op : trace.operations) out.world.step(op, out.last);
  return out;
}

std::vector<Observation> predicted(const Trace& trace) {
  std::vector<Observation> seen;
  World world;
  world.reset(trace.header);
  Prediction p;
  for (const Operation& op : trace.operations) {
    world.step(op, p);
    seen.push_back(p.observation);
  }
  return seen;
}

std::string told_of(const Observation& seen) {
  Operation send;
  send.verb = Verb::send;
  return describe(send, seen);
}

constexpr const char* kUp = "set d0 state=up\nset d1 state=up\n";

TEST(Devices, APairHasItsDefaults) {
  const World w = ran("create d0 d1\n").world;
  EXPECT_EQ(describe(w.view(0)),
            "d0 in n0 primary of d1 down mtu 1500 address zero mode=l3 policy=pass "
            "peer_policy=pass scrub=default peer_scrub=default headroom=0 tailroom=0 pairing=pair");
  EXPECT_EQ(describe(w.view(1)),
            "d1 in n0 peer of d0 down mtu 1500 address zero mode=l3 policy=pass peer_policy=pass "
            "scrub=default peer_scrub=default headroom=0 tailroom=0 pairing=pair");
}

TEST(Devices, EachSideTellsOfTheOther) {
  const World w = ran("create d0 d1 policy=drop peer_scrub=none mode=l2 address=a\n").world;
  EXPECT_EQ(w.view(0).peer_scrub, netkit::scrub_none);
  EXPECT_EQ(w.view(1).scrub, netkit::scrub_none);
  EXPECT_EQ(w.view(1).peer_policy, netkit::drop);
  EXPECT_EQ(w.view(0).address, Address::a);
  EXPECT_EQ(w.view(1).address, Address::random);
}

TEST(Devices, WithoutPeerInfoThePeerInheritsWithItItDoesNot) {
  const World inherits = ran("create d0 d1 peer=none mtu=1400 ns=n1\n").world;
  EXPECT_EQ(inherits.view(1).mtu, 1400U);
  EXPECT_EQ(inherits.view(1).space, 1);
  EXPECT_EQ(inherits.view(1).name, kMadeUpName);
  const World own = ran("create d0 d1 mtu=1400 ns=n1\n").world;
  EXPECT_EQ(own.view(1).mtu, 1500U);
  EXPECT_EQ(own.view(1).space, 0);
}

TEST(Devices, ThePeerTakesAMadeUpNameFirst) {
  const World w = ran("create d0 d1 name=none peer.name=none\n").world;
  EXPECT_EQ(w.view(1).name, kMadeUpName);
  EXPECT_EQ(w.view(0).name, kMadeUpName + 1);
}

TEST(Devices, ARefusedCreationLeavesNothing) {
  for (const char* attrs : {"peer.name=d0", "mtu=67", "peer_policy=1", "mode=2", "peer.index=lo"}) {
    const Ran r = ran("create d0 d1 " + std::string(attrs) + "\n");
    EXPECT_NE(r.last.decision.error, Errno::ok) << attrs;
    EXPECT_FALSE(r.world.device_present(0) || r.world.device_present(1)) << attrs;
    EXPECT_TRUE(r.last.observation.has_devices);
  }
}

TEST(Devices, TheListOfTheOtherSideIsReachedByThePrimary) {
  const World w = ran("create d0 d1\nattach p0 d0/peer\nlink_create l0 p1 d0/peer\n").world;
  EXPECT_EQ(w.chain({1, Hook::primary})->size(), 2);
  EXPECT_EQ(w.chain({0, Hook::primary})->size(), 0);
  Prediction p;
  World world = w;
  world.step(trace_of("create d0 d1\nlink_create l0 p1 d0/peer\ninfo l0\n").operations.back(), p);
  EXPECT_EQ(p.observation.at, (Point{1, Hook::peer}));
}

TEST(Devices, WhoMayNotAttachIsToldWhy) {
  const auto error = [](const std::string& lines) { return ran(lines).last.decision.error; };
  EXPECT_EQ(error("create d0 d1\nattach p0 d1/primary\n"), Errno::acces);
  EXPECT_EQ(error("create d0 pairing=single\nattach p0 d0/primary\n"), Errno::opnotsupp);
  EXPECT_EQ(error("attach p0 lo/peer\n"), Errno::nxio);
  EXPECT_EQ(error("create d0 d1\nattach p0 d0/primary in=n1\n"), Errno::nodev);
  EXPECT_EQ(error("create d0 d1 ns=n1\nattach p0 d0/primary in=n1\n"), Errno::ok);
}

TEST(Devices, APairGoesTogetherAndOrphansItsLinks) {
  const Ran r = ran("create d0 d1\nattach p0 d0/primary\nlink_create l0 p1 d0/peer\nremove d1\n");
  EXPECT_FALSE(r.world.device_present(0));
  EXPECT_FALSE(r.world.link(Link{0}).attached);
  EXPECT_EQ(r.world.prog(Prog{0}).holders, 0);
  EXPECT_EQ(r.last.observation.references, 4 + 2);
}

TEST(Devices, ANamespaceThatEndsTakesTheOtherEndAlong) {
  const World w = ran("create d0 d1 peer.ns=n1\ncreate d2 d3\nremove all in=n1\n").world;
  EXPECT_FALSE(w.device_present(0));
  EXPECT_TRUE(w.device_present(2));
  EXPECT_FALSE(w.space_there(1));
}

TEST(Devices, AMoveKeepsEverythingButTheState) {
  const World w = ran("create d0 d1 policy=drop\nset d0 state=up\nset d1 state=up\n"
                      "attach p0 d0/primary\nset d0 ns=n1\n")
                      .world;
  EXPECT_EQ(w.view(0).space, 1);
  EXPECT_FALSE(w.view(0).up || w.view(0).carrier || w.view(1).carrier);
  EXPECT_TRUE(w.view(1).up);
  EXPECT_EQ(w.chain({0, Hook::primary})->size(), 1);
  EXPECT_EQ(w.chain({0, Hook::primary})->revision(), 2U);
}

// A trace has qdiscs and filters at devices of the header only, so these operations are made here.
TEST(Devices, AMoveRemovesTheQdiscWithItsFilters) {
  const Trace trace = trace_of("create d0 d1\nattach p2 d0/primary\nset d0 ns=n1\n");
  Operation qdisc{};
  qdisc.verb = Verb::qdisc;
  qdisc.point = {0, Hook::ingress};
  qdisc.kind = Qdisc::clsact;
  Operation filter = qdisc;
  filter.verb = Verb::filter;
  filter.kind = Qdisc::none;
  filter.prog = ref(Prog{0});
  Operation link = filter;
  link.verb = Verb::filter_link;
  link.prog = ref(Prog{1});
  link.link = ref(Link{0});
  link.key.priority = 2;
  World w;
  w.reset(trace.header);
  Prediction p;
  for (const Operation& op : {trace.operations[0], trace.operations[1], qdisc, filter, link}) {
    w.step(op, p);
    ASSERT_EQ(p.decision.error, Errno::ok);
  }
  ASSERT_TRUE(w.link(Link{0}).owns_filter);
  const int held = w.references();
  w.step(trace.operations[2], p);
  EXPECT_EQ(w.qdisc(0), Qdisc::none);
  EXPECT_EQ(w.filters(0), Filters{});
  EXPECT_FALSE(w.link(Link{0}).owns_filter);
  EXPECT_EQ(w.references(), held - 1) << "that of the filter made by netlink";
  EXPECT_EQ(w.chain({0, Hook::primary})->size(), 1);
}

TEST(Devices, APacketMeetsEveryListOnItsWay) {
  const std::string programs = "attach p0 d0/egress\nattach p1 d0/primary\nattach p2 d1/ingress";
  EXPECT_EQ(told_of(ran("create d0 d1\n" + std::string(kUp) + programs + "\nsend d0 mark\n")
                        .last.observation),
            "ok passed progs=p0,p1,p2 [p0@d0+mark p1@d1+mark p2@d1+mark] sent 1 of 60 bytes "
            "received 1 of 60 bytes");
  EXPECT_EQ(told_of(ran("create d0 d1 peer.ns=n1\n" + std::string(kUp) + programs +
                        " in=n1\nsend d0 mark\n")
                        .last.observation),
            "ok passed progs=p0,p1,p2 [p0@d0+mark p1@d1 p2@d1] sent 1 of 60 bytes received 1 of 60 "
            "bytes");
}

TEST(Devices, VerdictsEndTheWayWhereTheyStand) {
  const std::string start =
      "create d0 d1\n" + std::string(kUp) + "attach p0 d0/primary\nattach p1 d1/ingress\n";
  const auto fate = [&](const char* send) {
    const Observation& o = ran(start + send + "\n").last.observation;
    return std::tuple(o.error, o.fate, int{o.journey.sent}, int{o.journey.dropped},
                      int{o.journey.received});
  };
  EXPECT_EQ(fate("send d0 p0=drop"), std::tuple(Errno::nobufs, Fate::dropped, 0, 1, 0));
  EXPECT_EQ(fate("send d0 p0=unknown"), std::tuple(Errno::nobufs, Fate::dropped, 0, 1, 0));
  EXPECT_EQ(fate("send d0 p0=redirect"), std::tuple(Errno::ok, Fate::redirected, 1, 0, 0));
  EXPECT_EQ(fate("send d0 p1=drop"), std::tuple(Errno::ok, Fate::dropped, 1, 0, 1));
  EXPECT_EQ(fate("send d0 p1=unknown"), std::tuple(Errno::ok, Fate::passed, 1, 0, 1));
  EXPECT_EQ(fate("send d0 bytes=1515"), std::tuple(Errno::msgsize, Fate::none, 0, 0, 0));
}

TEST(Devices, WhatIsToldOfADeviceIsJudged) {
  const Trace trace = trace_of("create d0 d1\nchange d0 policy=drop\n");
  auto seen = predicted(trace);
  seen[1].devices[0].policy = netkit::pass;
  const Verdict v = check(trace, seen);
  ASSERT_EQ(v.deviations.size(), 1U);
  EXPECT_EQ(bucket(v.deviations[0], Dialect::mainline),
            "mainline.netkit.change.change.policies.devices.policy");
}

TEST(Devices, WhatOlderKernelsDoNotShowIsNoDeviation) {
  const Trace trace = trace_of("create d0 d1\n");
  auto seen = predicted(trace);
  for (DeviceView& d : seen[0].devices) d.shown = d.shown - kYounger;
  EXPECT_TRUE(check(trace, seen).conforms());
  for (DeviceView& d : seen[0].devices) d.shown.remove(Key::scrub);
  EXPECT_FALSE(check(trace, seen).conforms());
}

TEST(Devices, AChangeThatIsHalfMadeIsTakenOver) {
  const Trace trace = trace_of("create d0 d1\nchange d0 policy=drop peer_policy=7\n" +
                               std::string(kUp) + "send d0\n");
  auto seen = predicted(trace);
  for (std::size_t i = 1; i < seen.size() - 1; ++i)
    seen[i].devices[0].policy = seen[i].devices[1].peer_policy = netkit::drop;
  seen.back().error = Errno::nobufs;
  seen.back().fate = Fate::dropped;
  seen.back().journey.start();
  seen.back().journey.dropped = 1;
  const Verdict v = check(trace, seen);
  ASSERT_EQ(v.deviations.size(), 1U) << explain(v.deviations.back(), trace);
  EXPECT_EQ(v.deviations[0].clause, "change.peer_policy");
}

TEST(Devices, AnEmptyListThatSaysOneAgainGoesOnCounting) {
  const Trace trace = trace_of(
      "create d0 d1\nattach p0 d0/primary\ndetach p0 d0/primary\nattach p1 d0/primary rev=3\n");
  auto seen = predicted(trace);
  seen[2].after.revision = 1;
  const Verdict v = check(trace, seen);
  ASSERT_EQ(v.deviations.size(), 1U);
  EXPECT_EQ(bucket(v.deviations[0], Dialect::mainline), "mainline.netkit.revision.told");
}

TEST(Devices, APacketThatSawSomethingElseIsJudged) {
  const Trace trace =
      trace_of("create d0 d1\n" + std::string(kUp) + "attach p0 d0/primary\nsend d0 mark\n");
  const auto differs = [&](auto&& change) {
    auto seen = predicted(trace);
    change(seen.back().journey);
    const Verdict v = check(trace, seen);
    return v.conforms() ? std::string("conforms") : v.deviations[0].detail;
  };
  EXPECT_EQ(differs([](Journey&) {}), "conforms");
  EXPECT_EQ(differs([](Journey& j) { j.progs[0].on = 0; }), ".on");
  EXPECT_EQ(differs([](Journey& j) { j.progs[0].mark = false; }), ".scrub");
  EXPECT_EQ(differs([](Journey& j) { j.received_bytes = 46; }), ".counted");
  EXPECT_EQ(differs([](Journey& j) { j.met = 0; }), ".order");
}

TEST(Devices, TheTextFormKeepsEveryPartOfARequest) {
  for (const char* line :
       {"create d0 d1 mode=l2 address=a:short peer.address=multicast mtu=4294967295 peer.mtu=68",
        "create d0 d1 policy=drop policy=7 unknown=5 headroom=65535:long in=n1",
        "create d0 d1 peer=cut index=negative ns=bad name=d3 txqueues=0",
        "create d0 pairing=single scrub=none",
        "create d0 d1 name=none peer.name=none peer.ns=n1"}) {
    const Trace trace = trace_of(std::string(line) + "\n");
    EXPECT_EQ(print(trace.operations[0]), line);
  }
  const Trace trace = trace_of(
      "create d0 d1\nset d0 ns=n1\nset d1 state=down\nchange d0 peer=given\nattach p0 d0/peer "
      "in=n1\nsend d1 bytes=65549 mark priority p0=redirect p1=drop\nremove all in=n1\n");
  EXPECT_EQ(parse(print(trace), "t").at(0).operations, trace.operations);
}

TEST(Devices, WhatMakesNoSenseIsToldWhereAndWhy) {
  const auto complaint_of = [](const std::string& lines, const char* header) {
    try {
      trace_of(lines, header);
    } catch (const ParseError& e) {
      return std::string(e.what());
    }
    return std::string("no complaint");
  };
  const auto says = [&](const std::string& lines, const char* part,
                        const char* header = "load p0\n") {
    const std::string told = complaint_of(lines, header);
    EXPECT_NE(told.find(part), std::string::npos) << lines << ": " << told;
  };
  says("create d0\n", "3:1: a pair has two ends");
  says("create d0 d0\n", "3:11: the peer is a device of its own");
  says("create d0 d1 mtu=1 address=c\n", "unknown value 'c'; there are zero, a, b, multicast");
  says("create d0 d1 mtu=1:shorter\n", "unknown form 'shorter'; there are short and long");
  says("create d0 d1 peer=none peer.mtu=68\n", "there is no PEER_INFO that it could stand in");
  says("create d0 d1\nset d0\n", "set takes one thing at a time");
  says("create d0 d1\nset d0 mtu=68 state=up\n", "set takes one thing at a time");
  says("create d0 d1\nchange d0 mtu=68\n", "only attributes of INFO_DATA change");
  says("create d0 d1\npacket d0/egress\n", "a netkit device gets its packets by 'send'");
  says("send d0\n", "d0 is not declared");
  says("attach p0 d0/primary\n", "is declared in the header, and of no particular kind",
       "device d0\nload p0\n");
  says("attach p0 lo/ingress\n", "lo is there to show what is no netkit");
  says("create d0 d1 name=d2 name=none\n", "a name is given, or left out");
  says("create d0 d1\nremove d0 in=n1\n", "a device goes from where it is");
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Reproducers of netkit devices: they compile whatever is asked, and say what they cannot express.
// They are run in a guest alone, see vm/repro_netkit_vm_test.cpp.
#include <gtest/gtest.h>

#include <stdexcept>

#include "props/generate/generator.hpp"
#include "props/repro/repro.hpp"
#include "props/repro/testing.hpp"

namespace mprogcheck {
namespace {

using namespace repro_testing;

constexpr std::string_view kPrograms = "load p0 p1 p2 p3:xdp";

void compiles(const Folder& folder, const Trace& trace) {
  folder.write("repro.c", reproduce(trace, ReproFormat::c, "a test"));
  for (const std::string compiler : {"clang", "cc"}) {
    if (!folder.has(compiler)) continue;
    EXPECT_EQ(
        folder.run(compiler + " -O1 -Wall -Wextra -Werror -fsyntax-only " + folder.at("repro.c")),
        0)
        << compiler << " of\n"
        << print(trace) << folder.read("said");
  }
}

// Each leaves out what others need.
TEST(ReproNetkit, CompilesWithNoMoreThanIsAsked) {
  const Folder folder;
  for (const std::string_view only :
       {"create d1 d2", "create d1 d2 mode=7", "create d1 pairing=single",
        "remove all in=n1\ncreate d1 d2 in=n1", "create d1 d2\nremove d1",
        "create d1 d2\nset d1 state=up", "create d1 d2\nchange d1 policy=drop",
        "create d1 d2\nsend d1 bytes=13", "create d1 d2\nset d1 state=up\nsend d1",
        "create d1 d2\nremove all", "create d1 d2\nattach p0 d2/primary",
        "create d1 d2\nquery d1/peer room=1 progs links", "create d1 d2\nlink_create l0 p0 d1/peer",
        "create d1 d2\nlink_create l0 p0 d1/peer\ninfo l0\nfdinfo l0", "attach p0 lo/primary",
        "query nodev/peer", "attach p0 nodev/ingress in=n1", "remove all in=n1",
        "create d1 d2 mode=0:short headroom=1:long address=a:short peer.ns=bad"})
    compiles(folder, trace_of(only, "load p0"));
  compiles(folder, trace_of("create d1 d2\nsend d1 bytes=13", ""));
  compiles(folder, trace_of("create d1 d2", "device d0"));
  compiles(folder, trace_of("create d1 d2\npacket d0/ingress\nsend d1\nremove d0\nremove all",
                            "device d0\nload p0"));
}

TEST(ReproNetkit, CompilesWhateverIsGenerated) {
  const Folder folder;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    Capabilities can;
    can.packets = can.netkit = can.qdiscs = true;
    can.attributes = kInData;
    can.hazards = seed % 4 == 0;
    Scope scope = draw_scope(random, Dialect::mainline, can);
    scope.netkit = true;
    Generator generator(random, scope);
    Trace trace;
    trace.header = header_of(scope);
    World world;
    world.reset(trace.header);
    Prediction p;
    for (std::uint64_t i = 0; i < 3 + seed; ++i) {
      trace.operations.push_back(generator.next(world));
      world.step(trace.operations.back(), p);
    }
    compiles(folder, trace);
  }
}

TEST(ReproNetkit, WritesRequestsAsTheyGoOverTheWire) {
  const std::string text = reproduce(
      trace_of("create d1 d2 peer.mtu=1400 mode=l2 policy=drop mtu=1400:short index=negative\n"
               "set d2 ns=n1\nset d1 state=up",
               kPrograms),
      ReproFormat::c);
  EXPECT_TRUE(contains(text, R"C(	req.link.ifi_index = -1;
	put_string(IFLA_IFNAME, "d1");
	put(IFLA_MTU, &(__u32){ 1400 }, 3); /* a byte short */
	info = put(IFLA_LINKINFO, "", 0);
	put_string(IFLA_INFO_KIND, "netkit");
	data = put(IFLA_INFO_DATA, "", 0);
	peer = put(IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg));
	put_string(IFLA_IFNAME, "d2");
	put_u32(IFLA_MTU, 1400);
	end_nest(peer);
	put_u32(IFLA_NETKIT_MODE, NETKIT_L2);
	put_u32(IFLA_NETKIT_POLICY, NETKIT_DROP);
	end_nest(data);
	end_nest(info);
	ret = ask(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	if (ret == -EOPNOTSUPP)
		errx(2, "could not run: making netkit (Linux 6.7, CONFIG_NETKIT)");
	check("create", ret == -EINVAL ? NAME(ret) : "ERANGE", NAME(ret));)C"))
      << text;
  EXPECT_TRUE(contains(text, "put_u32(IFLA_NET_NS_FD, netns[n1]);")) << text;
}

TEST(ReproNetkit, AsksBeforeItDoesWhatMayHarmAKernel) {
  for (const std::string_view hazard : {"create d1 d2 mtu=65535", "create d1 d2 mode=0:short"})
    EXPECT_TRUE(
        contains(reproduce(trace_of(hazard, ""), ReproFormat::c), "strcmp(argv[1], \"--crash\")"));
  EXPECT_FALSE(contains(reproduce(trace_of("create d1 d2", ""), ReproFormat::c), "crash"));
}

TEST(ReproNetkit, LeavesDevicesAndTheirHooksToCPrograms) {
  for (const std::string_view operations : {"create d1 d2", "attach p0 lo/primary",
                                            "attach p0 nodev/peer", "attach p0 d0/ingress in=n1"})
    for (const auto format : {ReproFormat::selftest, ReproFormat::bpftool}) {
      try {
        reproduce(trace_of(operations, "device d0\nload p0"), format);
        ADD_FAILURE() << operations;
      } catch (const std::invalid_argument& e) {
        EXPECT_TRUE(contains(e.what(), "step 1, '" + std::string(operations) + "', cannot be "))
            << e.what();
        EXPECT_TRUE(contains(e.what(), "netkit") || contains(e.what(), "namespace")) << e.what();
      }
    }
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Netkit devices of the core by themselves: requests byte by byte, lists and links of either side,
// and packets.
#include "impl/fake_kernel/netdev.h"

#include <gtest/gtest.h>
#include <linux/err.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "impl/core/cls.h"

namespace {

// Programs note where they met the packet, and answer what their cookie says.
struct Packet : mprog_packet {
  std::vector<std::uint32_t> on;
};
int answer(const mprog_prog* prog, void* packet) {
  auto& p = *static_cast<Packet*>(static_cast<mprog_packet*>(packet));
  p.on.push_back(p.ifindex);
  return static_cast<int>(prog->cookie);
}

class Netdev : public testing::Test {
 protected:
  Netdev() {
    mprog_params params{};
    params.dialect = MPROG_MAINLINE;
    params.capacity = 63;
    params.devices = 1;
    params.revision = 1;
    mprog_net_init(net.get(), &params);
    held = net->held;
  }

  struct Nest {
    std::vector<mprog_nlattr> attrs;
    Nest& put(std::uint32_t type, std::uint32_t value, std::uint32_t len = 4) {
      mprog_nlattr a{};
      a.type = static_cast<std::uint16_t>(type);
      a.len = static_cast<std::uint16_t>(len);
      std::memcpy(a.data, &value, 4);
      attrs.push_back(a);
      return *this;
    }
    Nest& put(std::uint32_t type, const std::string& bytes) {
      put(type, 0U, static_cast<std::uint32_t>(bytes.size()));
      std::memcpy(attrs.back().data, bytes.data(), bytes.size());
      return *this;
    }
    mprog_nlattrs wire() const { return {attrs.data(), static_cast<std::uint32_t>(attrs.size())}; }
  };
  Nest own, data, peer;  // of the next request
  std::uint32_t space = 0;

  mprog_netdev_request request(int ifindex = 0) {
    mprog_netdev_request r{};
    r.space = space;
    r.ifindex = ifindex;
    r.attrs = own.wire();
    r.data = data.wire();
    r.peer = peer.wire();
    return r;
  }
  int create() {
    mprog_netdev_request r = request();
    extack = {};
    return mprog_netdev_new(net.get(), &r, &extack, &primary);
  }
  // A pair called "a" and "b", with `data` as it stands.
  int pair() {
    own.put(MPROG_IFLA_NAME, "a");
    data.put(MPROG_NETKIT_PEER_INFO, 0, MPROG_IFINFOMSG);
    peer.put(MPROG_IFLA_NAME, "b");
    return create();
  }
  std::uint32_t other() { return info(primary).link; }
  int change(std::uint32_t ifindex) {
    mprog_netdev_request r = request(static_cast<int>(ifindex));
    extack = {};
    return mprog_netdev_change(net.get(), &r, &extack);
  }
  int set(std::uint32_t ifindex) {
    mprog_netdev_request r = request(static_cast<int>(ifindex));
    return mprog_netdev_set(net.get(), &r, &extack);
  }
  int set_up(std::uint32_t ifindex, bool up) {
    mprog_netdev_request r{};
    r.space = net->devices[ifindex - MPROG_FIRST_IFINDEX].space;
    r.ifindex = static_cast<int>(ifindex);
    r.change_up = true;
    r.up = up;
    return mprog_netdev_set(net.get(), &r, &extack);
  }
  int move(std::uint32_t ifindex, std::uint32_t to) {
    own = data = peer = {};
    space = net->devices[ifindex - MPROG_FIRST_IFINDEX].space;
    own.put(MPROG_IFLA_NET_NS_FD, MPROG_FD_SPACES + to);
    return set(ifindex);
  }
  mprog_netdev_info info(std::uint32_t ifindex) {
    mprog_netdev_info i{};
    mprog_netdev_get(net.get(), ifindex, &i);
    return i;
  }
  mprog_attr at(std::uint32_t ifindex, std::uint32_t attach_type, int says) {
    mprog_attr attr{};
    attr.space = space;
    attr.ifindex = ifindex;
    attr.attach_type = attach_type;
    mprog_prog_load(net.get(), MPROG_SCHED_CLS, answer, static_cast<std::uint32_t>(says),
                    &attr.prog_fd);
    attr.capable = true;
    return attr;
  }
  int attach(std::uint32_t ifindex, std::uint32_t attach_type, int says = MPROG_NEXT) {
    const mprog_attr attr = at(ifindex, attach_type, says);
    return mprog_prog_attach(net.get(), &attr);
  }
  int link(std::uint32_t ifindex, std::uint32_t attach_type, std::uint32_t* fd) {
    const mprog_attr attr = at(ifindex, attach_type, MPROG_NEXT);
    return mprog_link_create(net.get(), &attr, fd);
  }
  int xmit(std::uint32_t ifindex, std::uint32_t len = 60) {
    packet = {{len, 1, 1, 0, MPROG_REFUSED}, {}};
    return mprog_xmit(net.get(), ifindex, &packet);
  }
  const mprog_counters& counters(std::uint32_t ifindex) const {
    return net->devices[ifindex - MPROG_FIRST_IFINDEX].counters;
  }
  const mprog_list& list(std::uint32_t ifindex) const {
    return net->devices[ifindex - MPROG_FIRST_IFINDEX].lists[MPROG_AT_PRIMARY];
  }
  std::uint32_t present() const {
    std::uint32_t n = 0;
    for (const mprog_device& d : net->devices) n += d.present;
    return n;
  }

  using On = std::vector<std::uint32_t>;
  std::unique_ptr<mprog_net> net = std::make_unique<mprog_net>();
  std::uint32_t held = 0, primary = 0;
  mprog_extack extack{};
  Packet packet{};
};

TEST_F(Netdev, APairBeginsWithItsDefaults) {
  ASSERT_EQ(pair(), 0);
  const mprog_netdev_info a = info(primary), b = info(other());
  EXPECT_STREQ(a.name, "a");
  EXPECT_STREQ(b.name, "b");
  EXPECT_TRUE(a.primary);
  EXPECT_FALSE(b.primary);
  EXPECT_EQ(b.link, primary);
  for (const mprog_netdev_info& i : {a, b}) {
    EXPECT_EQ(i.mode, MPROG_L3);
    EXPECT_FALSE(i.arp);
    EXPECT_EQ(i.policy, MPROG_PASS);
    EXPECT_EQ(i.scrub, MPROG_SCRUB_DEFAULT);
    EXPECT_EQ(i.mtu, 1500u);
    EXPECT_FALSE(i.up || i.carrier);
  }
}

TEST_F(Netdev, EachOfDuplicatesIsValidatedAndTheLastCounts) {
  data.put(MPROG_NETKIT_MODE, MPROG_L3).put(MPROG_NETKIT_MODE, MPROG_L2);
  ASSERT_EQ(pair(), 0);
  EXPECT_EQ(info(primary).mode, MPROG_L2);
  mprog_space_remove(net.get(), 0);
  space = 1;
  data.put(MPROG_NETKIT_MODE, 2).put(MPROG_NETKIT_MODE, MPROG_L2);
  EXPECT_EQ(create(), -ERANGE);
  EXPECT_NE(extack.msg, nullptr);
}

TEST_F(Netdev, AnAttributeMayBeLongerThanItsValueAndNotShorter) {
  data.put(MPROG_NETKIT_HEADROOM, 7, 6).put(200, 0, 1);
  ASSERT_EQ(pair(), 0) << "longer; and one that nobody knows";
  EXPECT_EQ(info(primary).headroom, 7);
  EXPECT_EQ(info(other()).headroom, 7);
  EXPECT_EQ(mprog_device_remove(net.get(), primary), 0);
  data.put(MPROG_NETKIT_TAILROOM, 7, 1);
  EXPECT_EQ(create(), -ERANGE);
  data.attrs.pop_back();
  data.put(MPROG_NETKIT_PRIMARY, 1, 1);
  EXPECT_EQ(create(), -EINVAL);
}

TEST_F(Netdev, ThePeerGoesAgainWhereThePrimaryCannotBe) {
  own.put(MPROG_IFLA_NAME, "b");
  data.put(MPROG_NETKIT_PEER_INFO, 0, MPROG_IFINFOMSG);
  peer.put(MPROG_IFLA_NAME, "b");
  EXPECT_EQ(create(), -EEXIST);
  EXPECT_EQ(present(), 1u);
  own = {};
  ASSERT_EQ(create(), 0) << "b is free again";
  EXPECT_STREQ(info(primary).name, "nk0");
}

TEST_F(Netdev, WithoutPeerInfoThePeerTakesMtuAndNamespaceAndItsNameFirst) {
  own.put(MPROG_IFLA_MTU, 1400).put(MPROG_IFLA_NET_NS_FD, MPROG_FD_SPACES + 1);
  ASSERT_EQ(create(), 0);
  EXPECT_STREQ(info(other()).name, "nk0");
  EXPECT_STREQ(info(primary).name, "nk1");
  EXPECT_EQ(info(other()).mtu, 1400u);
  EXPECT_EQ(info(other()).space, 1u);
}

TEST_F(Netdev, ATableThatIsFullMakesNoHalfPair) {
  ASSERT_EQ(pair(), 0);
  own = peer = {};
  EXPECT_EQ(create(), -ENOMEM) << "one slot is left for two";
  EXPECT_EQ(present(), 3u);
}

TEST_F(Netdev, OnlyThePrimaryIsAHandle) {
  ASSERT_EQ(pair(), 0);
  EXPECT_EQ(attach(primary, MPROG_PEER), 0);
  EXPECT_EQ(list(primary).count, 0u);
  EXPECT_EQ(list(other()).count, 1u);
  EXPECT_EQ(attach(other(), MPROG_PRIMARY), -EACCES);
  EXPECT_EQ(attach(MPROG_LOOPBACK, MPROG_PRIMARY), -ENXIO);
  EXPECT_EQ(attach(MPROG_FIRST_IFINDEX, MPROG_PEER), -ENXIO) << "a plain device";
  EXPECT_EQ(attach(77, MPROG_PEER), -ENODEV);
  EXPECT_EQ(attach(primary, 77), -EINVAL);
  space = 1;
  EXPECT_EQ(attach(primary, MPROG_PRIMARY), -ENODEV) << "from another namespace";
}

TEST_F(Netdev, ASingleDeviceTakesNoProgramsAndLosesItsPackets) {
  data.put(MPROG_NETKIT_PAIRING, MPROG_SINGLE);
  ASSERT_EQ(create(), 0);
  EXPECT_EQ(info(primary).link, 0u);
  EXPECT_FALSE(info(primary).told >> MPROG_NETKIT_SCRUB & 1);
  EXPECT_EQ(attach(primary, MPROG_PRIMARY), -EOPNOTSUPP);
  EXPECT_EQ(attach(primary, MPROG_EGRESS), 0);
  EXPECT_EQ(set_up(primary, true), 0);
  EXPECT_TRUE(info(primary).carrier);
  EXPECT_EQ(xmit(primary), -ENOBUFS);
  EXPECT_EQ(packet.on, On{primary});
  EXPECT_EQ(atomic64_read(&counters(primary).tx_dropped), 1);
}

TEST_F(Netdev, ARefusedChangeHasChangedNothing) {
  ASSERT_EQ(pair(), 0);
  data = {};
  data.put(MPROG_NETKIT_POLICY, MPROG_DROP).put(MPROG_NETKIT_PEER_POLICY, 1);
  EXPECT_EQ(change(primary), -EINVAL);
  EXPECT_EQ(info(primary).policy, MPROG_PASS);
  data.attrs.back().data[0] = MPROG_DROP;
  EXPECT_EQ(change(primary), 0);
  EXPECT_EQ(info(primary).policy, MPROG_DROP);
  EXPECT_EQ(info(primary).peer_policy, MPROG_DROP);
  EXPECT_EQ(change(other()), -EACCES);
  data.put(MPROG_NETKIT_SCRUB, MPROG_SCRUB_NONE);
  EXPECT_EQ(change(primary), -EACCES);
}

TEST_F(Netdev, AnAddressIsForModeL2AndTheOneThatIsThereIsNoChange) {
  const std::string a{"\2\0\0\0\0\12", 6}, zero(6, '\0');
  ASSERT_EQ(pair(), 0);
  const auto set_address = [&](const std::string& address) {
    own = {};
    own.put(MPROG_IFLA_ADDRESS, address);
    return set(primary);
  };
  EXPECT_EQ(set_address(a), -EOPNOTSUPP);
  EXPECT_EQ(set_address(zero), 0) << "in mode L3 it has that";
  EXPECT_EQ(mprog_device_remove(net.get(), primary), 0);
  own = {};
  data.put(MPROG_NETKIT_MODE, MPROG_L2);
  ASSERT_EQ(create(), 0);
  EXPECT_EQ(set_address(a), 0);
  EXPECT_EQ(std::memcmp(info(primary).address, a.data(), 6), 0);
  EXPECT_EQ(set_address(zero), -EADDRNOTAVAIL);
  EXPECT_EQ(set_address(a.substr(1)), -EINVAL);
}

TEST_F(Netdev, TheCarrierIsThereWhileBothSidesAreUp) {
  ASSERT_EQ(pair(), 0);
  const auto carriers = [&] { return info(primary).carrier + info(other()).carrier; };
  EXPECT_EQ(set_up(primary, true), 0);
  EXPECT_EQ(carriers(), 0);
  EXPECT_EQ(set_up(other(), true), 0);
  EXPECT_EQ(carriers(), 2);
  EXPECT_EQ(set_up(primary, false), 0);
  EXPECT_EQ(carriers(), 0);
}

TEST_F(Netdev, MovingASideKeepsItsListAndItsLinks) {
  ASSERT_EQ(pair(), 0);
  std::uint32_t fd = 0;
  ASSERT_EQ(link(primary, MPROG_PEER, &fd), 0);
  ASSERT_EQ(set_up(other(), true), 0);
  ASSERT_EQ(move(other(), 1), 0);
  EXPECT_EQ(info(other()).space, 1u);
  EXPECT_FALSE(info(other()).up);
  EXPECT_EQ(list(other()).count, 1u);
  EXPECT_EQ(list(other()).revision, 2u);
  struct mprog_link_info told {};
  EXPECT_EQ(mprog_link_info(net.get(), fd, &told), 0);
  EXPECT_EQ(told.ifindex, other());
  EXPECT_EQ(told.attach_type, static_cast<std::uint32_t>(MPROG_PEER));
  space = 0;
  EXPECT_EQ(attach(primary, MPROG_PEER), 0) << "wherever the other side is";
}

TEST_F(Netdev, MovingASideRemovesItsQdiscWithTheFilters) {
  ASSERT_EQ(pair(), 0);
  ASSERT_EQ(mprog_qdisc_set(net.get(), primary, MPROG_CLSACT, false), 0);
  mprog_filter_request filter{};
  filter.ifindex = primary;
  filter.attach_type = MPROG_INGRESS;
  filter.priority = filter.handle = 1;
  filter.create = filter.excl = filter.capable = true;
  filter.prog_fd = at(primary, MPROG_INGRESS, MPROG_NEXT).prog_fd;
  const std::uint64_t before = net->held;
  ASSERT_EQ(mprog_filter_set(net.get(), &filter), 0);
  ASSERT_EQ(move(primary, 1), 0);
  EXPECT_EQ(net->held, before);
  EXPECT_EQ(mprog_qdisc_set(net.get(), primary, MPROG_NO_QDISC, false), -ENOENT);
}

TEST_F(Netdev, EitherSideTakesTheOtherAlongAndLinksAreOrphaned) {
  ASSERT_EQ(pair(), 0);
  std::uint32_t fd = 0;
  ASSERT_EQ(link(primary, MPROG_PRIMARY, &fd), 0);
  ASSERT_EQ(attach(primary, MPROG_PEER), 0);
  ASSERT_EQ(move(other(), 1), 0);
  const std::uint32_t a = primary, b = other();
  mprog_space_remove(net.get(), 1);
  EXPECT_EQ(present(), 1u);
  EXPECT_EQ(mprog_device_remove(net.get(), a), -ENODEV);
  EXPECT_EQ(xmit(b), -ENODEV);
  struct mprog_link_info told {};
  EXPECT_EQ(mprog_link_info(net.get(), fd, &told), 0);
  EXPECT_EQ(told.ifindex, 0u);
  EXPECT_EQ(net->held - held, 2u + 2u) << "two programs by their descriptors; a link and its one";
  EXPECT_EQ(change(a), -ENODEV);
  EXPECT_EQ(set(b), -ENODEV);
}

TEST_F(Netdev, ANamespaceThatHasEndedIsNoneAnyMore) {
  mprog_space_remove(net.get(), 1);
  own.put(MPROG_IFLA_NET_NS_FD, MPROG_FD_SPACES + 1);
  EXPECT_EQ(pair(), -EINVAL);
}

TEST_F(Netdev, APacketMeetsEgressThenTheListOnTheOtherSideThenIngress) {
  ASSERT_EQ(pair(), 0);
  set_up(primary, true);
  EXPECT_EQ(attach(primary, MPROG_PRIMARY), 0);
  EXPECT_EQ(attach(primary, MPROG_EGRESS), 0);
  EXPECT_EQ(attach(other(), MPROG_INGRESS), 0);
  EXPECT_EQ(xmit(primary), 0) << "the other side is down";
  EXPECT_EQ(packet.fate, MPROG_DROPPED);
  EXPECT_EQ(packet.on, On{primary});
  set_up(other(), true);
  EXPECT_EQ(xmit(primary), 0);
  EXPECT_EQ(packet.fate, MPROG_PASSED);
  EXPECT_EQ(packet.on, (On{primary, other(), other()}));
  EXPECT_EQ(packet.mark, 1u) << "it has not left its namespace";
  EXPECT_EQ(atomic64_read(&counters(primary).tx_packets), 1);
  EXPECT_EQ(atomic64_read(&counters(other()).rx_bytes), 60);
}

TEST_F(Netdev, OnlyWhatLeavesANamespaceIsScrubbedAndAsTheSenderWants) {
  data.put(MPROG_NETKIT_PEER_SCRUB, MPROG_SCRUB_NONE);
  ASSERT_EQ(pair(), 0);
  ASSERT_EQ(move(other(), 1), 0);
  set_up(primary, true);
  set_up(other(), true);
  EXPECT_EQ(xmit(primary), 0);
  EXPECT_EQ(packet.mark + packet.priority, 0u);
  EXPECT_EQ(xmit(other()), 0);
  EXPECT_EQ(packet.mark + packet.priority, 2u);
}

TEST_F(Netdev, WhatNobodyDefinedDropsAndThePolicyIsForAnEmptyListAlone) {
  data.put(MPROG_NETKIT_POLICY, MPROG_DROP);
  ASSERT_EQ(pair(), 0);
  set_up(primary, true);
  set_up(other(), true);
  EXPECT_EQ(xmit(primary), -ENOBUFS) << "by policy";
  EXPECT_EQ(attach(primary, MPROG_PRIMARY, MPROG_NEXT), 0);
  EXPECT_EQ(xmit(primary), 0);
  EXPECT_EQ(attach(primary, MPROG_PRIMARY, MPROG_REDIRECT), 0);
  EXPECT_EQ(xmit(primary), 0);
  EXPECT_EQ(packet.fate, MPROG_REDIRECTED);
  mprog_attr attr = at(primary, MPROG_PRIMARY, 4711);
  attr.flags = MPROG_F_BEFORE;
  EXPECT_EQ(mprog_prog_attach(net.get(), &attr), 0);
  EXPECT_EQ(xmit(primary), -ENOBUFS);
  EXPECT_EQ(packet.on.size(), 1u);
  EXPECT_EQ(atomic64_read(&counters(primary).tx_packets), 2);
  EXPECT_EQ(atomic64_read(&counters(primary).tx_dropped), 2);
  EXPECT_EQ(atomic64_read(&counters(other()).rx_packets), 1);
}

TEST_F(Netdev, AFrameHasItsHeadAndIsNoLongerThanTheMtuAllows) {
  ASSERT_EQ(pair(), 0);
  EXPECT_EQ(xmit(primary), -ENETDOWN);
  set_up(primary, true);
  set_up(other(), true);
  EXPECT_EQ(xmit(primary, 13), -EINVAL);
  EXPECT_EQ(xmit(primary, 1515), -EMSGSIZE);
  EXPECT_EQ(xmit(primary, 1514), 0);
  EXPECT_EQ(xmit(primary, 14), 0);
  EXPECT_EQ(xmit(MPROG_FIRST_IFINDEX), -ENXIO) << "a plain device";
  EXPECT_EQ(xmit(77), -ENODEV);
}

TEST_F(Netdev, ADeviceBeginsWithListsOfItsOwn) {
  ASSERT_EQ(pair(), 0);
  EXPECT_EQ(attach(primary, MPROG_PRIMARY), 0);
  EXPECT_EQ(mprog_device_remove(net.get(), primary), 0);
  const std::uint32_t gone = primary;
  ASSERT_EQ(create(), 0);
  EXPECT_EQ(primary, gone) << "in the slot that is free again";
  EXPECT_EQ(list(primary).count, 0u);
  EXPECT_EQ(list(primary).revision, 1u);
  set_up(primary, true);
  set_up(other(), true);
  EXPECT_EQ(xmit(primary), 0);
  EXPECT_TRUE(packet.on.empty());
  EXPECT_EQ(atomic64_read(&counters(primary).tx_packets), 1);
}

}  // namespace

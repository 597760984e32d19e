// SPDX-License-Identifier: GPL-2.0-only
// Rules for the requests that make and change netkit devices, and for a packet on its way through
// them.
//
// That an attribute is refused by its form or range comes before anything that is done with it;
// which of several malformed ones is complained of first depends on their order on the wire, and
// nothing is promised of it.
#pragma once

#include "model/rules/common.hpp"
#include "model/rules/rule.hpp"

namespace mprogcheck::rules {

namespace source {
inline constexpr std::string_view kPolicy =
    "seed 001 (Isn't this job for netlink policy?); Documentation/netlink/specs/rt-link.yaml";
inline constexpr std::string_view kNetlink =
    "Documentation/userspace-api/netlink/intro.rst; include/net/netlink.h";
inline constexpr std::string_view kRtnetlink =
    "rtnetlink(7); Documentation/netlink/specs/rt-link.yaml";
inline constexpr std::string_view kPeerInfo =
    "commit 0bad281d0ecd (netkit: Reject IFLA_NETKIT_PEER_INFO in netkit_change_link)";
inline constexpr std::string_view kScrub = "include/uapi/linux/if_link.h, enum netkit_scrub";
inline constexpr std::string_view kAddress =
    "commit d6fe532b7499 (netkit: Fix setting mac address in l2 mode)";
inline constexpr std::string_view kVerdict =
    "include/uapi/linux/if_link.h, enum netkit_action; seed 000";
inline constexpr std::string_view kPacket = "packet(7); netdevice(7)";
inline constexpr std::string_view kStats = "Documentation/networking/statistics.rst; seed 000";
inline constexpr std::string_view kRename = "netdevice(7), SIOCSIFNAME; rtnetlink(7)";
}  // namespace source

// What is wrong with the attributes of INFO_DATA, before anything is done with them.
struct DataFacts {
  bool cut = false;         // one is shorter than its type
  bool range = false;       // SCRUB, PEER_SCRUB or PAIRING is none of its values
  bool mode_range = false;  // so is MODE
  bool primary = false;     // PRIMARY is given
};

inline constexpr auto data_syntax = std::tuple{
    anywhere("data.cut", Errno::range, "An attribute is shorter than its type.", source::kNetlink,
             [](const auto& f) { return f.data.cut; }),
    anywhere("data.range", Errno::range,
             "SCRUB, PEER_SCRUB or PAIRING has a value that is not defined.", source::kPolicy,
             [](const auto& f) { return f.data.range; }),
    fails("data.mode_range", Errno::range, "MODE is neither L2 nor L3.", source::kPolicy,
          [](const auto& f) { return f.data.mode_range; }),
    anywhere("data.primary", Errno::inval,
             "The request sets PRIMARY, which the kernel only reports.", source::kPolicy,
             [](const auto& f) { return f.data.primary; }),
};

struct CreateFacts {
  DataFacts data;
  bool space_gone = false, twice = false;
  bool index_negative = false, space_bad = false;
  bool address_length = false, address_bad = false;
  bool peer_index_negative = false, peer_space_bad = false;
  bool peer_address_length = false, peer_address_bad = false;
  bool exists = false, exists_here = false, taken_there = false;
  bool queues = false, many_queues = false, mtu = false;
  bool policy = false, peer_policy = false, l3_address = false;
  bool single = false, single_peer = false, single_scrub = false;
  bool peer_queues = false, peer_mtu = false, peer_exists = false, peer_index_taken = false;
  bool same_name = false;
};

inline constexpr auto create = std::tuple_cat(
    std::tuple{
        due("create.space_gone", Errno::nodev,
            "The network namespace of the caller no longer exists.", source::kOurs,
            [](const auto& f) { return f.space_gone; }),
        due("create.twice", Errno::exist,
            "The trace name already stands for a device that has another name in the kernel.",
            source::kOurs, [](const auto& f) { return f.twice; }),
    },
    data_syntax,
    std::tuple{
        anywhere("create.index", Errno::inval, "The interface index is negative.",
                 source::kRtnetlink, [](const auto& f) { return f.index_negative; }),
        fails("create.space", Errno::inval, "The descriptor does not refer to a network namespace.",
              source::kRtnetlink, [](const auto& f) { return f.space_bad; }),
        due("create.address_length", Errno::inval, "The address is not 6 bytes long.",
            source::kRtnetlink, [](const auto& f) { return f.address_length; }),
        due("create.address", Errno::addrnotavail, "The address is not valid for a device.",
            source::kRtnetlink, [](const auto& f) { return f.address_bad; }),
        due("create.peer_index", Errno::inval, "The interface index of the peer is negative.",
            source::kNetkit, [](const auto& f) { return f.peer_index_negative; }),
        due("create.peer_address_length", Errno::inval,
            "The address of the peer is not 6 bytes long.", source::kNetkit,
            [](const auto& f) { return f.peer_address_length; }),
        due("create.peer_address", Errno::addrnotavail,
            "The address of the peer is not valid for a device.", source::kNetkit,
            [](const auto& f) { return f.peer_address_bad; }),
        fails("create.peer_space", Errno::inval,
              "The descriptor for the peer does not refer to a network namespace.",
              source::kRtnetlink, [](const auto& f) { return f.peer_space_bad; }),
        due("create.exists", Errno::exist, "A device with this name or index already exists.",
            source::kRtnetlink, [](const auto& f) { return f.exists; }),
        may("create.exists_here", Errno::exist,
            "A device in the network namespace of the caller has the name, and the new device is "
            "for another namespace. The kernel may refuse the name.",
            source::kRtnetlink, [](const auto& f) { return f.exists_here; }),
        due("create.queues", Errno::inval, "The number of queues is 0 or above 4096.",
            source::kRtnetlink, [](const auto& f) { return f.queues; }),
        may("create.many_queues", Errno::opnotsupp,
            "The request asks for more than 1 transmit queue or 1024 receive queues, and netkit "
            "devices have no queues.",
            source::kRtnetlink, [](const auto& f) { return f.many_queues; }),
        due("create.mtu", Errno::inval, "The MTU is below 68 or above 65535.", source::kRtnetlink,
            [](const auto& f) { return f.mtu; }),
        due("create.policy", Errno::inval, "POLICY is neither PASS nor DROP.", source::kNetkit,
            [](const auto& f) { return f.policy; }),
        due("create.peer_policy", Errno::inval, "PEER_POLICY is neither PASS nor DROP.",
            source::kNetkit, [](const auto& f) { return f.peer_policy; }),
        due("create.l3_address", Errno::opnotsupp,
            "The request gives an address, and devices in mode L3 have none.", source::kNetkit,
            [](const auto& f) { return f.l3_address; }),
        due("create.single_peer", Errno::opnotsupp,
            "The request for a single device describes a peer, or sets a policy other than PASS.",
            source::kSingle, [](const auto& f) { return f.single_peer; }),
        may("create.single_scrub", Errno::opnotsupp,
            "The request for a single device sets SCRUB. The kernel may count that as describing a "
            "peer.",
            source::kSingle, [](const auto& f) { return f.single_scrub; }),
        due("create.peer_queues", Errno::inval,
            "The number of queues of the peer is 0 or above 4096.", source::kRtnetlink,
            [](const auto& f) { return f.peer_queues; }),
        due("create.peer_mtu", Errno::inval, "The MTU of the peer is below 68 or above 65535.",
            source::kRtnetlink, [](const auto& f) { return f.peer_mtu; }),
        due("create.peer_exists", Errno::exist,
            "A device in the network namespace of the peer has its name.", source::kNetkit,
            [](const auto& f) { return f.peer_exists; }),
        due("create.peer_index_taken", Errno::busy, "A device has the interface index of the peer.",
            source::kNetkit, [](const auto& f) { return f.peer_index_taken; }),
        anywhere("create.taken_there", Errno::exist,
                 "A device in the network namespace of the new device has its name.",
                 source::kRtnetlink, [](const auto& f) { return f.taken_there; }),
        due("create.same_name", Errno::exist,
            "The primary and the peer have the same name. The peer, which is created first, is "
            "removed again.",
            source::kNetkit, [](const auto& f) { return f.same_name; }),
        effect("create.single", Change::none,
               "A device without a peer is created. By default its mode is L3 and its policy PASS. "
               "It is down.",
               source::kSingle, [](const auto& f) { return f.single; }),
        effect("create.pair", Change::none,
               "A primary and its peer are created. By default their mode is L3, their policies "
               "are PASS, and they scrub. Both are down, without a carrier.",
               source::kNetkit, [](const auto& f) { return !f.single; }),
    });

struct ChangeFacts {
  DataFacts data;
  bool absent = false, not_primary = false, fixed = false, single = false;
  bool policy = false, peer_policy = false;
};

inline constexpr auto change = std::tuple_cat(
    std::tuple{
        due("change.absent", Errno::nodev, "The device does not exist.", source::kRtnetlink,
            [](const auto& f) { return f.absent; }),
    },
    data_syntax,
    std::tuple{
        due("change.not_primary", Errno::acces,
            "The device is the peer. Only the primary manages the pair.", source::kNetkit,
            [](const auto& f) { return f.not_primary; }),
        fails("change.fixed", Errno::acces,
              "The request sets MODE, SCRUB, PEER_SCRUB, PEER_INFO, HEADROOM, TAILROOM or PAIRING, "
              "which are fixed when the device is created.",
              source::kPeerInfo, [](const auto& f) { return f.fixed; }),
        due("change.single", Errno::opnotsupp,
            "The request sets a policy of a single device, which always passes packets.",
            source::kSingle, [](const auto& f) { return f.single; }),
        due("change.policy", Errno::inval, "POLICY is neither PASS nor DROP.", source::kNetkit,
            [](const auto& f) { return f.policy; }),
        due("change.peer_policy", Errno::inval, "PEER_POLICY is neither PASS nor DROP.",
            source::kNetkit, [](const auto& f) { return f.peer_policy; }),
        effect("change.policies", Change::none, "The policies change at once.", source::kNetkit,
               [](const auto& f) { return !f.absent; }),
    });

struct SetFacts {
  Key key = Key::none;
  bool absent = false, cut = false, mtu = false;
  bool address_length = false, address_bad = false, l3 = false;
  bool name_taken = false, space_bad = false, taken_there = false;
};

inline constexpr auto set = std::tuple{
    due("set.absent", Errno::nodev, "The device does not exist.", source::kRtnetlink,
        [](const auto& f) { return f.absent; }),
    due("set.cut", Errno::range, "An attribute is shorter than its type.", source::kNetlink,
        [](const auto& f) { return f.cut; }),
    due("set.mtu", Errno::inval, "The MTU is below 68 or above 65535.", source::kRtnetlink,
        [](const auto& f) { return f.mtu; }),
    due("set.address_length", Errno::inval, "The address is shorter than 6 bytes.",
        source::kRtnetlink, [](const auto& f) { return f.address_length; }),
    due("set.l3_address", Errno::opnotsupp,
        "The device is in mode L3, and has no address to change.", source::kAddress,
        [](const auto& f) { return f.l3; }),
    due("set.address", Errno::addrnotavail, "The address is not valid for a device.",
        source::kAddress, [](const auto& f) { return f.address_bad; }),
    due("set.name_taken", Errno::exist, "Another device in the network namespace has the name.",
        source::kRename, [](const auto& f) { return f.name_taken; }),
    fails("set.space", Errno::inval, "The descriptor does not refer to a network namespace.",
          source::kRtnetlink, [](const auto& f) { return f.space_bad; }),
    due("set.taken_there", Errno::exist, "A device in the other network namespace has the name.",
        source::kRtnetlink, [](const auto& f) { return f.taken_there; }),
    effect("set.state", Change::none,
           "The device goes up or down. A pair has a carrier while both devices are up, a single "
           "device while it is up.",
           source::kNetkit, [](const auto& f) { return f.key == Key::state; }),
    effect("set.mtu_as_said", Change::none, "The MTU of the device changes.", source::kRtnetlink,
           [](const auto& f) { return f.key == Key::mtu; }),
    effect("set.address_as_said", Change::none, "The address of the device changes.",
           source::kAddress, [](const auto& f) { return f.key == Key::address; }),
    effect("set.name_as_said", Change::none, "The name of the device changes, and nothing else.",
           source::kRename, [](const auto& f) { return f.key == Key::name; }),
    effect("set.space_as_said", Change::none,
           "The device moves to the other network namespace, and goes down. It keeps its lists, "
           "revisions, links and policies.",
           source::kNetkit, [](const auto& f) { return f.key == Key::space; }),
};

struct SendFacts {
  bool absent = false, short_frame = false, long_frame = false, down = false;
  bool egress_drops = false, egress_redirects = false;
  bool unconnected = false;  // no other side, or it is down
  bool single = false;       // no other side
  bool drops = false, redirects = false;
  bool by_policy = false;  // no program stands on the list
  bool ingress_drops = false, ingress_redirects = false;
};

inline constexpr auto send = std::tuple{
    due("send.absent", Errno::nodev, "The device does not exist.", source::kPacket,
        [](const auto& f) { return f.absent; }),
    due("send.down", Errno::netdown, "The device is down.", source::kPacket,
        [](const auto& f) { return f.down; }),
    due("send.short", Errno::inval, "The frame is shorter than its header.", source::kPacket,
        [](const auto& f) { return f.short_frame; }),
    due("send.long", Errno::msgsize, "The frame is longer than the MTU and its header.",
        source::kPacket, [](const auto& f) { return f.long_frame; }),
    due("send.egress_drops", Errno::nobufs,
        "A program at tcx egress drops the packet. The sender gets an error, and no counter "
        "changes.",
        source::kTcx, [](const auto& f) { return f.egress_drops; }),
    may("send.lost", Errno::nobufs,
        "The packet is lost because the device has no peer, or the peer is down. The sender may "
        "get an error.",
        source::kNetkit, [](const auto& f) { return f.unconnected; }),
    due("send.drops", Errno::nobufs,
        "A program of the list drops the packet, or returns an undefined verdict. The device "
        "counts it as dropped, and the sender gets an error.",
        source::kVerdict, [](const auto& f) { return f.drops && !f.by_policy; }),
    due("send.policy_drops", Errno::nobufs,
        "The list is empty and the policy is DROP. The device counts the packet as dropped, and "
        "the sender gets an error.",
        source::kNetkit, [](const auto& f) { return f.drops && f.by_policy; }),
    effect("send.egress_redirects", Change::none,
           "A program at tcx egress redirects the packet. No counter of the device changes.",
           source::kTcx, [](const auto& f) { return f.egress_redirects; }),
    effect("send.single", Change::none,
           "A single device has no peer to send to. It counts the packet as dropped, and runs no "
           "program.",
           source::kSingle, [](const auto& f) { return f.single; }),
    effect("send.peer_down", Change::none,
           "The peer is down. The device counts the packet as dropped, and no program of the list "
           "runs.",
           source::kNetkit, [](const auto& f) { return f.unconnected; }),
    effect("send.redirects", Change::none,
           "A program of the list redirects the packet. The device counts it as sent, and the peer "
           "does not count it as received.",
           source::kVerdict, [](const auto& f) { return f.redirects; }),
    effect("send.ingress_drops", Change::none,
           "The peer receives the packet, and a program at its tcx ingress drops it.", source::kTcx,
           [](const auto& f) { return f.ingress_drops; }),
    effect("send.ingress_redirects", Change::none,
           "The peer receives the packet, and a program at its tcx ingress redirects it.",
           source::kTcx, [](const auto& f) { return f.ingress_redirects; }),
    effect("send.policy_passes", Change::none,
           "The list is empty and the policy is PASS. The device counts the packet as sent and the "
           "peer as received, and it is delivered unchanged.",
           source::kNetkit, [](const auto& f) { return f.by_policy; }),
    effect("send.passes", Change::none,
           "Programs run in list order, with the packet already scrubbed and on the peer, up to "
           "the one that passes it or to the last. The packet is sent, received and delivered.",
           source::kVerdict, [](const auto& f) { return !f.by_policy; }),
};

}  // namespace mprogcheck::rules

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
    anywhere("data.range", Errno::range, "SCRUB, PEER_SCRUB or PAIRING is none of its values.",
             source::kPolicy, [](const auto& f) { return f.data.range; }),
    fails("data.mode_range", Errno::range, "MODE is neither L2 nor L3.", source::kPolicy,
          [](const auto& f) { return f.data.mode_range; }),
    anywhere("data.primary", Errno::inval, "PRIMARY is told, and never asked for.", source::kPolicy,
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
        due("create.space_gone", Errno::nodev, "The namespace it is asked for in has ended.",
            source::kOurs, [](const auto& f) { return f.space_gone; }),
        due("create.twice", Errno::exist,
            "The name stands for a device that the kernel knows by another one.", source::kOurs,
            [](const auto& f) { return f.twice; }),
    },
    data_syntax,
    std::tuple{
        anywhere("create.index", Errno::inval, "An interface index below 0.", source::kRtnetlink,
                 [](const auto& f) { return f.index_negative; }),
        fails("create.space", Errno::inval, "The descriptor of the namespace is not that of one.",
              source::kRtnetlink, [](const auto& f) { return f.space_bad; }),
        due("create.address_length", Errno::inval, "An address that is not 6 bytes long.",
            source::kRtnetlink, [](const auto& f) { return f.address_length; }),
        due("create.address", Errno::addrnotavail, "An address that no device can have.",
            source::kRtnetlink, [](const auto& f) { return f.address_bad; }),
        due("create.peer_index", Errno::inval, "An interface index below 0 for the peer.",
            source::kNetkit, [](const auto& f) { return f.peer_index_negative; }),
        due("create.peer_address_length", Errno::inval,
            "An address that is not 6 bytes long for the peer.", source::kNetkit,
            [](const auto& f) { return f.peer_address_length; }),
        due("create.peer_address", Errno::addrnotavail,
            "An address that no device can have for the peer.", source::kNetkit,
            [](const auto& f) { return f.peer_address_bad; }),
        fails("create.peer_space", Errno::inval,
              "The descriptor of the peer's namespace is not that of one.", source::kRtnetlink,
              [](const auto& f) { return f.peer_space_bad; }),
        due("create.exists", Errno::exist, "There is a device of this name or index already.",
            source::kRtnetlink, [](const auto& f) { return f.exists; }),
        may("create.exists_here", Errno::exist,
            "The name is taken where it is asked for, not where the device is to be: whether that "
            "is in the way is open.",
            source::kRtnetlink, [](const auto& f) { return f.exists_here; }),
        due("create.queues", Errno::inval, "No queue at all, or more than 4096.",
            source::kRtnetlink, [](const auto& f) { return f.queues; }),
        may("create.many_queues", Errno::opnotsupp,
            "More than one queue to send by, or 1024 to receive by: a device without a queue may "
            "refuse them.",
            source::kRtnetlink, [](const auto& f) { return f.many_queues; }),
        due("create.mtu", Errno::inval, "An MTU below 68 or above 65535.", source::kRtnetlink,
            [](const auto& f) { return f.mtu; }),
        due("create.policy", Errno::inval, "POLICY is neither PASS nor DROP.", source::kNetkit,
            [](const auto& f) { return f.policy; }),
        due("create.peer_policy", Errno::inval, "PEER_POLICY is neither PASS nor DROP.",
            source::kNetkit, [](const auto& f) { return f.peer_policy; }),
        due("create.l3_address", Errno::opnotsupp,
            "An address for a side of a pair that has none in mode L3.", source::kNetkit,
            [](const auto& f) { return f.l3_address; }),
        due("create.single_peer", Errno::opnotsupp,
            "A single device with something said of its peer, or a policy other than PASS.",
            source::kSingle, [](const auto& f) { return f.single_peer; }),
        may("create.single_scrub", Errno::opnotsupp,
            "A single device with SCRUB: whether that counts as said of the peer is open.",
            source::kSingle, [](const auto& f) { return f.single_scrub; }),
        due("create.peer_queues", Errno::inval, "No queue at all, or more than 4096, for the peer.",
            source::kRtnetlink, [](const auto& f) { return f.peer_queues; }),
        due("create.peer_mtu", Errno::inval, "An MTU below 68 or above 65535 for the peer.",
            source::kRtnetlink, [](const auto& f) { return f.peer_mtu; }),
        due("create.peer_exists", Errno::exist, "The peer's name is taken where it is to be.",
            source::kNetkit, [](const auto& f) { return f.peer_exists; }),
        due("create.peer_index_taken", Errno::busy, "The peer's index is taken.", source::kNetkit,
            [](const auto& f) { return f.peer_index_taken; }),
        anywhere("create.taken_there", Errno::exist,
                 "The name is taken in the other namespace, where the device is to be.",
                 source::kRtnetlink, [](const auto& f) { return f.taken_there; }),
        due("create.same_name", Errno::exist,
            "Both sides want one name: the peer has it by then, and goes again.", source::kNetkit,
            [](const auto& f) { return f.same_name; }),
        effect("create.single", Change::none,
               "A device without peer: mode L3, policy PASS, down, unless said otherwise.",
               source::kSingle, [](const auto& f) { return f.single; }),
        effect("create.pair", Change::none,
               "A primary and its peer: mode L3, policies PASS, scrubbing, both down without "
               "carrier, unless said otherwise.",
               source::kNetkit, [](const auto& f) { return !f.single; }),
    });

struct ChangeFacts {
  DataFacts data;
  bool absent = false, not_primary = false, fixed = false, single = false;
  bool policy = false, peer_policy = false;
};

inline constexpr auto change = std::tuple_cat(
    std::tuple{
        due("change.absent", Errno::nodev, "There is no such device.", source::kRtnetlink,
            [](const auto& f) { return f.absent; }),
    },
    data_syntax,
    std::tuple{
        due("change.not_primary", Errno::acces, "Only the primary manages the pair.",
            source::kNetkit, [](const auto& f) { return f.not_primary; }),
        fails("change.fixed", Errno::acces,
              "MODE, SCRUB, PEER_SCRUB, PEER_INFO, HEADROOM, TAILROOM and PAIRING are settled when "
              "the device is made.",
              source::kPeerInfo, [](const auto& f) { return f.fixed; }),
        due("change.single", Errno::opnotsupp, "A single device passes whatever is said.",
            source::kSingle, [](const auto& f) { return f.single; }),
        due("change.policy", Errno::inval, "POLICY is neither PASS nor DROP.", source::kNetkit,
            [](const auto& f) { return f.policy; }),
        due("change.peer_policy", Errno::inval, "PEER_POLICY is neither PASS nor DROP.",
            source::kNetkit, [](const auto& f) { return f.peer_policy; }),
        effect("change.policies", Change::none, "The policies are as said, at once.",
               source::kNetkit, [](const auto& f) { return !f.absent; }),
    });

struct SetFacts {
  Key key = Key::none;
  bool absent = false, cut = false, mtu = false;
  bool address_length = false, address_bad = false, l3 = false;
  bool name_taken = false, space_bad = false, taken_there = false;
};

inline constexpr auto set = std::tuple{
    due("set.absent", Errno::nodev, "There is no such device.", source::kRtnetlink,
        [](const auto& f) { return f.absent; }),
    due("set.cut", Errno::range, "An attribute is shorter than its type.", source::kNetlink,
        [](const auto& f) { return f.cut; }),
    due("set.mtu", Errno::inval, "An MTU below 68 or above 65535.", source::kRtnetlink,
        [](const auto& f) { return f.mtu; }),
    due("set.address_length", Errno::inval, "An address that is shorter than 6 bytes.",
        source::kRtnetlink, [](const auto& f) { return f.address_length; }),
    due("set.l3_address", Errno::opnotsupp, "In mode L3 there is no address to change.",
        source::kAddress, [](const auto& f) { return f.l3; }),
    due("set.address", Errno::addrnotavail, "An address that no device can have.", source::kAddress,
        [](const auto& f) { return f.address_bad; }),
    due("set.name_taken", Errno::exist, "Another device of the namespace has the name.",
        source::kRename, [](const auto& f) { return f.name_taken; }),
    fails("set.space", Errno::inval, "The descriptor is not that of a namespace.",
          source::kRtnetlink, [](const auto& f) { return f.space_bad; }),
    due("set.taken_there", Errno::exist, "A device of the other namespace has the name.",
        source::kRtnetlink, [](const auto& f) { return f.taken_there; }),
    effect("set.state", Change::none,
           "Up or down. Both sides have a carrier while both are up; a single one while it is up.",
           source::kNetkit, [](const auto& f) { return f.key == Key::state; }),
    effect("set.mtu_as_said", Change::none, "The MTU of this side.", source::kRtnetlink,
           [](const auto& f) { return f.key == Key::mtu; }),
    effect("set.address_as_said", Change::none, "The address of this side.", source::kAddress,
           [](const auto& f) { return f.key == Key::address; }),
    effect("set.name_as_said", Change::none, "The name, and nothing else.", source::kRename,
           [](const auto& f) { return f.key == Key::name; }),
    effect("set.space_as_said", Change::none,
           "The device is in the other namespace, down, with its lists, revisions, links and "
           "policies.",
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
    due("send.absent", Errno::nodev, "There is no such device.", source::kPacket,
        [](const auto& f) { return f.absent; }),
    due("send.down", Errno::netdown, "The device is down.", source::kPacket,
        [](const auto& f) { return f.down; }),
    due("send.short", Errno::inval, "A frame that is shorter than its head.", source::kPacket,
        [](const auto& f) { return f.short_frame; }),
    due("send.long", Errno::msgsize, "A frame that is longer than the MTU and its head.",
        source::kPacket, [](const auto& f) { return f.long_frame; }),
    due("send.egress_drops", Errno::nobufs,
        "A program at tcx egress drops it; the sender learns of that, and nothing is counted.",
        source::kTcx, [](const auto& f) { return f.egress_drops; }),
    may("send.lost", Errno::nobufs,
        "The packet is lost for want of an other side: whether the sender learns of it is open.",
        source::kNetkit, [](const auto& f) { return f.unconnected; }),
    due("send.drops", Errno::nobufs,
        "A program of the list drops it, or gives a verdict that nobody defined: counted as "
        "dropped, and the sender learns of it.",
        source::kVerdict, [](const auto& f) { return f.drops && !f.by_policy; }),
    due("send.policy_drops", Errno::nobufs,
        "No program stands on the list, and the policy is DROP: likewise.", source::kNetkit,
        [](const auto& f) { return f.drops && f.by_policy; }),
    effect("send.egress_redirects", Change::none,
           "A program at tcx egress sends it elsewhere; nothing is counted here.", source::kTcx,
           [](const auto& f) { return f.egress_redirects; }),
    effect("send.single", Change::none,
           "A single device has nobody to send to: counted as dropped, and no program runs.",
           source::kSingle, [](const auto& f) { return f.single; }),
    effect("send.peer_down", Change::none,
           "The other side is down: counted as dropped, and no program of the list runs.",
           source::kNetkit, [](const auto& f) { return f.unconnected; }),
    effect("send.redirects", Change::none,
           "A program of the list sends it elsewhere: counted as sent, and not as received.",
           source::kVerdict, [](const auto& f) { return f.redirects; }),
    effect("send.ingress_drops", Change::none,
           "It is received, and dropped by a program at tcx ingress of the other side.",
           source::kTcx, [](const auto& f) { return f.ingress_drops; }),
    effect("send.ingress_redirects", Change::none,
           "It is received, and sent elsewhere by a program at tcx ingress of the other side.",
           source::kTcx, [](const auto& f) { return f.ingress_redirects; }),
    effect("send.policy_passes", Change::none,
           "No program stands on the list, and the policy is PASS: counted as sent here and as "
           "received there, and delivered whole.",
           source::kNetkit, [](const auto& f) { return f.by_policy; }),
    effect("send.passes", Change::none,
           "Programs run in list order with the packet on the other side already, scrubbed as "
           "promised, up to one that passes it or past the last: sent, received, delivered.",
           source::kVerdict, [](const auto& f) { return !f.by_policy; }),
};

}  // namespace mprogcheck::rules

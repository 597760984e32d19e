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

// What is wrong with the attributes of INFO_DATA, before anything is done with them.
struct DataFacts {
  bool cut = false;         // one is shorter than its type
  bool range = false;       // SCRUB, PEER_SCRUB or PAIRING is none of its values
  bool mode_range = false;  // so is MODE
  bool primary = false;     // PRIMARY is given
};

inline constexpr auto data_syntax = Sequence{
    anywhere("data.cut", Errno::range, "An attribute is shorter than its type.",
             code(file("lib/nlattr.c", "validate_nla"), source::netkit_c("netkit_policy"),
                  source::rtnetlink_c("ifla_policy")),
             [](const auto& f) { return f.data.cut; }),
    anywhere(
        "data.range", Errno::range, "SCRUB, PEER_SCRUB or PAIRING has a value that is not defined.",
        code(file("lib/nlattr.c", "nla_validate_range_unsigned"), source::netkit_c("netkit_policy"),
             file("drivers/net/netkit.c", "NLA_POLICY_MAX(NLA_U32, NETKIT_DEVICE_SINGLE)", "7.1")),
        [](const auto& f) { return f.data.range; }),
    fails("data.mode_range", Errno::range, "MODE is neither L2 nor L3.",
          document(commit("0ebe224ffce8", "rely on netlink policy validation via"),
                   file("include/uapi/linux/if_link.h", "netkit_mode"),
                   source::netkit_c("netkit_policy")),
          [](const auto& f) { return f.data.mode_range; }),
    anywhere("data.primary", Errno::inval,
             "The request sets PRIMARY, which the kernel only reports.",
             code(file("lib/nlattr.c", "validate_nla"),
                  source::netkit_c("Primary attribute is read-only")),
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

inline constexpr auto create = join(
    Sequence{
        due("create.space_gone", Errno::nodev,
            "The network namespace of the caller no longer exists.", house(),
            [](const auto& f) { return f.space_gone; }),
        due("create.twice", Errno::exist,
            "The trace name already stands for a device that has another name in the kernel.",
            house(), [](const auto& f) { return f.twice; }),
    },
    data_syntax,
    Sequence{
        anywhere("create.index", Errno::inval, "The interface index is negative.",
                 code(source::rtnetlink_c("__rtnl_newlink")),
                 [](const auto& f) { return f.index_negative; }),
        fails("create.space", Errno::inval, "The descriptor does not refer to a network namespace.",
              code(file("net/core/net_namespace.c", "get_net_ns_by_fd")),
              [](const auto& f) { return f.space_bad; }),
        due("create.address_length", Errno::inval,
            "The address is not 6 bytes long, nor longer than the 32 that an address may have.",
            code(source::netkit_c("netkit_validate"), source::rtnetlink_c("ifla_policy")),
            [](const auto& f) { return f.address_length; }),
        due("create.address", Errno::addrnotavail, "The address is all 0 or a group address.",
            code(source::netkit_c("netkit_validate"),
                 file("include/linux/etherdevice.h", "is_valid_ether_addr")),
            [](const auto& f) { return f.address_bad; }),
        due("create.peer_index", Errno::inval, "The interface index of the peer is negative.",
            code(source::rtnetlink_c("rtnl_nla_parse_ifinfomsg")),
            [](const auto& f) { return f.peer_index_negative; }),
        due("create.peer_address_length", Errno::inval,
            "The address of the peer is not 6 bytes long, nor longer than the 32 that an address "
            "may have.",
            code(source::netkit_c("netkit_validate"), source::rtnetlink_c("ifla_policy"),
                 file("net/core/rtnetlink.c", "rtnl_get_peer_net", "6.13")),
            [](const auto& f) { return f.peer_address_length; }),
        due("create.peer_address", Errno::addrnotavail,
            "The address of the peer is all 0 or a group address.",
            code(source::netkit_c("netkit_validate"),
                 file("include/linux/etherdevice.h", "is_valid_ether_addr"),
                 file("net/core/rtnetlink.c", "rtnl_get_peer_net", "6.13")),
            [](const auto& f) { return f.peer_address_bad; }),
        fails("create.peer_space", Errno::inval,
              "The descriptor for the peer does not refer to a network namespace.",
              code(file("net/core/net_namespace.c", "get_net_ns_by_fd")),
              [](const auto& f) { return f.peer_space_bad; }),
        due("create.exists", Errno::exist,
            "A device has the index, or the new device is for the network namespace of the caller, "
            "and a device there has the name.",
            code(source::rtnetlink_c("__rtnl_newlink"),
                 file("net/core/dev.c", "dev_get_valid_name"), man("netlink(7)", "NLM_F_EXCL")),
            [](const auto& f) { return f.exists; }),
        may("create.exists_here", Errno::exist,
            "A device in the network namespace of the caller has the name, and the new device is "
            "for another namespace. Kernels before 6.15 may refuse the name.",
            code(source::rtnetlink_c("__rtnl_newlink"),
                 commit("ec061546c6cf", "have no conflict since they are")),
            [](const auto& f) { return f.exists_here; }),
        due("create.queues", Errno::inval, "The number of queues is 0 or above 4096.",
            code(source::rtnetlink_c("rtnl_create_link")), [](const auto& f) { return f.queues; }),
        may("create.many_queues", Errno::opnotsupp,
            "The request asks for more than 1 transmit queue or 1024 receive queues. Kernels "
            "before 7.1 make a device with as many.",
            code(file("drivers/net/netkit.c", "netkit_alloc", "7.1"),
                 source::rtnetlink_c("alloc_netdev_mqs(ops->priv_size")),
            [](const auto& f) { return f.many_queues; }),
        due("create.mtu", Errno::inval, "The MTU is below 68 or above 65535.",
            code(file("net/core/dev.c", "dev_validate_mtu"), source::netkit_c("ETH_MAX_MTU"),
                 file("net/ethernet/eth.c", "ETH_MIN_MTU")),
            [](const auto& f) { return f.mtu; }),
        due("create.policy", Errno::inval, "POLICY is neither PASS nor DROP.",
            code(source::netkit_c("netkit_check_policy"), posting("001", "netkit_check_policy")),
            [](const auto& f) { return f.policy; }),
        due("create.peer_policy", Errno::inval, "PEER_POLICY is neither PASS nor DROP.",
            code(source::netkit_c("netkit_check_policy"), posting("001", "netkit_check_policy")),
            [](const auto& f) { return f.peer_policy; }),
        due("create.l3_address", Errno::opnotsupp,
            "The request gives an address, and devices in mode L3 have none.",
            code(source::netkit_c("netkit_new_link")), [](const auto& f) { return f.l3_address; }),
        due("create.single_peer", Errno::opnotsupp,
            "The request for a single device describes a peer, or sets a policy other than PASS.",
            code(file("drivers/net/netkit.c", "NETKIT_DEVICE_SINGLE", "7.1"),
                 posting("004", "netkit_new_link")),
            [](const auto& f) { return f.single_peer; }),
        may("create.single_scrub", Errno::opnotsupp,
            "The request for a single device sets SCRUB, which a device without a peer may not "
            "have.",
            code(file("drivers/net/netkit.c", "seen_scrub", "7.1")),
            [](const auto& f) { return f.single_scrub; }),
        due("create.peer_queues", Errno::inval,
            "The number of queues of the peer is 0 or above 4096.",
            code(source::rtnetlink_c("rtnl_create_link")),
            [](const auto& f) { return f.peer_queues; }),
        due("create.peer_mtu", Errno::inval, "The MTU of the peer is below 68 or above 65535.",
            code(file("net/core/dev.c", "dev_validate_mtu"), source::netkit_c("ETH_MAX_MTU"),
                 file("net/ethernet/eth.c", "ETH_MIN_MTU")),
            [](const auto& f) { return f.peer_mtu; }),
        due("create.peer_exists", Errno::exist,
            "A device in the network namespace of the peer has its name.",
            code(file("net/core/dev.c", "dev_get_valid_name"), source::netkit_c("netkit_new_link")),
            [](const auto& f) { return f.peer_exists; }),
        due("create.peer_index_taken", Errno::busy,
            "A device in the network namespace of the peer has the interface index that the "
            "request, which gives one for the primary too, has for the peer.",
            code(file("net/core/dev.c", "dev_index_reserve"),
                 source::netkit_c("peer->ifindex = ifmp->ifi_index")),
            [](const auto& f) { return f.peer_index_taken; }),
        anywhere("create.taken_there", Errno::exist,
                 "A device in the network namespace of the new device has its name.",
                 code(file("net/core/dev.c", "dev_get_valid_name")),
                 [](const auto& f) { return f.taken_there; }),
        due("create.same_name", Errno::exist,
            "The primary and the peer have the same name in the same network namespace. The peer, "
            "which is created first, is removed again.",
            code(source::netkit_c("netkit_new_link"), file("net/core/dev.c", "dev_get_valid_name")),
            [](const auto& f) { return f.same_name; }),
        effect("create.single", Change::none,
               "A device without a peer is created. By default its mode is L3 and its policy PASS. "
               "It is down.",
               selftest(
                   posting("004", "single device mode"),
                   source::netkit_commit("L3 (default) or L2 mode"),
                   file("tools/testing/selftests/net/nk_qlease.py", "create_netkit_single", "7.3")),
               [](const auto& f) { return f.single; }),
        effect("create.pair", Change::none,
               "A primary and its peer are created. By default their mode is L3, their policies "
               "are PASS, and they scrub. Both are down, without a carrier.",
               code(source::netkit_c("netkit_new_link"), man("ip-link(8)", "Default option is"),
                    file("include/uapi/linux/if_link.h", "NETKIT_SCRUB_DEFAULT")),
               [](const auto& f) { return !f.single; }),
    });

struct ChangeFacts {
  DataFacts data;
  bool absent = false, not_primary = false, fixed = false, single = false;
  bool policy = false, peer_policy = false;
};

inline constexpr auto change = join(
    Sequence{
        due("change.absent", Errno::nodev, "The device does not exist.",
            code(source::rtnetlink_c("__rtnl_newlink")), [](const auto& f) { return f.absent; }),
    },
    data_syntax,
    Sequence{
        due("change.not_primary", Errno::acces,
            "The device is the peer. Only the primary manages the pair.",
            code(source::netkit_c("netkit_change_link")),
            [](const auto& f) { return f.not_primary; }),
        fails("change.fixed", Errno::acces,
              "The request sets MODE, SCRUB, PEER_SCRUB, PEER_INFO, HEADROOM, TAILROOM or PAIRING, "
              "which are fixed when the device is created. A kernel that does not know one of them "
              "ignores it.",
              code(source::netkit_c("netkit_change_link"),
                   file("drivers/net/netkit.c", "fixed_params", "6.14"),
                   commit("0bad281d0ecd", "creation, but not via changelink callback")),
              [](const auto& f) { return f.fixed; }),
        due("change.single", Errno::opnotsupp,
            "The request sets a policy of a single device, whose policy can only be PASS.",
            code(file("drivers/net/netkit.c", "NETKIT_DEVICE_SINGLE", "7.1"),
                 posting("004", "netkit_change_link")),
            [](const auto& f) { return f.single; }),
        due("change.policy", Errno::inval, "POLICY is neither PASS nor DROP.",
            code(source::netkit_c("netkit_check_policy"), posting("001", "netkit_check_policy")),
            [](const auto& f) { return f.policy; }),
        due("change.peer_policy", Errno::inval, "PEER_POLICY is neither PASS nor DROP.",
            code(source::netkit_c("netkit_check_policy"), posting("001", "netkit_check_policy")),
            [](const auto& f) { return f.peer_policy; }),
        effect("change.policies", Change::none, "The policies change at once.",
               code(source::netkit_c("netkit_change_link")),
               [](const auto& f) { return !f.absent; }),
    });

struct SetFacts {
  Key key = Key::none;
  bool absent = false, cut = false, mtu = false;
  bool address_length = false, address_bad = false, l3 = false;
  bool name_taken = false, space_bad = false, taken_there = false;
};

inline constexpr auto set = Sequence{
    due("set.absent", Errno::nodev, "The device does not exist.",
        code(source::rtnetlink_c("rtnl_setlink")), [](const auto& f) { return f.absent; }),
    due("set.cut", Errno::range, "An attribute is shorter than its type.",
        code(file("lib/nlattr.c", "validate_nla"), source::rtnetlink_c("ifla_policy")),
        [](const auto& f) { return f.cut; }),
    due("set.mtu", Errno::inval, "The MTU is below 68 or above 65535.",
        code(file("net/core/dev.c", "dev_validate_mtu"), source::netkit_c("ETH_MAX_MTU"),
             file("net/ethernet/eth.c", "ETH_MIN_MTU")),
        [](const auto& f) { return f.mtu; }),
    due("set.address_length", Errno::inval, "The address is shorter than 6 bytes.",
        code(source::rtnetlink_c("validate_linkmsg")),
        [](const auto& f) { return f.address_length; }),
    due("set.l3_address", Errno::opnotsupp,
        "The device is in mode L3, and has no address that could become another.",
        refusal(
            selftest(source::tc_netkit("create_netkit"), source::netkit_c("netkit_set_macaddr"))),
        [](const auto& f) { return f.l3; }),
    due("set.address", Errno::addrnotavail, "The address is all 0 or a group address.",
        code(file("net/ethernet/eth.c", "eth_prepare_mac_addr_change"),
             file("include/linux/etherdevice.h", "is_valid_ether_addr")),
        [](const auto& f) { return f.address_bad; }),
    due("set.name_taken", Errno::exist, "Another device in the network namespace has the name.",
        code(file("net/core/dev.c", "dev_get_valid_name")),
        [](const auto& f) { return f.name_taken; }),
    fails("set.space", Errno::inval, "The descriptor does not refer to a network namespace.",
          code(file("net/core/net_namespace.c", "get_net_ns_by_fd")),
          [](const auto& f) { return f.space_bad; }),
    due("set.taken_there", Errno::exist, "A device in the other network namespace has the name.",
        refusal(selftest(
            file("tools/testing/selftests/net/netns-name.sh", "netns move with a name conflict"),
            file("net/core/dev.c", "__dev_change_net_namespace"))),
        [](const auto& f) { return f.taken_there; }),
    effect("set.state", Change::none,
           "The device goes up or down. A pair has a carrier while both devices are up, a single "
           "device while it is up.",
           code(source::netkit_c("netkit_open"), source::netkit_c("netkit_close"),
                posting("004", "netkit_open")),
           [](const auto& f) { return f.key == Key::state; }),
    effect("set.mtu_as_said", Change::none, "The MTU of the device changes.",
           document(man("ip-link(8)", "change the MTU of the device"),
                    man("netdevice(7)", "SIOCSIFMTU"), man("rtnetlink(7)", "IFLA_MTU")),
           [](const auto& f) { return f.key == Key::mtu; }),
    effect("set.address_as_said", Change::none, "The address of the device changes.",
           document(man("ip-link(8)", "change the station address"),
                    commit("d6fe532b7499", "able to specify a custom MAC"),
                    source::tc_netkit("create_netkit")),
           [](const auto& f) { return f.key == Key::address; }),
    effect("set.name_as_said", Change::none, "The name of the device changes, and nothing else.",
           document(man("ip-link(8)", "change the name of the device"),
                    commit("bd039b5ea2a9", "Allow a network interface to be")),
           [](const auto& f) { return f.key == Key::name; }),
    effect("set.space_as_said", Change::none,
           "The device moves to the other network namespace, and goes down. It keeps its lists, "
           "their revisions and links, and its policies. Its qdisc is removed with all filters.",
           code(file("net/core/dev.c", "__dev_change_net_namespace"),
                file("net/sched/sch_generic.c", "dev_shutdown"),
                source::tc_netkit("serial_test_tc_netkit_pkt_type_mode")),
           [](const auto& f) { return f.key == Key::space; }),
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

inline constexpr auto send = Sequence{
    due("send.absent", Errno::nodev, "The device does not exist.", house(),
        [](const auto& f) { return f.absent; }),
    due("send.down", Errno::netdown, "The device is down.",
        document(man("packet(7)", "ENETDOWN"), file("net/packet/af_packet.c", "packet_snd")),
        [](const auto& f) { return f.down; }),
    due("send.short", Errno::inval, "The frame is shorter than its header.",
        refusal(selftest(file("tools/testing/selftests/net/psock_snd.sh", "raw truncate hlen - 1"),
                         file("net/packet/af_packet.c", "packet_snd"),
                         file("include/linux/netdevice.h", "dev_validate_header"))),
        [](const auto& f) { return f.short_frame; }),
    due("send.long", Errno::msgsize, "The frame is longer than the MTU and its header.",
        document(man("packet(7)", "Packet is bigger than interface MTU"),
                 file("Documentation/networking/netdevices.rst",
                      "include any link layer protocol overhead"),
                 file("tools/testing/selftests/net/psock_snd.sh", "raw mtu size + 1")),
        [](const auto& f) { return f.long_frame; }),
    due("send.egress_drops", Errno::nobufs,
        "A program at tcx egress drops the packet. The sender gets an error, and no counter of "
        "the device changes.",
        code(file("net/core/dev.c", "sch_handle_egress"),
             file("include/linux/netdevice.h", "net_xmit_errno")),
        [](const auto& f) { return f.egress_drops; }),
    may("send.lost", Errno::nobufs,
        "The packet is lost because the device has no peer, or the peer is down. The sender may "
        "get an error.",
        code(source::netkit_c("netkit_xmit"), file("include/linux/netdevice.h", "net_xmit_errno")),
        [](const auto& f) { return f.unconnected; }),
    due("send.drops", Errno::nobufs,
        "A program of the list drops the packet, or returns an undefined verdict. The device "
        "counts it as dropped, and the sender gets an error.",
        code(source::netkit_c("netkit_xmit"), file("include/linux/netdevice.h", "net_xmit_errno"),
             file("include/uapi/linux/if_link.h", "tx_dropped")),
        [](const auto& f) { return f.drops && !f.by_policy; }),
    due("send.policy_drops", Errno::nobufs,
        "The list is empty and the policy is DROP. The device counts the packet as dropped, and "
        "the sender gets an error.",
        code(source::netkit_c("netkit_xmit"), file("include/linux/netdevice.h", "net_xmit_errno"),
             source::netkit_commit("for the case when no BPF")),
        [](const auto& f) { return f.drops && f.by_policy; }),
    effect("send.egress_redirects", Change::none,
           "A program at tcx egress redirects the packet. No counter of the device changes.",
           code(file("net/core/dev.c", "sch_handle_egress")),
           [](const auto& f) { return f.egress_redirects; }),
    effect("send.single", Change::none,
           "A single device has no peer to send to. It drops the packet, and counts it as dropped.",
           document(posting("004", "skbs sent to that device get"),
                    file("include/uapi/linux/if_link.h", "tx_dropped"),
                    source::netkit_c("netkit_xmit")),
           [](const auto& f) { return f.single; }),
    effect("send.peer_down", Change::none,
           "The peer is down. The device counts the packet as dropped, and no program of the list "
           "runs.",
           code(source::netkit_c("netkit_close"), file("net/sched/sch_generic.c", "noop_enqueue"),
                source::netkit_c("netkit_xmit")),
           [](const auto& f) { return f.unconnected; }),
    effect("send.redirects", Change::none,
           "A program of the list redirects the packet. The device counts it as sent, and the peer "
           "does not count it as received.",
           code(source::netkit_c("netkit_xmit")), [](const auto& f) { return f.redirects; }),
    effect("send.ingress_drops", Change::none,
           "The peer receives the packet, and a program at its tcx ingress drops it.",
           document(file("include/uapi/linux/if_link.h", "rx_packets"), source::uapi("TCX_DROP"),
                    source::tcx_commit("terminating ones with TCX_PASS, TCX_DROP, TCX_REDIRECT")),
           [](const auto& f) { return f.ingress_drops; }),
    effect(
        "send.ingress_redirects", Change::none,
        "The peer receives the packet, and a program at its tcx ingress redirects it.",
        document(file("include/uapi/linux/if_link.h", "rx_packets"), source::uapi("TCX_REDIRECT"),
                 source::tcx_commit("terminating ones with TCX_PASS, TCX_DROP, TCX_REDIRECT")),
        [](const auto& f) { return f.ingress_redirects; }),
    effect("send.policy_passes", Change::none,
           "The list is empty and the policy is PASS. The device counts the packet as sent and the "
           "peer as received, and it is delivered.",
           document(source::netkit_commit("for the case when no BPF"),
                    man("ip-link(8)", "default device policy when no BPF"),
                    file("include/uapi/linux/if_link.h", "rtnl_link_stats64")),
           [](const auto& f) { return f.by_policy; }),
    effect("send.passes", Change::none,
           "Programs run in list order, with the packet on the peer, and scrubbed if that is so "
           "configured, up to the one that passes it or to the last. The packet is sent, received "
           "and delivered.",
           code(source::netkit_c("netkit_xmit"), source::netkit_c("netkit_run"),
                file("include/uapi/linux/if_link.h", "NETKIT_SCRUB_DEFAULT")),
           [](const auto& f) { return !f.by_policy; }),
};

}  // namespace mprogcheck::rules

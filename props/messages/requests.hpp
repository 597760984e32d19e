// SPDX-License-Identifier: GPL-2.0-only
// Valid requests about the objects of the message fixture (impl/module/messages.hpp). Many are
// accepted, so that mistakes added to them afterwards get past the first checks.
#pragma once

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <array>

#include "impl/module/netlink.h"
#include "model/words/attributes.hpp"
#include "model/words/choices.hpp"
#include "props/messages/draft.hpp"

namespace mprogcheck {

// Numbers that differ from boot to boot.
struct Numbers {
  std::uint16_t family = 0;
  std::array<std::uint32_t, message_fixture::kProgs> prog_ids{};
};

// Attributes of devices of our kind: those of netkit, and those of kmod/device.h.
namespace device_attribute {
inline constexpr int kPeerInfo = row(Key::peer).type, kPrimary = row(Key::primary).type,
                     kPolicy = row(Key::policy).type, kPeerPolicy = row(Key::peer_policy).type,
                     kMode = row(Key::mode).type, kScrub = row(Key::scrub).type,
                     kPeerScrub = row(Key::peer_scrub).type, kPairing = row(Key::pairing).type,
                     kDialect = 48, kCapacity = 49, kRevision = 50;
}
inline constexpr const char* kKindOfDevice = "mprog";
inline constexpr std::string_view kKindOfFilter{"mprog", 6}, kKindOfQdisc{"clsact", 7};

// IFLA_LINKINFO of a device of our kind.
inline std::vector<Attribute> link_info(const std::vector<Attribute>& data) {
  Draft info;
  info.put(IFLA_INFO_KIND, std::string_view(kKindOfDevice, sizeof("mprog")));
  info.nest(IFLA_INFO_DATA, data);
  return info.attributes;
}

// Where tc finds filters: at a device's ingress or egress, where a priority of 0 is any.
inline tcmsg filters_at(std::uint32_t ifindex, bool egress, std::uint32_t priority,
                        std::uint32_t handle) {
  tcmsg out{};
  out.tcm_ifindex = static_cast<int>(ifindex);
  out.tcm_handle = handle;
  out.tcm_parent = TC_H_MAKE(TC_H_CLSACT, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS);
  out.tcm_info = TC_H_MAKE(priority << 16, htons(ETH_P_ALL));
  return out;
}

inline Draft qdisc_at(std::uint32_t ifindex) {
  tcmsg head{};
  head.tcm_ifindex = static_cast<int>(ifindex);
  head.tcm_parent = TC_H_CLSACT;
  return request_of_tc(RTM_NEWQDISC, head, NLM_F_CREATE | NLM_F_EXCL).put(TCA_KIND, kKindOfQdisc);
}

template <Choices C>
class Requests {
 public:
  Requests(C& choices, const Numbers& numbers) : c_(choices), numbers_(numbers) {}

  Draft any() {
    switch (pick(c_, std::array<std::uint32_t, 16>{60, 36, 40, 30, 16, 12, 16, 8, 5, 5, 4, 1, 24,
                                                   28, 10, 2})) {
      case 0:
        return attach();
      case 1:
        return detach();
      case 2:
        return query();
      case 3:
        return link_create();
      case 4:
        return link_update();
      case 5:
        return of_link(MPROGCHECK_CMD_LINK_DETACH);
      case 6:
        return of_link(MPROGCHECK_CMD_LINK_INFO);
      case 7:
        return request(numbers_.family, MPROGCHECK_CMD_REFERENCES);
      case 8:
        return create();
      case 9:
        return change();
      case 10:
        return request_about(RTM_SETLINK, device()).put(IFLA_MTU, 1000U + c_.below(1000));
      case 11:
        return request_about(RTM_DELLINK, device());
      case 12:
        return filter_link_create();
      case 13:
        return filter();
      case 14:
        return no_filter();
      default:
        return qdisc_at(filtered());
    }
  }

 private:
  Draft to(std::uint8_t command) { return request(numbers_.family, command); }
  std::int32_t device() { return static_cast<std::int32_t>(message_fixture::kPair + c_.below(5)); }
  std::uint32_t prog() { return message_fixture::kFirstProg + c_.below(message_fixture::kProgs); }
  std::uint32_t link() { return message_fixture::kFirstLink + c_.below(message_fixture::kLinks); }

  Draft& at_list(Draft& d) {
    const message_fixture::List& list =
        message_fixture::kLists[c_.below(std::size(message_fixture::kLists))];
    return d.put(MPROGCHECK_A_IFINDEX, list.ifindex)
        .put(MPROGCHECK_A_ATTACH_TYPE, list.attach_type);
  }

  // Where, beside what: bits that both dialects have, and those that they number otherwise.
  Draft& placed(Draft& d) {
    static constexpr std::uint32_t kBefore = 8, kAfter = 16, kFirstOrId = 32, kLast = 64, kId = 128,
                                   kLink = 1U << 13;
    switch (pick(c_, std::array<std::uint32_t, 6>{8, 2, 2, 1, 1, 1})) {
      case 0:
        return d;
      case 1:
        return d.put(MPROGCHECK_A_FLAGS, one_in(c_, 2) ? kBefore : kAfter);
      case 2:
        return d.put(MPROGCHECK_A_FLAGS, one_in(c_, 2) ? kBefore : kAfter)
            .put(MPROGCHECK_A_RELATIVE, prog());
      case 3:
        return d.put(MPROGCHECK_A_FLAGS, kLink | (one_in(c_, 2) ? kBefore : kAfter))
            .put(MPROGCHECK_A_RELATIVE, link());
      case 4:
        return d.put(MPROGCHECK_A_FLAGS, kAfter | (one_in(c_, 2) ? kId : kFirstOrId))
            .put(MPROGCHECK_A_RELATIVE, numbers_.prog_ids[c_.below(message_fixture::kProgs)]);
      default:
        return d.put(MPROGCHECK_A_FLAGS, one_in(c_, 2) ? kFirstOrId : kLast);
    }
  }

  Draft attach() {
    Draft d = to(MPROGCHECK_CMD_ATTACH);
    at_list(d).put(MPROGCHECK_A_PROG_FD, prog());
    if (one_in(c_, 5))
      d.put(MPROGCHECK_A_FLAGS, 4U).put(MPROGCHECK_A_OLD_FD, prog());
    else
      placed(d);
    if (one_in(c_, 8))
      d.put(MPROGCHECK_A_EXPECTED_REVISION, static_cast<std::uint64_t>(c_.below(30)));
    if (one_in(c_, 8)) d.put(MPROGCHECK_A_DIALECT, c_.below(2));
    return d;
  }

  Draft detach() {
    Draft d = to(MPROGCHECK_CMD_DETACH);
    at_list(d);
    if (one_in(c_, 2)) d.put(MPROGCHECK_A_PROG_FD, prog());
    if (one_in(c_, 4)) placed(d);
    return d;
  }

  Draft query() {
    Draft d = to(MPROGCHECK_CMD_QUERY);
    return at_list(d).put(MPROGCHECK_A_ROOM, c_.below(70)).put(MPROGCHECK_A_ARRAYS, c_.below(16));
  }

  Draft link_create() {
    Draft d = to(MPROGCHECK_CMD_LINK_CREATE);
    at_list(d).put(MPROGCHECK_A_PROG_FD, prog());
    return placed(d);
  }

  Draft link_update() {
    Draft d = to(MPROGCHECK_CMD_LINK_UPDATE);
    d.put(MPROGCHECK_A_LINK_FD, link()).put(MPROGCHECK_A_PROG_FD, prog());
    if (one_in(c_, 4)) d.put(MPROGCHECK_A_FLAGS, 4U).put(MPROGCHECK_A_OLD_FD, prog());
    return d;
  }

  Draft of_link(std::uint8_t command) { return to(command).put(MPROGCHECK_A_LINK_FD, link()); }

  // Mostly the device that has a qdisc.
  std::uint32_t filtered() {
    return one_in(c_, 8) ? static_cast<std::uint32_t>(device()) : message_fixture::kFiltered;
  }

  // 0 where tc or the module chooses. Few, so that one meets with another.
  std::uint32_t priority() { return c_.below(3); }
  std::uint32_t handle() { return c_.below(4); }
  std::uint32_t gen_flags() {
    return one_in(c_, 6) ? TCA_CLS_FLAGS_SKIP_SW : one_in(c_, 2) ? TCA_CLS_FLAGS_SKIP_HW : 0;
  }

  Draft filter_link_create() {
    Draft d = to(MPROGCHECK_CMD_FILTER_LINK_CREATE);
    d.put(MPROGCHECK_A_IFINDEX, filtered())
        .put(MPROGCHECK_A_ATTACH_TYPE, 46 + c_.below(2))
        .put(MPROGCHECK_A_PROG_FD, prog());
    if (one_in(c_, 2)) d.put(MPROGCHECK_A_PRIORITY, static_cast<std::uint16_t>(priority()));
    if (one_in(c_, 2)) d.put(MPROGCHECK_A_HANDLE, handle());
    if (one_in(c_, 3)) d.put(MPROGCHECK_A_GEN_FLAGS, gen_flags());
    return d;
  }

  // One draw after the other, whatever order a compiler has for arguments; so everywhere here.
  tcmsg place_of_filter() {
    const std::uint32_t ifindex = filtered();
    const bool egress = one_in(c_, 2);
    const std::uint32_t its_priority = priority();
    return filters_at(ifindex, egress, its_priority, handle());
  }

  // Added, replaced or changed, as tc(8) calls it.
  Draft filter() {
    static constexpr std::uint16_t kWays[] = {NLM_F_CREATE | NLM_F_EXCL, NLM_F_CREATE, 0};
    const tcmsg place = place_of_filter();
    Draft options;
    options.put(TCA_BPF_FD, prog());
    if (!one_in(c_, 4)) options.put(TCA_BPF_FLAGS, std::uint32_t{TCA_BPF_FLAG_ACT_DIRECT});
    if (one_in(c_, 3)) options.put(TCA_BPF_FLAGS_GEN, gen_flags());
    return in_chain(request_of_tc(RTM_NEWTFILTER, place, kWays[c_.below(std::size(kWays))]))
        .nest(TCA_OPTIONS, options.attributes);
  }

  // One, or all of a priority, or of a chain.
  Draft no_filter() { return in_chain(request_of_tc(RTM_DELTFILTER, place_of_filter())); }

  Draft in_chain(Draft d) {
    d.put(TCA_KIND, kKindOfFilter);
    if (one_in(c_, 6)) d.put(TCA_CHAIN, c_.below(2));
    return d;
  }

  // One of the material that is gone, or another.
  Draft create() {
    using namespace device_attribute;
    const bool single = one_in(c_, 3);
    std::uint32_t number = single ? message_fixture::kSingle : message_fixture::kPair;
    if (!single && one_in(c_, 2)) number += 2;
    if (!single && one_in(c_, 2)) number += 40;
    const auto ifindex = static_cast<std::int32_t>(number);
    Draft data;
    data.put(kDialect, c_.below(2)).put(kCapacity, 1 + c_.below(63));
    if (one_in(c_, 2)) data.put(kRevision, static_cast<std::uint64_t>(c_.below(30)));
    if (one_in(c_, 4)) data.put(kMode, c_.below(2)).put(kPolicy, 0U);
    if (single)
      data.put(kPairing, 1U);
    else
      data.nest(kPeerInfo, {}, device_head(ifindex + 1));
    return request_about(RTM_NEWLINK, ifindex, NLM_F_CREATE | NLM_F_EXCL)
        .nest(IFLA_LINKINFO, link_info(data.attributes));
  }

  Draft change() {
    using namespace device_attribute;
    Draft data;
    const int side = one_in(c_, 2) ? kPolicy : kPeerPolicy;
    data.put(side, c_.below(2) * 2);
    return request_about(RTM_NEWLINK, device()).nest(IFLA_LINKINFO, link_info(data.attributes));
  }

  C& c_;
  const Numbers& numbers_;
};

}  // namespace mprogcheck

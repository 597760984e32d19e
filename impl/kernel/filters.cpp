// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/filters.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include <cstring>
#include <span>

namespace mprogcheck::kernel {
namespace {

constexpr const char* kKind = "mprog";
constexpr int kLinkId = 32;  // behind the options of the kernel's kind "bpf" (kmod/cls.h)

tcmsg head_of(std::uint32_t ifindex, Hook hook) {
  tcmsg head{};
  head.tcm_ifindex = static_cast<int>(ifindex);
  head.tcm_parent =
      TC_H_MAKE(TC_H_CLSACT, hook == Hook::egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS);
  return head;
}

int flags_of(TcChange change) {
  switch (change) {
    case TcChange::add:
      return NLM_F_CREATE | NLM_F_EXCL;
    case TcChange::replace:
      return NLM_F_CREATE;
    default:
      return 0;
  }
}

std::uint32_t number(const nlattr* attr) {
  return attr != nullptr ? nla_get_u32(const_cast<nlattr*>(attr)) : 0;
}

void read(std::span<const char> body, const EachFilter& each) {
  if (body.size() < sizeof(tcmsg)) return;
  tcmsg head;
  std::memcpy(&head, body.data(), sizeof(head));
  const auto* const first = reinterpret_cast<const nlattr*>(body.data() + sizeof(head));
  const int length = static_cast<int>(body.size() - sizeof(head));
  const nlattr* const kind = nla_find(first, length, TCA_KIND);
  const std::uint32_t chain = number(nla_find(first, length, TCA_CHAIN));
  const std::uint32_t priority = TC_H_MAJ(head.tcm_info) >> 16;
  // All of one priority have a head of their own, with handle 0.
  if (kind == nullptr || nla_strcmp(kind, kKind) != 0 || chain >= kChains ||
      priority - 1 >= kPriorities || head.tcm_handle - 1 >= kHandles)
    return;
  const nlattr* const options = nla_find(first, length, TCA_OPTIONS);
  if (options == nullptr) return;
  const auto* const inner = static_cast<const nlattr*>(nla_data(options));
  each({.chain = static_cast<std::uint8_t>(chain),
        .priority = static_cast<std::uint8_t>(priority),
        .handle = static_cast<std::uint8_t>(head.tcm_handle)},
       number(nla_find(inner, nla_len(options), TCA_BPF_ID)),
       number(nla_find(inner, nla_len(options), kLinkId)));
}

}  // namespace

Errno change_filter(Netlink& netlink, const Operation& op, const FilterPlace& place,
                    std::uint32_t prog) {
  const bool chain = op.verb == Verb::chain, removes = op.change == TcChange::remove;
  tcmsg head = head_of(place.ifindex, place.hook);
  if (!chain) {
    head.tcm_handle = place.key.handle;
    head.tcm_info = TC_H_MAKE(std::uint32_t{place.key.priority} << 16, htons(ETH_P_ALL));
  }
  Message message(chain     ? RTM_DELCHAIN
                  : removes ? RTM_DELTFILTER
                            : RTM_NEWTFILTER,
                  chain ? 0 : flags_of(op.change));
  message.about(head);
  message.put(TCA_CHAIN, std::uint32_t{place.key.chain});
  if (!chain) message.put(TCA_KIND, kKind);
  if (!chain && !removes)
    message.nest(TCA_OPTIONS, [&] {
      message.put(TCA_BPF_FD, prog);
      message.put(TCA_BPF_FLAGS, std::uint32_t{TCA_BPF_FLAG_ACT_DIRECT});
      message.put(TCA_BPF_FLAGS_GEN, op.bits);
    });
  return netlink.request(message);
}

void dump_filters(Netlink& netlink, std::uint32_t ifindex, Hook hook, const EachFilter& each) {
  Message message(RTM_GETTFILTER, NLM_F_DUMP);
  message.about(head_of(ifindex, hook));
  netlink.dump(message, [&](std::span<const char> body) { read(body, each); });
}

}  // namespace mprogcheck::kernel

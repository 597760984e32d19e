// SPDX-License-Identifier: GPL-2.0-only
// What RTM_GETLINK shows of a netkit device.
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "impl/kernel/netkit.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr std::uint32_t kWithoutCounters = 1U << 3;  // RTEXT_FILTER_SKIP_STATS
constexpr std::uint8_t kOperatesUp = 6;              // IF_OPER_UP

// The highest type of those that are shown.
constexpr int kLastType = [] {
  int last = 0;
  for (const Key key : kShownData) last = std::max<int>(last, row(key).type);
  return last;
}();

std::uint32_t number_in(const nlattr* attribute) {
  std::uint32_t value = 0;
  std::memcpy(&value, nla_data(attribute),
              std::min<std::size_t>(sizeof(value), static_cast<std::size_t>(nla_len(attribute))));
  return value;
}

Address address_in(const nlattr* attribute) {
  AddressBytes bytes{};
  if (nla_len(attribute) != sizeof(bytes)) return Address::random;
  std::memcpy(bytes.data(), nla_data(attribute), sizeof(bytes));
  return address_of(bytes);
}

void read_data(const nlattr* data, DeviceView& view) {
  std::array<nlattr*, kLastType + 1> found{};
  nla_parse(found.data(), kLastType, static_cast<nlattr*>(nla_data(data)), nla_len(data), nullptr);
  for (const Key key : kShownData) {
    const nlattr* const one = found[row(key).type];
    if (one == nullptr) continue;
    view.shown.add(key);
    row(key).shown_in.put(view, number_in(one));
  }
}

}  // namespace

Dump dump_of(Netns& space, std::uint32_t ifindex) {
  Message message(RTM_GETLINK);
  message.about(static_cast<std::int32_t>(ifindex));
  message.put(IFLA_EXT_MASK, kWithoutCounters);
  const std::span<const char> answer = space.netlink.ask(message);
  Dump dump;
  if (answer.size() < sizeof(ifinfomsg)) return dump;
  ifinfomsg head;
  std::memcpy(&head, answer.data(), sizeof(head));
  std::array<nlattr*, IFLA_MAX + 1> found{};
  nla_parse(found.data(), IFLA_MAX,
            reinterpret_cast<nlattr*>(const_cast<char*>(answer.data()) + sizeof(ifinfomsg)),
            static_cast<int>(answer.size() - sizeof(ifinfomsg)), nullptr);
  const auto number = [&](int type) { return found[type] ? number_in(found[type]) : 0; };

  DeviceView& view = dump.view;
  view.there = true;
  view.up = (head.ifi_flags & IFF_UP) != 0;
  view.arp = (head.ifi_flags & IFF_NOARP) == 0;
  view.carrier = number(IFLA_CARRIER) != 0;
  view.mtu = number(IFLA_MTU);
  if (found[IFLA_ADDRESS]) view.address = address_in(found[IFLA_ADDRESS]);
  if (found[IFLA_IFNAME]) dump.name = nla_get_string(found[IFLA_IFNAME]);
  // A device that is linked to none is said to be linked to itself, by saying nothing.
  dump.link = found[IFLA_LINK] ? number(IFLA_LINK) : ifindex;
  dump.settled = !view.up || view.carrier == (number(IFLA_OPERSTATE) == kOperatesUp);
  if (!found[IFLA_LINKINFO]) return dump;
  std::array<nlattr*, IFLA_INFO_DATA + 1> info{};
  nla_parse_nested(info.data(), IFLA_INFO_DATA, found[IFLA_LINKINFO], nullptr);
  if (info[IFLA_INFO_DATA]) read_data(info[IFLA_INFO_DATA], view);
  return dump;
}

}  // namespace mprogcheck::kernel

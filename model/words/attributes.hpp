// SPDX-License-Identifier: GPL-2.0-only
// The attributes of requests about devices, one row each. Parser, printer, model, judge, both
// targets, the reproducers and the generator take from here what they need to know of an attribute:
// to add one is to add its key and its member of DeviceView (device.hpp), its row, and its effect.
//
// Numbers and defaults are those of include/uapi/linux/if_link.h (IFLA_*, IFLA_NETKIT_*) and
// drivers/net/netkit.c.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "model/words/device.hpp"

namespace mprogcheck {

// Where an attribute stands: beside the others of the device, in IFLA_INFO_DATA, in PEER_INFO.
enum class Within : std::uint8_t { device, data, peer };

// A value that has a name; `uapi` is the kernel's name for it, if there is one.
struct ValueName {
  std::string_view word;
  std::uint32_t value = 0;
  std::string_view uapi{};
};

// The member of DeviceView in which a dump shows an attribute, if there is one.
class ShownIn {
 public:
  constexpr ShownIn() = default;
  template <class T>
  constexpr ShownIn(T DeviceView::*member) : member_(member) {}

  constexpr explicit operator bool() const { return member_.index() != 0; }
  constexpr std::uint32_t get(const DeviceView& view) const {
    return std::visit(
        [&](auto member) -> std::uint32_t {
          if constexpr (std::is_same_v<decltype(member), std::monostate>)
            return 0;
          else
            return static_cast<std::uint32_t>(view.*member);
        },
        member_);
  }
  constexpr void put(DeviceView& view, std::uint32_t value) const {
    std::visit(
        [&](auto member) {
          if constexpr (!std::is_same_v<decltype(member), std::monostate>)
            view.*member = static_cast<std::remove_reference_t<decltype(view.*member)>>(value);
        },
        member_);
  }

 private:
  std::variant<std::monostate, bool DeviceView::*, std::uint8_t DeviceView::*,
               std::uint16_t DeviceView::*, std::uint32_t DeviceView::*, Address DeviceView::*>
      member_;
};

struct AttributeRow {
  Key key = Key::none;
  std::string_view word{};  // in a trace
  std::string_view uapi{};  // the kernel's name of its type; none where it is no attribute of
  std::uint16_t type = 0;   // netlink: that is in the head of the message
  Within within = Within::device;
  Key own = Key::none;      // in PEER_INFO: its key where it is of the device; else its own key
  std::uint8_t width = 4;   // of a value, in bytes; a name has as many as it has, and a zero
  bool resizable = false;   // can be sent a byte short, or four too long
  bool named_only = false;  // has no values but those with a name
  bool settable = false;    // `set` takes it
  bool fixed = false;       // of INFO_DATA: a change of it is refused
  bool read_only = false;   // of INFO_DATA: told by the kernel alone
  std::span<const ValueName> values{};
  ShownIn shown_in{};
  std::uint8_t initial = 0;  // its value where a request says nothing
  Key across = Key::none;    // the same of the other side
  bool of_other = false;     // is of the other side
  bool of_pair = false;      // shown of a pair only
  std::string_view since{};  // the first Linux release that has it; none: as old as netkit, or
                             // so common that a kernel without it deviates
};

namespace attributes {

inline constexpr ValueName kPolicies[] = {{"pass", netkit::pass, "NETKIT_PASS"},
                                          {"drop", netkit::drop, "NETKIT_DROP"}};
inline constexpr ValueName kModes[] = {{"l2", netkit::l2, "NETKIT_L2"},
                                       {"l3", netkit::l3, "NETKIT_L3"}};
inline constexpr ValueName kScrubs[] = {{"none", netkit::scrub_none, "NETKIT_SCRUB_NONE"},
                                        {"default", netkit::scrub, "NETKIT_SCRUB_DEFAULT"}};
inline constexpr ValueName kPairings[] = {{"pair", netkit::pair, "NETKIT_DEVICE_PAIR"},
                                          {"single", netkit::single, "NETKIT_DEVICE_SINGLE"}};
inline constexpr ValueName kPresences[] = {{"none", std::uint32_t(Presence::none)},
                                           {"cut", std::uint32_t(Presence::cut)},
                                           {"given", std::uint32_t(Presence::given)},
                                           {"twice", std::uint32_t(Presence::twice)},
                                           {"nested", std::uint32_t(Presence::nested)}};
inline constexpr ValueName kAddresses[] = {{"zero", std::uint32_t(Address::zero)},
                                           {"a", std::uint32_t(Address::a)},
                                           {"b", std::uint32_t(Address::b)},
                                           {"multicast", std::uint32_t(Address::multicast)},
                                           {"random", std::uint32_t(Address::random)}};
inline constexpr ValueName kIndexes[] = {{"negative", std::uint32_t(Index::negative)},
                                         {"lo", std::uint32_t(Index::loopback)}};
inline constexpr ValueName kStates[] = {{"down", 0}, {"up", 1}};
inline constexpr ValueName kSpaces[] = {{"n0", 0}, {"n1", 1}, {"bad", kNoSpace}};

constexpr std::uint16_t kNoSuchType = 200;  // that no kernel has in either place

// clang-format off
inline constexpr AttributeRow kRows[] = {
    {},
    {.key = Key::primary, .word = "primary", .uapi = "IFLA_NETKIT_PRIMARY", .type = 2,
     .within = Within::data, .width = 1, .read_only = true, .shown_in = &DeviceView::primary},
    {.key = Key::mode, .word = "mode", .uapi = "IFLA_NETKIT_MODE", .type = 5,
     .within = Within::data, .resizable = true, .fixed = true, .values = kModes,
     .shown_in = &DeviceView::mode, .initial = netkit::l3},
    {.key = Key::policy, .word = "policy", .uapi = "IFLA_NETKIT_POLICY", .type = 3,
     .within = Within::data, .resizable = true, .values = kPolicies,
     .shown_in = &DeviceView::policy, .initial = netkit::pass, .across = Key::peer_policy},
    {.key = Key::peer_policy, .word = "peer_policy", .uapi = "IFLA_NETKIT_PEER_POLICY", .type = 4,
     .within = Within::data, .resizable = true, .values = kPolicies,
     .shown_in = &DeviceView::peer_policy, .initial = netkit::pass, .across = Key::policy,
     .of_other = true, .of_pair = true},
    {.key = Key::scrub, .word = "scrub", .uapi = "IFLA_NETKIT_SCRUB", .type = 6,
     .within = Within::data, .resizable = true, .fixed = true, .values = kScrubs,
     .shown_in = &DeviceView::scrub, .initial = netkit::scrub, .across = Key::peer_scrub,
     .of_pair = true},
    {.key = Key::peer_scrub, .word = "peer_scrub", .uapi = "IFLA_NETKIT_PEER_SCRUB", .type = 7,
     .within = Within::data, .resizable = true, .fixed = true, .values = kScrubs,
     .shown_in = &DeviceView::peer_scrub, .initial = netkit::scrub, .across = Key::scrub,
     .of_other = true, .of_pair = true},
    {.key = Key::peer, .word = "peer", .uapi = "IFLA_NETKIT_PEER_INFO", .type = 1,
     .within = Within::data, .named_only = true, .fixed = true, .values = kPresences},
    {.key = Key::headroom, .word = "headroom", .uapi = "IFLA_NETKIT_HEADROOM", .type = 8,
     .within = Within::data, .width = 2, .resizable = true, .fixed = true,
     .shown_in = &DeviceView::headroom, .since = "6.14"},
    {.key = Key::tailroom, .word = "tailroom", .uapi = "IFLA_NETKIT_TAILROOM", .type = 9,
     .within = Within::data, .width = 2, .resizable = true, .fixed = true,
     .shown_in = &DeviceView::tailroom, .since = "6.14"},
    {.key = Key::pairing, .word = "pairing", .uapi = "IFLA_NETKIT_PAIRING", .type = 10,
     .within = Within::data, .resizable = true, .fixed = true, .values = kPairings,
     .shown_in = &DeviceView::pairing, .initial = netkit::pair, .since = "7.1"},
    {.key = Key::unknown, .word = "unknown", .uapi = "NO_SUCH_ATTRIBUTE", .type = kNoSuchType,
     .within = Within::data, .resizable = true},
    {.key = Key::address, .word = "address", .uapi = "IFLA_ADDRESS", .type = 1,
     .width = kAddressLength, .resizable = true, .named_only = true, .settable = true,
     .values = kAddresses, .shown_in = &DeviceView::address},
    {.key = Key::mtu, .word = "mtu", .uapi = "IFLA_MTU", .type = 4, .resizable = true,
     .settable = true, .shown_in = &DeviceView::mtu},
    {.key = Key::txqueues, .word = "txqueues", .uapi = "IFLA_NUM_TX_QUEUES", .type = 31,
     .resizable = true},
    {.key = Key::rxqueues, .word = "rxqueues", .uapi = "IFLA_NUM_RX_QUEUES", .type = 32,
     .resizable = true},
    {.key = Key::index, .word = "index", .named_only = true, .values = kIndexes},
    {.key = Key::name, .word = "name", .uapi = "IFLA_IFNAME", .type = 3, .settable = true,
     .shown_in = &DeviceView::name},
    {.key = Key::space, .word = "ns", .uapi = "IFLA_NET_NS_FD", .type = 28, .named_only = true,
     .settable = true, .values = kSpaces, .shown_in = &DeviceView::space},
    {.key = Key::state, .word = "state", .named_only = true, .settable = true, .values = kStates,
     .shown_in = &DeviceView::up},
    {.key = Key::peer_address, .word = "peer.address", .within = Within::peer, .own = Key::address},
    {.key = Key::peer_mtu, .word = "peer.mtu", .within = Within::peer, .own = Key::mtu},
    {.key = Key::peer_txqueues, .word = "peer.txqueues", .within = Within::peer,
     .own = Key::txqueues},
    {.key = Key::peer_rxqueues, .word = "peer.rxqueues", .within = Within::peer,
     .own = Key::rxqueues},
    {.key = Key::peer_index, .word = "peer.index", .within = Within::peer, .own = Key::index},
    {.key = Key::peer_name, .word = "peer.name", .within = Within::peer, .own = Key::name},
    {.key = Key::peer_space, .word = "peer.ns", .within = Within::peer, .own = Key::space},
    {.key = Key::peer_unknown, .word = "peer.unknown", .within = Within::peer, .own = Key::unknown},
};
// clang-format on

// An attribute of PEER_INFO is on the wire what it is where it is the device's own.
constexpr std::array<AttributeRow, kKeys> completed() {
  std::array<AttributeRow, kKeys> rows;
  for (std::size_t i = 0; i < kKeys; ++i) {
    const AttributeRow& row = kRows[i];
    const AttributeRow& own = kRows[static_cast<std::size_t>(row.own)];
    rows[i] = row.own == Key::none ? row : own;
    rows[i].key = row.key;
    rows[i].word = row.word;
    rows[i].within = row.within;
    rows[i].own = row.own == Key::none ? row.key : row.own;
    if (row.own != Key::none) rows[i].settable = false, rows[i].shown_in = {};
  }
  return rows;
}

}  // namespace attributes

// By key. The first is no attribute.
inline constexpr std::array<AttributeRow, kKeys> kAttributes = attributes::completed();
static_assert(std::size(attributes::kRows) == kKeys);
static_assert(
    [] {
      for (std::size_t i = 0; i < kKeys; ++i)
        if (kAttributes[i].key != static_cast<Key>(i) || kAttributes[i].word.empty() != (i == 0))
          return false;
      return true;
    }(),
    "the rows stand in the order of Key");

constexpr const AttributeRow& row(Key key) {
  return kAttributes[static_cast<std::size_t>(key)];
}

template <class Fit>
constexpr KeySet keys_where(Fit&& fit) {
  KeySet keys;
  for (const AttributeRow& a : kAttributes)
    if (a.key != Key::none && fit(a)) keys.add(a.key);
  return keys;
}
inline constexpr KeySet kAllKeys = keys_where([](const AttributeRow&) { return true; });
inline constexpr KeySet kInData =
    keys_where([](const AttributeRow& a) { return a.within == Within::data; });
inline constexpr KeySet kInPeerInfo =
    keys_where([](const AttributeRow& a) { return a.within == Within::peer; });
inline constexpr KeySet kResizable = keys_where([](const AttributeRow& a) { return a.resizable; });
inline constexpr KeySet kSettable = keys_where([](const AttributeRow& a) { return a.settable; });
inline constexpr KeySet kFixed = keys_where([](const AttributeRow& a) { return a.fixed; });
// That a kernel need not have, and the others of INFO_DATA.
inline constexpr KeySet kYounger =
    keys_where([](const AttributeRow& a) { return !a.since.empty(); });
inline constexpr KeySet kBasicData = kInData - kYounger;
// That a dump has in INFO_DATA, of a pair and of a single device; and those of them that each side
// has for itself.
inline constexpr KeySet kShownData =
    keys_where([](const AttributeRow& a) { return a.within == Within::data && a.shown_in; });
inline constexpr KeySet kShownOfSingle =
    kShownData - keys_where([](const AttributeRow& a) { return a.of_pair; });
inline constexpr KeySet kOfEachSide = keys_where(
    [](const AttributeRow& a) { return kShownData.has(a.key) && !a.of_other && !a.read_only; });

// Asked for each attribute of each request, so kept small.
inline constexpr std::array<Key, kKeys> kOwnKeys = [] {
  std::array<Key, kKeys> own{};
  for (std::size_t i = 0; i < kKeys; ++i) own[i] = kAttributes[i].own;
  return own;
}();

// What an attribute of PEER_INFO is called where it is the device's own; any other key is itself.
constexpr Key own_key(Key key) {
  return kOwnKeys[static_cast<std::size_t>(key)];
}
constexpr bool in_data(Key key) {
  return kInData.has(key);
}
constexpr bool of_peer(Key key) {
  return kInPeerInfo.has(key);
}
constexpr std::size_t width_of(Key key) {
  return row(key).width;
}
// Whether it can be sent a byte short, or too long.
constexpr bool has_form(Key key) {
  return kResizable.has(key);
}
constexpr std::optional<Key> key_from(std::string_view word) {
  for (const AttributeRow& a : kAttributes)
    if (a.key != Key::none && a.word == word) return a.key;
  return std::nullopt;
}
// The name of the value, if it has one.
constexpr const ValueName* value_name(Key key, std::uint32_t value) {
  for (const ValueName& name : row(key).values)
    if (name.value == value) return &name;
  return nullptr;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Devices as rtnetlink makes and shows them: the attributes of a request, and what a dump says.
//
// Numbers and defaults are those of include/uapi/linux/if_link.h (IFLA_NETKIT_*, enum netkit_*).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace mprogcheck {

// Network namespaces of a trace: n0, in which a trace begins, and n1.
inline constexpr std::size_t kMaxSpaces = 2;
inline constexpr std::uint8_t kNoSpace = 255;  // a descriptor that is no namespace

// An attribute of a request. Those of the peer stand in PEER_INFO, the others where they belong.
enum class Key : std::uint8_t {
  none,
  // IFLA_INFO_DATA
  policy,
  peer_policy,
  mode,
  scrub,
  peer_scrub,
  headroom,
  tailroom,
  pairing,
  primary,
  unknown,  // a type nobody has defined
  peer,     // PEER_INFO itself, see Presence
  // IFLA_*: of the device
  address,
  mtu,
  txqueues,
  rxqueues,
  index,
  name,
  space,
  state,  // IFF_UP or not; for `set` alone
  // and of its peer
  peer_address,
  peer_mtu,
  peer_txqueues,
  peer_rxqueues,
  peer_index,
  peer_name,
  peer_space,
  peer_unknown,
};
inline constexpr std::size_t kKeys = 28;

// How much of its value travels: all of it, a byte less, or four bytes more.
enum class Form : std::uint8_t { whole, shortened, lengthened };

// Where an attribute stands: in INFO_DATA, in PEER_INFO, or in neither, with the device itself.
constexpr bool in_data(Key key) {
  return key >= Key::policy && key <= Key::peer;
}
constexpr bool of_peer(Key key) {
  return key >= Key::peer_address;
}
// What an attribute of PEER_INFO is called where it is the device's own; any other key is itself.
constexpr Key own_key(Key key) {
  switch (key) {
    case Key::peer_address:
      return Key::address;
    case Key::peer_mtu:
      return Key::mtu;
    case Key::peer_txqueues:
      return Key::txqueues;
    case Key::peer_rxqueues:
      return Key::rxqueues;
    case Key::peer_index:
      return Key::index;
    case Key::peer_name:
      return Key::name;
    case Key::peer_space:
      return Key::space;
    case Key::peer_unknown:
      return Key::unknown;
    default:
      return key;
  }
}

struct Attr {
  Key key = Key::none;
  Form form = Form::whole;
  std::uint32_t value = 0;  // a number, or one of those below
  auto operator<=>(const Attr&) const = default;
};
inline constexpr std::size_t kMaxAttrs = 6;  // of a request; their order is that on the wire

// Values of attributes.
namespace netkit {
inline constexpr std::uint32_t pass = 0, drop = 2;         // policy
inline constexpr std::uint32_t l2 = 0, l3 = 1;             // mode
inline constexpr std::uint32_t scrub_none = 0, scrub = 1;  // scrub
inline constexpr std::uint32_t pair = 0, single = 1;       // pairing
inline constexpr std::uint32_t default_mtu = 1500, min_mtu = 68, max_mtu = 65535;
inline constexpr std::uint32_t max_queues = 4096;  // of any device
}  // namespace netkit
enum class Address : std::uint8_t { zero, a, b, multicast, random };  // random: observed alone
inline constexpr std::size_t kAddressLength = 6;
using AddressBytes = std::array<std::uint8_t, kAddressLength>;
// By Address; nothing stands for a random one. Those given are locally administered.
inline constexpr std::array<AddressBytes, 4> kAddresses{
    {{}, {2, 0, 0, 0, 0, 0x0a}, {2, 0, 0, 0, 0, 0x0b}, {1, 0, 0x5e, 0, 0, 1}}};
constexpr Address address_of(const AddressBytes& bytes) {
  for (std::size_t i = 0; i < kAddresses.size(); ++i)
    if (kAddresses[i] == bytes) return static_cast<Address>(i);
  return Address::random;
}

// Of the value of an attribute, in bytes. A name has as many as it has, and a zero.
constexpr std::size_t width_of(Key key) {
  if (own_key(key) == Key::address) return kAddressLength;
  if (key == Key::headroom || key == Key::tailroom) return 2;
  return key == Key::primary ? 1 : 4;
}
// Whether it can be sent a byte short, or too long.
constexpr bool has_form(Key key) {
  const Key own = own_key(key);
  return own != Key::none && own != Key::primary && own != Key::peer && own != Key::index &&
         own != Key::name && own != Key::state && own != Key::space;
}

// PEER_INFO: left out; shorter than its head; there, which goes without saying where a peer is
// named. There as well, but oddly: behind another one, that is empty; with one more in a LINKINFO
// within it.
enum class Presence : std::uint8_t { none, cut, given, twice, nested };
// An ifindex below 0, and that of the loopback device, which every namespace has.
enum class Index : std::uint8_t { negative, loopback };

// The interface name of the device dN is "dN" in a trace; names the kernel made up stand behind.
inline constexpr std::uint8_t kMadeUpName = 128;  // nk0, nk1, ...
inline constexpr std::uint8_t kStrangeName = 255;

// The head of an ethernet frame, in bytes.
inline constexpr std::uint32_t kFrameHead = 14;

// One device as a dump shows it.
struct DeviceView {
  bool there = false;
  std::uint8_t space = 0;
  std::uint8_t name = kStrangeName;
  std::uint8_t link = 255;  // IFLA_LINK: the other side; kNoDevice for none
  bool up = false, carrier = false, arp = false;
  Address address = Address::zero;
  std::uint32_t mtu = 0;
  // IFLA_INFO_DATA. Bit k of `told`: Key k is there.
  std::uint32_t told = 0;
  bool primary = false;
  std::uint8_t mode = 0, policy = 0, peer_policy = 0, scrub = 0, peer_scrub = 0, pairing = 0;
  std::uint16_t headroom = 0, tailroom = 0;
  bool operator==(const DeviceView&) const = default;
};

constexpr std::uint32_t told(Key key) {
  return std::uint32_t{1} << static_cast<unsigned>(key);
}

}  // namespace mprogcheck

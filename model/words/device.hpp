// SPDX-License-Identifier: GPL-2.0-only
// Devices as rtnetlink makes and shows them: the attributes of a request, and what a dump says.
//
// Values are those of include/uapi/linux/if_link.h (enum netkit_*).
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace mprogcheck {

// Network namespaces of a trace: n0, in which a trace begins, and n1.
inline constexpr std::size_t kMaxSpaces = 2;
inline constexpr std::uint8_t kNoSpace = 255;  // a descriptor that is no namespace

// The attributes of a request, in the order in which a dump is printed. What each of them is stands
// in its row of attributes.hpp.
enum class Key : std::uint8_t {
  none,
  // IFLA_INFO_DATA
  primary,
  mode,
  policy,
  peer_policy,
  scrub,
  peer_scrub,
  peer,  // PEER_INFO itself, see Presence
  headroom,
  tailroom,
  pairing,
  unknown,  // a type nobody has defined
  // IFLA_*: of the device
  address,
  mtu,
  txqueues,
  rxqueues,
  index,
  name,
  space,
  state,  // IFF_UP or not; for `set` alone
  // and of its peer, in PEER_INFO
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

// Some of the attributes; a loop over it goes through them in the order of Key.
class KeySet {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Key;
    using reference = Key;
    using pointer = const Key*;
    using difference_type = std::ptrdiff_t;
    constexpr explicit Iterator(std::uint32_t left) : left_(left) {}
    constexpr Key operator*() const { return static_cast<Key>(std::countr_zero(left_)); }
    constexpr Iterator& operator++() {
      left_ &= left_ - 1;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    std::uint32_t left_;
  };
  constexpr Iterator begin() const { return Iterator(bits_); }
  constexpr Iterator end() const { return Iterator(0); }

  constexpr KeySet() = default;
  constexpr bool has(Key key) const { return (bits_ & bit(key)) != 0; }
  constexpr void add(Key key) { bits_ |= bit(key); }
  constexpr void remove(Key key) { bits_ &= ~bit(key); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint32_t size() const { return static_cast<std::uint32_t>(std::popcount(bits_)); }

  constexpr KeySet operator|(KeySet other) const { return KeySet(bits_ | other.bits_); }
  constexpr KeySet operator&(KeySet other) const { return KeySet(bits_ & other.bits_); }
  constexpr KeySet operator-(KeySet other) const { return KeySet(bits_ & ~other.bits_); }
  bool operator==(const KeySet&) const = default;

 private:
  static_assert(kKeys < 32);
  constexpr explicit KeySet(std::uint32_t bits) : bits_(bits) {}
  static constexpr std::uint32_t bit(Key key) {
    return std::uint32_t{1} << static_cast<unsigned>(key);
  }
  std::uint32_t bits_ = 0;
};

// How much of its value travels: all of it, a byte less, or four bytes more.
enum class Form : std::uint8_t { whole, shortened, lengthened };

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
  KeySet shown;  // the attributes of IFLA_INFO_DATA that the dump has; the rest of them is 0
  bool primary = false;
  std::uint8_t mode = 0, policy = 0, peer_policy = 0, scrub = 0, peer_scrub = 0, pairing = 0;
  std::uint16_t headroom = 0, tailroom = 0;
  bool operator==(const DeviceView&) const = default;
};

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// What the row of a verb consists of: its traits, what it is called, the attribute of bpf(2), and
// its fields.
#pragma once

#include <cstdint>
#include <span>

#include "model/words/fields.hpp"

namespace mprogcheck {

enum class Trait : std::uint8_t {
  list,            // a request about one list, with flags, a relative object and a revision
  inserts,         // it adds an entry to a list
  makes_link,      // `link` is the name of a link that it creates
  changes_link,    // it replaces the program of a link, or ends it; see link_of()
  tells_list,      // it reads a list
  tells_link,      // it reads what the kernel tells about a link
  only_asks,       // it changes nothing
  packet,          // it sends a packet, which programs meet
  journey,         // and the packet is followed from device to device
  bpf,             // a command of bpf(2) whose attribute has a size of its own choice
  netkit,          // it is about netkit devices alone
  tells_devices,   // all devices are dumped behind it
  filter,          // it is about the filters of a classifier
  of_device,       // `point` is a device without a hook
  plain_device,    // its device is one of the header, of no particular kind
  lifetime,        // a device comes or goes
  own_descriptor,  // it is about a descriptor of the process, by system calls other than bpf(2)
  provokes,        // it brings the kernel to harm on purpose
};

struct Traits {
  std::uint32_t bits = 0;
  constexpr bool has(Trait trait) const { return (bits >> static_cast<unsigned>(trait) & 1U) != 0; }
};
template <class... Trait_>
constexpr Traits traits(Trait_... trait) {
  return {(0U | ... | (1U << static_cast<unsigned>(trait)))};
}

namespace words {

// A field of the attribute of bpf(2), as union bpf_attr of the uapi names it: the byte behind it,
// and what becomes of an operation whose attribute is too short to have it. Null: it is not ours to
// set, or it is a part of what the verb always gives.
struct Slot {
  std::uint8_t end;
  Text name;
  void (*forget)(Operation&) = nullptr;
};
template <auto... Members>
constexpr void forget(Operation& op) {
  (Member<Members>::reset(op), ...);
}
template <std::uint8_t Array>
constexpr void forget_array(Operation& op) {
  op.arrays = static_cast<std::uint8_t>(op.arrays & ~Array);
}

inline constexpr std::size_t kMostSlots = 9;  // those of query

// Bytes of the attribute that are no field, those that are fields of other users of the command,
// and those of flags of which these hooks define none.
struct Gaps {
  std::uint8_t begin = 0, end = 0;
  std::uint8_t other_begin = 0, other_end = 0;
  std::uint8_t flags_begin = 0, flags_end = 0;
};

struct Head {
  Verb verb;
  Text word, command;  // of the kernel's interface
  Text meaning;        // one sentence, for the reference
  Text example;        // valid where d0, p0, p1, the link l0 and the netkit pair d1 d2 are there
  Traits traits{};
  Verb simpler = verb;            // does the same in a simpler way
  std::span<const Slot> slots{};  // of the attribute of bpf(2), where it is such a command
  Gaps gaps{};
};

// Parts of a row, or all rows: constants, passed by reference, so that to list them costs a
// compiler next to nothing.
template <const auto&... Items>
struct List {
  template <class Visit>
  static constexpr void each(Visit&& visit) {
    (visit(Items), ...);
  }
};
template <const auto&... As, const auto&... Bs>
constexpr List<As..., Bs...> operator+(List<As...>, List<Bs...>) {
  return {};
}

template <const auto&... Items>
inline constexpr List<Items...> parts{};

template <class Parts_>
struct Row : Head {
  constexpr Row(const Head& head, Parts_) : Head(head) {}
  static constexpr Parts_ parts{};
};

}  // namespace words
}  // namespace mprogcheck

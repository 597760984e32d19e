// SPDX-License-Identifier: GPL-2.0-only
// A dialect: one version of what the interface promises, as a value.
//
// A Dialect refers to its traits: its name, how it numbers the flags, the properties in which
// dialects differ, and its tables of rules. Code asks for the property it depends on, never which
// dialect it has. A new dialect is a DialectTraits; world, judge, proofs and exploration take it as
// it is (see model/rules/tables.hpp, and props/explore/dialect_test.cpp for one of three rules).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

namespace mprogcheck {

namespace rules {
struct Tables;
}

// The flags by name. Their bits in bpf(2) differ between dialects.
namespace flag {
inline constexpr std::uint8_t replace = 1, before = 2, after = 4, first = 8, last = 16, id = 32,
                              link = 64;
}

// 64 slots, the last is the end mark (seed 003, BPF_MPROG_MAX; linux/bpf_mprog.h).
inline constexpr std::size_t kMaxCapacity = 63;

struct FlagBit {
  std::uint8_t flag = 0;
  std::uint32_t bit = 0;
};

struct DialectTraits {
  std::string_view name;   // in traces and on the command line
  std::string_view title;  // one line, for the specification
  std::uint8_t number;     // distinguishes dialects in seeds; the order in which they are listed
  std::array<FlagBit, 7> flag_bits;  // the flags of attach, detach and link_create
  std::uint8_t entry_flags;          // the flags an entry keeps while it is on the list
  bool has_old;     // REPLACE names the old program in a field of its own, not as relative object
  bool in_kernels;  // a released kernel has it
  std::uint64_t last_revision;  // all bits of a revision; 1 follows
  std::uint8_t capacity;        // most entries a list can have
  const rules::Tables* tables;

  // The flags that a request may have.
  constexpr std::uint8_t flags() const {
    std::uint8_t all = 0;
    for (const FlagBit& f : flag_bits) all |= f.flag;
    return all;
  }
  constexpr bool has(std::uint8_t flag) const { return (flags() & flag) != 0; }
  // Entries can be FIRST or LAST.
  constexpr bool has_ends() const { return entry_flags != 0; }
};

// model/rules/dialects.cpp
extern const DialectTraits kMainlineTraits, kRfc2Traits;

class Dialect {
 public:
  constexpr Dialect() : traits_(&kMainlineTraits) {}
  constexpr explicit Dialect(const DialectTraits& traits) : traits_(&traits) {}

  constexpr const DialectTraits* operator->() const { return traits_; }

  friend constexpr bool operator==(const Dialect&, const Dialect&) = default;
  friend auto operator<=>(const Dialect& a, const Dialect& b) { return a->number <=> b->number; }

  static const Dialect mainline;  // bpf_mprog as merged
  static const Dialect rfc2;      // its second posting

 private:
  const DialectTraits* traits_;
};
inline constexpr Dialect Dialect::mainline{kMainlineTraits};
inline constexpr Dialect Dialect::rfc2{kRfc2Traits};

// The dialects that traces and the command line know by name.
inline constexpr std::array kDialects{Dialect::mainline, Dialect::rfc2};

// The flag bits as bpf(2) numbers them.
constexpr std::uint32_t wire_flags(Dialect dialect, std::uint8_t flags) {
  std::uint32_t bits = 0;
  for (const FlagBit& f : dialect->flag_bits)
    if ((flags & f.flag) != 0) bits |= f.bit;
  return bits;
}

}  // namespace mprogcheck

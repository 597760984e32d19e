// SPDX-License-Identifier: GPL-2.0-only
// The fields of an operation: where each is stored, how it is written, and what it may hold.
//
// An operand has its place behind the verb. An option is a word, or a word and a value; it is left
// out where the field has its default. forms.hpp says which verb has which of them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "model/words/operation.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {

// Which part of an operation a complaint is about.
enum class Field : std::uint8_t {
  verb,
  point,
  prog,
  link,
  relative,
  old,
  flags,
  bits,
  revision,
  says,
  size,
  dirty,
  peer,
  attrs,
  space,
  key,
  other,
};
inline constexpr std::size_t kFields = static_cast<std::size_t>(Field::other) + 1;

namespace words {

using Text = std::string_view;

inline constexpr Operation kBlank{};

// A member of Operation, or a member of such a member.
template <auto Outer, auto... Inner>
struct Member {
  static constexpr auto outer = Outer;
  template <class Op>
  static constexpr decltype(auto) of(Op& op) {
    return ((op.*Outer).*....*Inner);
  }
  static constexpr auto initial() { return of(kBlank); }
  static constexpr bool is_set(const Operation& op) { return of(op) != of(kBlank); }
  static constexpr void reset(Operation& op) { of(op) = of(kBlank); }
};
template <auto Outer, auto... Inner>
inline constexpr Member<Outer, Inner...> at{};

// Kinds of values.

// A program, a link, or what is neither: p0, l0, none, bad, file, map, foreign:xdp.
struct Reference {
  enum class Accepts : std::uint8_t { anything, prog_or_link, link_name, new_link } accepts;
  Text what;
  bool none_means_any = false;  // to name none is a simpler request
};
// d0/ingress
struct AttachPoint {};
// d0; the namespace with all its devices where `all` may be said.
struct DeviceName {
  bool all = false;
};
// One word of a table.
template <class T>
struct OneOf {
  std::span<const Pair<T>> names;
};
struct Number {
  std::uint64_t least, most;
  bool hex = false;
  std::uint32_t named = 0;  // bits of it that have words of their own
  std::uint8_t small = 0;   // how many of its least values are simpler than others
};
// n0, n1
struct Namespace {};

// Parts of an operation. `M` is the Member that it is stored in.

enum class Occurs : std::uint8_t { always, unless_removed, optionally };

template <class M, class Kind>
struct Operand : M {
  constexpr Operand(M, Field f, Kind k, Occurs o = Occurs::always) : field(f), kind(k), occurs(o) {}
  Field field;
  Kind kind;
  Occurs occurs;
};

// word=value
template <class M, class Kind>
struct Option : M {
  constexpr Option(M, Text w, Text m, Field f, Kind k, Occurs o = Occurs::optionally)
      : word(w), meaning(m), field(f), kind(k), occurs(o) {}

  // Without the bits that have words of their own.
  constexpr auto value(const Operation& op) const {
    auto value = M::of(op);
    if constexpr (std::is_same_v<Kind, Number>)
      value = static_cast<decltype(value)>(value & ~std::uint64_t{kind.named});
    return value;
  }
  constexpr bool is_set(const Operation& op) const { return value(op) != M::initial(); }
  constexpr void reset(Operation& op) const {
    if constexpr (std::is_same_v<Kind, Number>)
      if (kind.named != 0) {
        M::of(op) &= kind.named;
        return;
      }
    M::reset(op);
  }

  Text word, meaning;
  Field field;
  Kind kind;
  Occurs occurs;
};

// A word that sets a bit of a member.
template <class M>
struct Bit : M {
  constexpr Bit(M, Text w, Text m, Field f, std::uint32_t b, Occurs o = Occurs::optionally)
      : word(w), meaning(m), field(f), bit(b), occurs(o) {}

  constexpr bool is_set(const Operation& op) const { return (M::of(op) & bit) != 0; }
  constexpr void reset(Operation& op) const {
    M::of(op) = static_cast<std::remove_cvref_t<decltype(M::of(op))>>(M::of(op) & ~bit);
  }
  constexpr void set(Operation& op) const {
    M::of(op) = static_cast<std::remove_cvref_t<decltype(M::of(op))>>(M::of(op) | bit);
  }

  Text word, meaning;
  Field field;
  std::uint32_t bit;
  Occurs occurs;
};

// A word that must be there and changes nothing.
struct Literal {
  static constexpr Field field = Field::other;
  Text word;
};

// The object that the part names: null if it is a part of another kind.
template <class Part>
constexpr auto reference_in(const Part&, auto& op) -> decltype(&op.prog) {
  if constexpr (requires { Part::of(op).given(); })
    return &Part::of(op);
  else
    return nullptr;
}

// Attributes of rtnetlink, as they follow each other in the message: mtu=1400 peer.name=d1
struct Attributes : Member<&Operation::attrs> {
  static constexpr Field field = Field::attrs;
};
// What programs return for the packet: p0=drop p1=pass
struct Verdicts : Member<&Operation::says> {
  static constexpr Field field = Field::says;
};

}  // namespace words
}  // namespace mprogcheck

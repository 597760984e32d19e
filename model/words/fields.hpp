// SPDX-License-Identifier: GPL-2.0-only
// The fields of an operation: where each is stored, how it is written, and what it may hold.
//
// An operand has its place behind the verb. An option is a word, or a word and a value; it is left
// out where the field has its default. forms.hpp says which verb has which of them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

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
  constexpr Option(M, Text w, Field f, Kind k, Occurs o = Occurs::optionally)
      : word(w), field(f), kind(k), occurs(o) {}
  Text word;
  Field field;
  Kind kind;
  Occurs occurs;
};

// A word that sets a bit of a member.
template <class M>
struct Bit : M {
  constexpr Bit(M, Text w, Field f, std::uint32_t b, Occurs o = Occurs::optionally)
      : word(w), field(f), bit(b), occurs(o) {}
  Text word;
  Field field;
  std::uint32_t bit;
  Occurs occurs;
};

// A word that has to stand there and says nothing.
struct Literal {
  Text word;
};

// Attributes of rtnetlink, as they follow each other in the message: mtu=1400 peer.name=d1
struct Attributes : Member<&Operation::attrs> {};
// What programs answer for the packet: p0=drop p1=pass
struct Verdicts : Member<&Operation::says> {};

}  // namespace words
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The value domain of proofs: what is a bool or an int to the oracle is a solver's term here.
//
// Terms of different meaning are different types, as in Plain, although the solver knows but three
// sorts: booleans, entities (places, programs, links), and revisions of 64 bits.
#pragma once

#include <z3++.h>

#include <cstdint>

#include "model/rules/domain.hpp"

namespace mprogcheck::proofs {

// The solver's context, and the sort of entities: the integers, or bit vectors of some width. While
// it lives, every term that this thread makes is made in it.
class Session {
 public:
  // bits: the width of an entity; 0 for the integers.
  explicit Session(unsigned bits = 0)
      : entity_(bits == 0 ? z3_.int_sort() : z3_.bv_sort(bits)), outer_(current_) {
    current_ = this;
  }
  ~Session() { current_ = outer_; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  static z3::context& z3() { return current_->z3_; }
  static z3::sort entity() { return current_->entity_; }
  static z3::sort revision() { return z3().bv_sort(64); }

 private:
  z3::context z3_;
  z3::sort entity_;
  Session* outer_;
  static inline thread_local Session* current_ = nullptr;
};

template <class Tag>
struct Term {
  z3::expr e;
  Term() : e(Session::z3()) {}
  explicit Term(z3::expr of) : e(std::move(of)) {}
  explicit Term(bool value) requires std::same_as<Tag, struct BoolTag>
      : e(Session::z3().bool_val(value)) {}
  // Rules write `index + 1` and `Revision(0)`.
  Term(int value)  // NOLINT
      requires(!std::same_as<Tag, struct BoolTag> && !std::same_as<Tag, struct RevisionTag>)
      : e(Session::z3().num_val(value, Session::entity())) {}
  Term(std::uint64_t value)  // NOLINT
      requires std::same_as<Tag, struct RevisionTag> : e(Session::z3().bv_val(value, 64)) {}
};

struct Terms {
  using Bool = Term<struct BoolTag>;
  using Int = Term<struct IntTag>;
  using Prog = Term<struct ProgTag>;
  using Link = Term<struct LinkTag>;
  using Revision = Term<struct RevisionTag>;

  template <class T>
  static T ite(const Bool& c, const T& a, const T& b) {
    return T(z3::ite(c.e, a.e, b.e));
  }
  static Link no_link() { return -1; }
};

using Bool = Terms::Bool;
using Int = Terms::Int;
using Revision = Terms::Revision;

inline Bool operator&&(const Bool& a, const Bool& b) {
  return Bool(a.e && b.e);
}
inline Bool operator||(const Bool& a, const Bool& b) {
  return Bool(a.e || b.e);
}
inline Bool operator!(const Bool& a) {
  return Bool(!a.e);
}
inline Bool implies(const Bool& a, const Bool& b) {
  return Bool(z3::implies(a.e, b.e));
}
template <class Tag>
Bool operator==(const Term<Tag>& a, const Term<Tag>& b) {
  return Bool(a.e == b.e);
}
template <class Tag>
Bool operator!=(const Term<Tag>& a, const Term<Tag>& b) {
  return Bool(a.e != b.e);
}
// Bit vectors are compared as signed numbers: -1 is in front of the head.
inline Bool operator<(const Int& a, const Int& b) {
  return Bool(a.e < b.e);
}
inline Bool operator<=(const Int& a, const Int& b) {
  return Bool(a.e <= b.e);
}
inline Bool operator>(const Int& a, const Int& b) {
  return Bool(a.e > b.e);
}
inline Bool operator>=(const Int& a, const Int& b) {
  return Bool(a.e >= b.e);
}
inline Int operator+(const Int& a, const Int& b) {
  return Int(a.e + b.e);
}
inline Int operator-(const Int& a, const Int& b) {
  return Int(a.e - b.e);
}
inline Revision operator+(const Revision& a, std::uint64_t b) {
  return Revision(a.e + Revision(b).e);
}
inline Revision operator&(const Revision& a, std::uint64_t b) {
  return Revision(a.e & Revision(b).e);
}

// A constant nothing is known of.
template <class T>
T any(const std::string& name) {
  z3::context& c = Session::z3();
  if constexpr (std::same_as<T, Bool>)
    return T(c.bool_const(name.c_str()));
  else if constexpr (std::same_as<T, Revision>)
    return T(c.constant(name.c_str(), Session::revision()));
  else
    return T(c.constant(name.c_str(), Session::entity()));
}

}  // namespace mprogcheck::proofs

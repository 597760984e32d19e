// SPDX-License-Identifier: GPL-2.0-only
// A list of any length over terms: functions from the index to program, owner and flags.
//
// `at`, the inverse of `prog`, makes programs unique and finding one a term without a quantifier.
// The rules see it as they see mprogcheck::Chain. Two makers: `endless` has uninterpreted functions
// and axioms for every index, for proofs; `written_out` has its slots as constants and no
// quantifier, for counterexamples, which a solver finds only there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proofs/terms.hpp"

namespace mprogcheck::proofs {

struct SymbolicChain {
  Int length, slots;
  Revision now;
  std::function<Terms::Prog(const Int&)> prog;
  std::function<Terms::Link(const Int&)> owner;
  std::function<Bool(const Int&)> is_first, is_last;
  std::function<Int(const Terms::Prog&)> at;
  std::function<Terms::Prog(const Terms::Link&)> prog_of;  // of a link, attached or not

  Int size() const { return length; }
  Int capacity() const { return slots; }
  Revision revision() const { return now; }
  Bool holds(const Int& i) const { return Int(0) <= i && i < length; }
  Place<Terms> find(const Terms::Prog& p) const {
    const Int i = at(p);
    return {holds(i) && prog(i) == p, i};
  }
};

// What a list keeps, as one formula for the whole of it and one for each index.
Bool bounded(const SymbolicChain& c);
Bool revision_is_valid(Dialect dialect, const SymbolicChain& c);
Bool unique_at(const SymbolicChain& c, const Int& i);
Bool links_agree_at(const SymbolicChain& c, const Int& i);
Bool ends_at(Dialect dialect, const SymbolicChain& c, const Int& i);

// A chain and what is known of it.
struct AnyChain {
  SymbolicChain chain;
  std::vector<Bool> axioms;
};
AnyChain endless(Dialect dialect);
AnyChain written_out(Dialect dialect, int slots);

// What an effect writes.
struct EntryTerms {
  Terms::Prog prog;
  Terms::Link owner;
  Bool first, last;
};

// The primitives. The revision is left to the caller.
SymbolicChain insert_at(const SymbolicChain& c, const Int& k, const EntryTerms& entry);
SymbolicChain replace_at(const SymbolicChain& c, const Int& k, const EntryTerms& entry);
SymbolicChain remove_at(const SymbolicChain& c, const Int& k);

}  // namespace mprogcheck::proofs

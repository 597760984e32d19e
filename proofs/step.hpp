// SPDX-License-Identifier: GPL-2.0-only
// One command on a list, over terms: every state it may start from, every request, every outcome.
#pragma once

#include <vector>

#include "proofs/chain.hpp"
#include "proofs/rows.hpp"

namespace mprogcheck::proofs {

class Step {
 public:
  // `from` and a request nothing is known of but what domain.hpp and the system call say.
  Step(Dialect dialect, Verb verb, const AnyChain& from, const Break& broken = {});
  // A given request on a given list; no axioms of its own.
  Step(Dialect dialect, Verb verb, SymbolicChain from, Request<Terms> request,
       const Break& broken = {});
  // What follows on rule i.
  Step then(std::size_t i, Verb verb, Request<Terms> request) const;
  // The same with another request.
  Step with(Request<Terms> request) const;

  Dialect dialect;
  Verb verb;
  SymbolicChain before;
  Request<Terms> request;
  Rows<Terms> rows;
  std::vector<Bool> axioms;  // of the state and of the request

  // An error is due.
  Bool refused() const;
  // Rule i is the one that decides, as in decide() of model/rules/rule.hpp.
  Bool decides(std::size_t i) const;
  // The list after rule i has decided.
  SymbolicChain after(std::size_t i) const;

  bool changes(std::size_t i) const { return rows[i].clause.change != Change::none; }
  bool refuses(std::size_t i) const { return rows[i].clause.force == Force::due; }
  bool permits(std::size_t i) const { return rows[i].clause.force == Force::may; }

 private:
  bool is_broken() const { return broken_.kind != Break::Kind::none && broken_.verb == verb; }
  bool breaks(Break::Kind kind) const { return is_broken() && broken_.kind == kind; }
  SymbolicChain replaced(const Int& k) const;
  SymbolicChain swapped_out(const Int& k) const;
  Revision revision_after(const SymbolicChain& after) const;
  Break broken_;
};

// A request whose every field is a constant nothing is known of, and what a request always keeps.
Request<Terms> any_request();
std::vector<Bool> well_formed(Dialect dialect, Verb verb, const SymbolicChain& c,
                              const Request<Terms>& r);
// A request that gives nothing and names nothing; the device and the hook are there.
Request<Terms> bare_request();

}  // namespace mprogcheck::proofs

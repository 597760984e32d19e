// SPDX-License-Identifier: GPL-2.0-only
// The rules of each dialect as the proofs need them: over terms, and over plain values beside.
//
// A dialect of somebody else's becomes known by an object that lives as long as the proofs:
//
//   const KnownDialect known{rows_of_tables<my_tables>(my_dialect)};
#pragma once

#include "model/world/chain.hpp"
#include "proofs/chain.hpp"
#include "proofs/rows.hpp"

namespace mprogcheck::proofs {

struct DialectRows {
  Dialect dialect;
  Rows<Terms> (*over_terms)(Verb, const SymbolicChain&, const Request<Terms>&);
  Rows<Plain> (*plain)(Verb, const Chain&, const Request<Plain>&);
};

template <const auto& kTables>
DialectRows rows_of_tables(Dialect dialect) {
  return {dialect, &rows_in<kTables, Terms, SymbolicChain>, &rows_in<kTables, Plain, Chain>};
}

class KnownDialect {
 public:
  explicit KnownDialect(const DialectRows& rows);
  ~KnownDialect();
  KnownDialect(const KnownDialect&) = delete;
  KnownDialect& operator=(const KnownDialect&) = delete;
};

// The rules of `verb`, in order. Throws std::logic_error if the dialect is not known.
Rows<Terms> rows_of(Dialect dialect, Verb verb, const SymbolicChain& c, const Request<Terms>& r);
Rows<Plain> rows_of(Dialect dialect, Verb verb, const Chain& c, const Request<Plain>& r);

}  // namespace mprogcheck::proofs

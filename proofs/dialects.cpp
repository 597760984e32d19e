// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/dialects.hpp"

#include <algorithm>
#include <stdexcept>

namespace mprogcheck::proofs {
namespace {

std::vector<DialectRows>& known() {
  static std::vector<DialectRows> all{rows_of_tables<rules::mainline_tables>(Dialect::mainline),
                                      rows_of_tables<rules::rfc2_tables>(Dialect::rfc2)};
  return all;
}

const DialectRows& find(Dialect dialect) {
  const auto at = std::find_if(known().begin(), known().end(),
                               [&](const DialectRows& rows) { return rows.dialect == dialect; });
  if (at == known().end())
    throw std::logic_error("the proofs do not know dialect " + std::string(dialect->name));
  return *at;
}

}  // namespace

KnownDialect::KnownDialect(const DialectRows& rows) {
  known().push_back(rows);
}

KnownDialect::~KnownDialect() {
  known().pop_back();
}

Rows<Terms> rows_of(Dialect dialect, Verb verb, const SymbolicChain& c, const Request<Terms>& r) {
  return find(dialect).over_terms(verb, c, r);
}

Rows<Plain> rows_of(Dialect dialect, Verb verb, const Chain& c, const Request<Plain>& r) {
  return find(dialect).plain(verb, c, r);
}

}  // namespace mprogcheck::proofs

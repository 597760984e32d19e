// SPDX-License-Identifier: GPL-2.0-only
// The dialects: in what they differ beside their rules.
#include "model/world/oracle.hpp"

namespace mprogcheck {

constinit const rules::Tables rules::kMainlineTables = tables_of<mainline_tables>(),
                              rules::kRfc2Tables = tables_of<rfc2_tables>();

std::span<const Clause> clauses_of(Dialect dialect, Verb verb) {
  return (*dialect->tables)[verb].clauses;
}

constinit const DialectTraits kMainlineTraits{
    .name = "mainline",
    .title = "bpf_mprog as merged, Linux 6.6 on",
    .number = 0,
    .flag_bits = {{{flag::replace, 1U << 2},
                   {flag::before, 1U << 3},
                   {flag::after, 1U << 4},
                   {flag::id, 1U << 5},
                   {flag::link, 1U << 13}}},
    .entry_flags = 0,
    .has_old = true,
    .in_kernels = true,
    .last_revision = ~std::uint64_t{0},
    .capacity = kMaxCapacity,
    .tables = &rules::kMainlineTables,
};

constinit const DialectTraits kRfc2Traits{
    .name = "rfc2",
    .title = "bpf_mprog with FIRST and LAST, as posted on 2023-06-07",
    .number = 1,
    .flag_bits = {{{flag::replace, 1U << 2},
                   {flag::before, 1U << 3},
                   {flag::after, 1U << 4},
                   {flag::first, 1U << 5},
                   {flag::last, 1U << 6},
                   {flag::id, 1U << 7},
                   {flag::link, 1U << 13}}},
    .entry_flags = flag::first | flag::last,
    .has_old = false,
    .in_kernels = false,
    .last_revision = 0xffffffffU,
    .capacity = kMaxCapacity,
    .tables = &rules::kRfc2Tables,
};

}  // namespace mprogcheck

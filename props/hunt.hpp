// SPDX-License-Identifier: GPL-2.0-only
// How well planted faults are found: how soon, by which minimal trace, and whether a shorter one
// exists.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "impl/target.hpp"
#include "props/campaign.hpp"
#include "props/minimize.hpp"

namespace mprogcheck {

// Operations a campaign with this seed runs until the first that differs; nothing if `limit` were
// not enough.
std::optional<std::uint64_t> operations_until_found(Target& target, Dialect dialect,
                                                    std::uint64_t seed, std::uint64_t limit);

// The smallest minimal trace among the first findings of a campaign with this seed; nothing if it
// found none. `progress` is called now and then, and may end it by an exception.
std::optional<Minimal> smallest_found(const TargetFactory& target, Dialect dialect,
                                      std::uint64_t seed,
                                      const std::function<void(std::size_t)>& progress = {});

// The minimal trace of the first finding of a campaign with this seed, generated for what `can`
// says: the same on every target that has the same mistake. Nothing if `limit` operations were not
// enough. `progress` as for smallest_found().
std::optional<Minimal> first_found(Target& target, const Capabilities& can, Dialect dialect,
                                   std::uint64_t seed, std::uint64_t limit,
                                   const std::function<void(std::size_t)>& progress = {});

// Orders traces by what there is to read: operations, then what stands in them.
bool smaller(const Trace& a, const Trace& b);

struct Shortest {
  std::map<std::string, std::size_t>
      operations;  // by target, of the shortest trace that shows it; absent: none
  std::size_t states = 0, traces = 0;  // of the enumeration
};

// All traces of at most `operations` operations in small worlds (three programs, two links, one
// device, capacities 63, 1 and 2, a mistake at most in each operation), run on each target until
// one differs. Traces that lead to the same state by the same clauses count once.
Shortest enumerate(std::vector<std::unique_ptr<Target>>& targets, Dialect dialect,
                   std::size_t operations,
                   const std::function<void(const std::string&)>& progress = {});

}  // namespace mprogcheck

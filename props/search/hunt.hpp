// SPDX-License-Identifier: GPL-2.0-only
// How well planted faults are found: how soon, by which minimal trace, and whether a shorter one
// exists.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "impl/target.hpp"
#include "props/search/campaign.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck {

// For each target the operations that a campaign with this seed runs until the first that differs;
// nothing if `limit` were not enough. All can do the same, so all are run with the same traces.
std::vector<std::optional<std::uint64_t>> operations_until_found(
    const std::vector<std::unique_ptr<Target>>& targets, Dialect dialect, std::uint64_t seed,
    std::uint64_t limit, bool guided = false);

// The smallest minimal trace among the first findings of a campaign with this seed; nothing if it
// found none. `progress` is called now and then, and may end it by an exception.
std::optional<Minimal> smallest_found(const TargetFactory& target, Dialect dialect,
                                      std::uint64_t seed,
                                      const std::function<void(std::size_t)>& progress = {});

// The first finding of a campaign that is not known of this target, and its minimal trace there. A
// target with the same mistake has the same minimal trace of it.
struct First {
  Trace from;  // as it was generated
  std::string bucket;
  Minimal minimal;
};
// Generated with this seed for what the target can do; nothing if `limit` operations were not
// enough. `known` are of the dialect. `progress` as for smallest_found().
std::optional<First> first_found(Target& target, Dialect dialect, std::uint64_t seed,
                                 std::uint64_t limit, const std::vector<Trace>& known,
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

// SPDX-License-Identifier: GPL-2.0-only
// Filters of a device's classifier, as tc names them: where one stands, and what flags it may have.
//
// Handle, priority and chain are small numbers here, so that every place a filter can have is an
// index. All are of protocol `all` and direct action, as those that links make always are.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace mprogcheck {

inline constexpr std::uint8_t kChains = 2;      // 0, which packets come to, and 1
inline constexpr std::uint8_t kPriorities = 3;  // 1 to 3; the lowest is asked first
inline constexpr std::uint8_t kHandles = 3;     // 1 to 3
inline constexpr std::size_t kFiltersOfChain = std::size_t{kPriorities} * kHandles;
inline constexpr std::size_t kFiltersOfHook = kChains * kFiltersOfChain;
inline constexpr std::size_t kMaxFilters = 2 * kFiltersOfHook;  // of a device

struct FilterKey {
  std::uint8_t chain = 0, priority = 1, handle = 1;
  auto operator<=>(const FilterKey&) const = default;

  // Its place at a hook: by chain, then in the order in which a chain is asked.
  constexpr std::size_t index() const {
    return (std::size_t{chain} * kPriorities + priority - 1U) * kHandles + handle - 1U;
  }
};

// TCA_CLS_FLAGS_* (uapi pkt_cls.h): not in hardware; in hardware alone.
inline constexpr std::uint32_t kSkipHw = 1U << 0, kSkipSw = 1U << 1;

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Filters of our module's kind, as rtnetlink makes, deletes and tells them.
#pragma once

#include <cstdint>
#include <functional>

#include "impl/kernel/netlink.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

// Where a filter is, or all of a chain.
struct FilterPlace {
  std::uint32_t ifindex = 0;
  Hook hook = Hook::ingress;
  FilterKey key;
};

// What the kernel answers to what `op` asks of a filter or of a chain.
Errno change_filter(Netlink& netlink, const Operation& op, const FilterPlace& place,
                    std::uint32_t prog);

// Every filter there is at the hook of a device, of all chains, those with no place in a trace left
// out. The link is 0 for netlink's. Where the qdisc is one for ingress that is the hook to ask for,
// whichever other name the kernel takes for it too. Throws CannotRun.
using EachFilter = std::function<void(FilterKey key, std::uint32_t prog_id, std::uint32_t link_id)>;
void dump_filters(Netlink& netlink, std::uint32_t ifindex, Hook hook, const EachFilter& each);

}  // namespace mprogcheck::kernel

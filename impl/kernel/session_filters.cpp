// SPDX-License-Identifier: GPL-2.0-only
// What a session does about filters.
#include <algorithm>

#include "impl/kernel/filters.hpp"
#include "impl/kernel/session.hpp"
#include "impl/kernel/unusual_calls.hpp"
#include "model/words/forms.hpp"

namespace mprogcheck::kernel {

void Session::filter(const Operation& op, Observation& seen) {
  const FilterPlace place{fixture_.number(op.point.device, op.space), op.point.hook, op.key};
  const std::uint32_t prog = fixture_.names.descriptor(op.prog);
  Netns& here = fixture_.here(op.space);
  int descriptor = -1;
  run_as(op.caller, [&] {
    if (!has_trait(op.verb, Trait::makes_link)) {
      seen.error = change_filter(here.netlink, op, place, prog);
    } else {
      descriptor = fixture_.shared.lists->make_filter_link(here, place, prog, op.bits);
      seen.error = abi::error_of(descriptor);
    }
  });
  if (descriptor >= 0) keep_link(op, descriptor);
  if (is_there(op.point.device)) observe_filters(op.point.device, seen);
}

// Where a qdisc is one for ingress tc takes any name for that hook.
void Session::observe_filters(std::uint8_t device, Observation& seen) {
  seen.has_filters = true;
  seen.filters = {};
  if (!fixture_.shared.lists->has_filters()) return;
  const auto named = [](const auto& names, std::uint32_t id, auto strange) {
    const auto found = names.find(id);
    return found == names.end() ? strange : found->second;
  };
  for (const Hook hook : {Hook::ingress, Hook::egress}) {
    if (hook == Hook::egress && qdiscs_[device] == Qdisc::ingress) continue;
    dump_filters(fixture_.here(0).netlink, fixture_.devices[device].ifindex, hook,
                 [&](FilterKey key, std::uint32_t prog_id, std::uint32_t link_id) {
                   seen.filters[filter_index(hook, key)] = {
                       .there = true,
                       .prog = named(progs_by_id_, prog_id, kStrangeProg),
                       .link = link_id == 0 ? kNoLink : named(links_by_id_, link_id, kStrangeLink)};
                 });
  }
}

bool Session::owns_filter(const OpenLink& link) {
  if (!link.of_filter || !is_there(link.point.device)) return false;
  const Link name{static_cast<std::uint8_t>(&link - links_.data())};
  Observation seen;
  observe_filters(link.point.device, seen);
  return std::any_of(seen.filters.begin(), seen.filters.end(),
                     [&](const Filter& filter) { return filter.there && filter.link == name; });
}

}  // namespace mprogcheck::kernel

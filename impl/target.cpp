// SPDX-License-Identifier: GPL-2.0-only
#include "impl/target.hpp"

#include "model/words/attributes.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

// What an operation needs of its target, and what is said of a target that lacks it.
struct Need {
  bool (*needed)(const Operation& op, const Capabilities& can);
  bool Capabilities::*has;  // null: never to be had where it is needed
  std::string_view reason;
  bool quotes = false;  // the operation
};

constexpr Need kNeeds[] = {
    {[](const Operation& op, const Capabilities&) { return op.hazardous(); },
     &Capabilities::hazards, "does not run operations that may crash a kernel (a VM does)", true},
    {[](const Operation& op, const Capabilities& can) {
       return op.relative.kind == Ref::Kind::foreign && !can.foreign[op.relative.raw % kForeigns];
     },
     nullptr, "has no link of this type", true},
    {[](const Operation& op, const Capabilities&) { return op.fault || op.odd_attribute(); },
     &Capabilities::memory, "takes netlink messages and not the memory that bpf(2) takes", true},
    {[](const Operation& op, const Capabilities&) { return op.verb == Verb::packet; },
     &Capabilities::packets, "cannot send packets through its attach points"},
    {[](const Operation& op, const Capabilities&) { return op.verb == Verb::qdisc; },
     &Capabilities::qdiscs,
     "has no clsact and ingress qdiscs (CONFIG_NET_SCH_INGRESS; try modprobe sch_ingress)"},
    {[](const Operation& op, const Capabilities&) { return of_filters(op.verb); },
     &Capabilities::filters, "has no links that own filters (seed 002 was never merged)"},
    {[](const Operation& op, const Capabilities&) {
       return of_netkit(op.verb) || of_netkit(op.point.hook);
     },
     &Capabilities::netkit, "makes no netkit devices (Linux 6.7 or newer with CONFIG_NETKIT)"},
};

}  // namespace

std::string speaks_not(Dialect dialect) {
  return "does not speak dialect " + std::string(word(dialect));
}

std::string unsupported(const Trace& trace, const Capabilities& can) {
  const Header& h = trace.header;
  if (!can.speaks(h.dialect)) return speaks_not(h.dialect);
  if (!can.any_capacity && h.revision != 1) return "has lists that start at revision 1";
  if (!can.any_capacity && !can.capacities && h.capacity != kMaxCapacity)
    return "has lists of 63 programs, and no others";
  if (h.devices > can.devices)
    return "has no more than " + std::to_string(int{can.devices}) + " devices for a trace";
  for (const Operation& op : trace.operations) {
    for (const Need& need : kNeeds)
      if (need.needed(op, can) && (need.has == nullptr || !(can.*need.has)))
        return std::string(need.reason) + (need.quotes ? ": " + print(op) : "");
    for (const Attr& a : op.attrs)
      if (in_data(a.key) && !can.attributes.has(a.key))
        return "has no netkit attribute " + std::string(row(a.key).word) + " (Linux " +
               std::string(row(a.key).since) + " or newer)";
  }
  return {};
}

void Target::run(std::span<const Trace> traces,
                 std::vector<std::vector<Observation>>& observations) {
  run_all(traces, observations);
  if (observations.size() != traces.size())
    throw CannotRun(name() + " answered " + std::to_string(observations.size()) + " of " +
                    std::to_string(traces.size()) + " traces");
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const std::vector<Observation>& seen = observations[i];
    const std::size_t asked = traces[i].operations.size();
    const bool harmed = !seen.empty() && seen.back().harm != Harm::none;
    if (seen.size() > asked || (seen.size() < asked && !harmed))
      throw CannotRun(name() + " answered " + std::to_string(seen.size()) + " of " +
                      std::to_string(asked) + " operations, and came to no harm");
  }
}

}  // namespace mprogcheck

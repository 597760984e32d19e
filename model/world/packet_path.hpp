// SPDX-License-Identifier: GPL-2.0-only
// The path of one packet out of a netkit device: which programs it meets, and where it ends.
#pragma once

#include "model/words/observation.hpp"
#include "model/words/operation.hpp"
#include "model/world/chain.hpp"

namespace mprogcheck {

// What a list made of a packet: programs that ran from its head on, and the verdict of the last.
struct Run {
  int ran = 0;
  Action end = Action::next;  // next: nobody ended it
};

// At tcx a verdict that nobody defined goes on, at netkit it drops.
inline Run run(const Chain& list, const Operation& op, bool at_netkit) {
  Run out;
  while (out.ran < list.size() && out.end == Action::next) {
    const Prog prog = list.prog(out.ran++);
    for (const Says& says : op.says)
      if (says.prog == prog && says.action != Action::next) out.end = says.action;
    if (out.end == Action::unknown) out.end = at_netkit ? Action::drop : Action::next;
  }
  return out;
}

// What is known of both ends when the packet is sent.
struct Ends {
  const Chain *egress = nullptr, *own = nullptr, *ingress = nullptr;
  bool connected = false;  // there is another side, and it is up
  std::uint32_t policy = netkit::pass;
};

struct Path {
  Run egress, own, ingress;
  bool left = false;  // past tcx egress
  bool by_policy = false;
  bool received = false;  // by the other side
};

inline Path path_of(const Operation& op, const Ends& ends) {
  Path p;
  p.egress = run(*ends.egress, op, false);
  p.left = p.egress.end == Action::next || p.egress.end == Action::pass;
  if (!p.left || !ends.connected) return p;
  p.own = run(*ends.own, op, true);
  p.by_policy = ends.own->size() == 0;
  if (p.by_policy && ends.policy != netkit::pass) p.own.end = Action::drop;
  p.received = p.own.end == Action::next || p.own.end == Action::pass;
  if (p.received) p.ingress = run(*ends.ingress, op, false);
  return p;
}

}  // namespace mprogcheck

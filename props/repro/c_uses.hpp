// SPDX-License-Identifier: GPL-2.0-only
// What a trace needs of the fixed text of a C reproducer. Not for use elsewhere.
#pragma once

#include <bitset>
#include <vector>

#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"
#include "props/repro/plan.hpp"

namespace mprogcheck::repro {

// Which pieces of the fixed text there must be: what is not called would be a warning.
struct Uses {
  explicit Uses(const std::vector<Step>& steps) {
    for (const Step& s : steps) add(s);
    spaces |= netkit;
    hooks |= netkit;
  }

  void add(const Step& s) {
    const Operation& op = s.op;
    verbs.set(static_cast<std::size_t>(op.verb));
    const bool about_link = has_trait(op.verb, Trait::tells_link);
    fdinfos |= about_link && op.verb != Verb::info;
    links_told |= about_link;
    calls |= has_trait(op.verb, Trait::bpf) || op.verb == Verb::info;
    tells |= tells_link(s);
    counts |= has_answer(s) && tells_count(op);
    answers |= has_answer(s) && tells_revision(op);
    if (has_trait(op.verb, Trait::journey))
      journeys |= s.must.fate != Fate::none;
    else if (has_trait(op.verb, Trait::packet))
      packets |= s.must.error == Errno::ok;
    add_devices(s);
    lists |= s.where && !has_trait(op.verb, Trait::tells_list);
    revisions |= is_revision_it_had(s);
    also_due |= !s.also_due.empty();
    also_permitted |= !s.permitted.empty() || s.any_error;
    hazards |= op.hazardous();
    callers |= op.caller != Caller::root;
    odd_attributes |= op.odd_attribute();
    for (const Ref r : {op.prog, op.link, op.relative, op.old}) {
      maps |= r.kind == Ref::Kind::map;
      if (r.kind == Ref::Kind::foreign) foreign.set(r.raw);
    }
  }

  void add_devices(const Step& s) {
    const Operation& op = s.op;
    const bool of_netkit_device =
        op.point.device < kMaxDevices && op.point.device >= s.header_devices;
    if (has_trait(op.verb, Trait::lifetime) && !has_trait(op.verb, Trait::netkit)) {
      removes |= op.point.device < s.header_devices;
      removes_all |= op.point.device == kAllDevices;
    }
    const bool creates_device = op.verb == Verb::create;
    netkit |= creates_device;
    makes |= creates_device && is_asked(s);
    asks_device |= tells_devices(op.verb) && !creates_device && of_netkit_device;
    indexes |= of_netkit_device && has_trait(op.verb, Trait::bpf);
    hooks |= op.point.hook == Hook::primary || op.point.hook == Hook::peer;
    spaces |= op.space != 0;
    for (std::size_t d = 0; tells_devices(op.verb) && d < kMaxDevices; ++d)
      appear |= s.must.devices[d].there && !s.devices[d].there;
  }

  bool has(Verb verb) const { return verbs[static_cast<std::size_t>(verb)]; }

  std::bitset<kVerbs> verbs;
  bool calls = false, fdinfos = false, links_told = false, tells = false;
  bool removes = false, removes_all = false;
  bool counts = false, answers = false, packets = false, lists = false;
  bool revisions = false, also_due = false, also_permitted = false;
  bool hazards = false, callers = false, odd_attributes = false, maps = false;
  // Netkit devices; two namespaces; and of devices, which of the ways to ask there are.
  bool netkit = false, spaces = false, hooks = false, journeys = false;
  bool makes = false, asks_device = false, indexes = false, appear = false;
  std::bitset<kForeigns> foreign;
};

}  // namespace mprogcheck::repro

// SPDX-License-Identifier: GPL-2.0-only
// What a trace needs of the fixed text of a C reproducer. Not for use elsewhere.
#pragma once

#include <bitset>
#include <vector>

#include "model/words/bpf_attribute.hpp"
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
    attaches |= op.verb == Verb::attach || op.verb == Verb::detach;
    creates |= op.verb == Verb::link_create;
    updates |= op.verb == Verb::link_update;
    releases |= op.verb == Verb::link_detach;
    infos |= op.verb == Verb::info;
    calls |= attribute_size(op.verb) != 0 || op.verb == Verb::info;
    fdinfos |= op.verb == Verb::fdinfo;
    tells |= tells_link(s);
    closes |= op.verb == Verb::close;
    removes |= op.verb == Verb::remove && op.point.device < s.header_devices;
    removes_all |= op.verb == Verb::remove && op.point.device == kAllDevices;
    qdiscs |= op.verb == Verb::qdisc;
    queries |= op.verb == Verb::query;
    counts |= has_answer(s) && tells_count(op);
    answers |= has_answer(s) && tells_revision(op);
    packets |= op.verb == Verb::packet && s.must.error == Errno::ok;
    sends |= op.verb == Verb::send;
    journeys |= op.verb == Verb::send && s.must.fate != Fate::none;
    add_devices(s);
    lists |= s.where && op.verb != Verb::query;
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
    const bool of_netkit = op.point.device < kMaxDevices && op.point.device >= s.header_devices;
    netkit |= op.verb == Verb::create;
    makes |= op.verb == Verb::create && is_asked(s);
    asks_device |=
        op.verb == Verb::change || op.verb == Verb::set || (op.verb == Verb::remove && of_netkit);
    indexes |= of_netkit && attribute_size(op.verb) != 0;
    hooks |= op.point.hook == Hook::primary || op.point.hook == Hook::peer;
    spaces |= op.space != 0;
    for (std::size_t d = 0; tells_devices(op.verb) && d < kMaxDevices; ++d)
      appear |= s.must.devices[d].there && !s.devices[d].there;
  }

  bool attaches = false, creates = false, updates = false, releases = false, closes = false;
  bool calls = false, infos = false, fdinfos = false, tells = false;
  bool removes = false, removes_all = false, qdiscs = false;
  bool queries = false, counts = false, answers = false, packets = false, lists = false;
  bool revisions = false, also_due = false, also_permitted = false;
  bool hazards = false, callers = false, odd_attributes = false, maps = false;
  // Netkit devices; two namespaces; and of devices, which of the ways to ask there are.
  bool netkit = false, spaces = false, hooks = false, sends = false, journeys = false;
  bool makes = false, asks_device = false, indexes = false, appear = false;
  std::bitset<kForeigns> foreign;
};

}  // namespace mprogcheck::repro

// SPDX-License-Identifier: GPL-2.0-only
// Which operations make sense as the next one of a trace, whatever a target may answer.
#include <algorithm>

#include "model/words/bpf_attribute.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {

namespace {

bool takes_list_flags(Verb v) {
  return v == Verb::attach || v == Verb::detach || v == Verb::link_create;
}

std::string name(char kind, std::uint8_t raw) {
  return kind + std::to_string(int{raw});
}

}  // namespace

std::optional<Complaint> NameCheck::ref(const Operation& op, Ref r, Field field) const {
  if (r.kind == Ref::Kind::prog && (r.raw >= kMaxProgs || !header_.loaded[r.raw]))
    return Complaint{field, name('p', r.raw) + " is used before it is loaded; add 'load " +
                                name('p', r.raw) + "' to the header"};
  if (r.kind == Ref::Kind::link && !links_[r.raw])
    return Complaint{field, name('l', r.raw) + " is used before a link_create names it"};
  if (field != Field::relative || !op.has(flag::id)) return std::nullopt;
  const bool wants_link = op.has(flag::link);
  if (r.kind == Ref::Kind::file || r.kind == Ref::Kind::map || r.kind == Ref::Kind::foreign ||
      (r.kind == Ref::Kind::prog && wants_link) || (r.kind == Ref::Kind::link && !wants_link))
    return Complaint{field, std::string("with 'id', rel must be ") +
                                (wants_link ? "a link" : "a program") +
                                ", bad or none: ids of other kinds are another number space"};
  return std::nullopt;
}

namespace {

std::optional<std::string> attrs_complaint(const Operation& op) {
  std::size_t given = 0;
  for (const Attr& a : op.attrs) {
    if (a.key == Key::none) continue;
    ++given;
    if (a.form != Form::whole && !has_form(a.key))
      return "this attribute has no length that could be another";
    if (own_key(a.key) == Key::name && a.value >= kMadeUpName &&
        std::count_if(op.attrs.begin(), op.attrs.end(),
                      [&](const Attr& b) { return b.key == a.key; }) > 1)
      return "a name is given, or left out; not both";
    if (a.key == Key::state && op.verb != Verb::set) return "'state' is for set";
    if (op.verb == Verb::change && !in_data(a.key))
      return "only attributes of INFO_DATA change; use set";
    if (op.verb == Verb::set && !kSettable.has(a.key))
      return "set has state, mtu, address, name and ns";
    if (of_peer(a.key) && (!op.has_peer_info() || op.peer_info_is(Presence::cut)))
      return "there is no PEER_INFO that it could stand in; name the peer, and leave 'peer=' out";
    if (op.verb == Verb::set && (a.key == Key::name && a.value >= kMadeUpName))
      return "a device is renamed to a name; say which";
    if (own_key(a.key) == Key::address && a.value == static_cast<std::uint32_t>(Address::random))
      return "an address is given as a, b, zero or multicast";
    if (a.key == Key::peer &&
        a.value ==
            static_cast<std::uint32_t>(op.verb == Verb::create ? Presence::given : Presence::none))
      return "that goes without saying; leave it out";
    if (op.verb == Verb::change && a.key == Key::peer &&
        a.value > static_cast<std::uint32_t>(Presence::given))
      return "a change has no use for PEER_INFO; say peer=given or peer=cut";
    if (a.key == Key::peer && op.verb == Verb::create && op.peer == kNoDevice)
      return "without a peer there is no PEER_INFO to leave out";
  }
  if (op.verb == Verb::set && given != 1) return "set takes one thing at a time";
  if (op.verb == Verb::set && op.attrs[0].form == Form::lengthened &&
      op.attrs[0].key == Key::address)
    return "an address may be given short, not long";
  if (op.verb == Verb::change && given == 0) return "a change of nothing; say what is to be";
  return std::nullopt;
}

}  // namespace

// Netkit devices are made by the trace; those of the header are of no particular kind.
std::optional<Complaint> NameCheck::devices(const Operation& op) {
  const std::uint8_t d = op.point.device;
  const bool at_netkit = of_netkit(op.point.hook);
  if (of_filters(op.verb) && op.point.hook != Hook::ingress && op.point.hook != Hook::egress)
    return Complaint{Field::point, "filters are at ingress or egress"};
  if (of_filters(op.verb) && d >= header_.devices && d < kMaxDevices)
    return Complaint{Field::point, "filters are for devices of the header"};
  if (at_netkit && (op.verb == Verb::packet || op.verb == Verb::qdisc))
    return Complaint{Field::point, "a packet comes to these lists by 'send'"};
  if (op.verb == Verb::packet && d >= header_.devices && d < kMaxDevices)
    return Complaint{Field::point, "a netkit device gets its packets by 'send'"};
  if (op.verb == Verb::qdisc && d >= header_.devices && d < kMaxDevices)
    return Complaint{Field::point, "qdiscs are for devices of the header"};
  if (d == kLoopback && !at_netkit)
    return Complaint{Field::point,
                     "lo is there to show what is no netkit; say lo/primary or lo/peer"};
  if ((at_netkit || of_netkit(op.verb)) && d < header_.devices)
    return Complaint{Field::point, name('d', d) +
                                       " is declared in the header, and of no particular "
                                       "kind; netkit devices are made by 'create'"};
  if (op.peer != kNoDevice && (op.peer < header_.devices || op.peer == d))
    return Complaint{Field::peer, "the peer is a device of its own, and not one of the header"};
  if (op.verb == Verb::create) {
    const Attr* const pairing = op.attr(Key::pairing);
    if (op.peer == kNoDevice && !(pairing && pairing->value == netkit::single))
      return Complaint{Field::verb, "a pair has two ends; name the other, or say pairing=single"};
  }
  const bool all = op.verb == Verb::remove && d == kAllDevices;
  if (op.verb == Verb::remove && op.space != 0 && !all)
    return Complaint{Field::space, "a device goes from where it is; leave 'in=' out"};
  const bool declared = op.verb == Verb::create || d == kNoDevice || d == kLoopback || all ||
                        d < header_.devices || (d < kMaxDevices && made_[d]);
  if (!declared)
    return Complaint{Field::point, name('d', d) +
                                       " is not declared; add it to the 'device' line, or "
                                       "have a 'create' make it"};
  if (of_netkit(op.verb) && op.verb != Verb::send)
    if (auto c = attrs_complaint(op)) return Complaint{Field::attrs, *c};
  return std::nullopt;
}

std::optional<Complaint> NameCheck::next(const Operation& op) {
  const Dialect dialect = header_.dialect;
  const std::string named = "dialect " + std::string(dialect->name);
  if (takes_list_flags(op.verb)) {
    if (op.flags & ~dialect->flags())
      return Complaint{Field::flags, named + " has no FIRST and LAST"};
    if (op.bits & wire_flags(dialect, dialect->flags()))
      return Complaint{Field::bits, "these bits have names in this dialect; use the names"};
    if (!dialect->has_old && op.old.given())
      return Complaint{Field::old,
                       named + " has no old=: 'replace' means the program that rel= names"};
  }
  if (op.verb == Verb::link_update && (op.bits & wire_flags(dialect, flag::replace)))
    return Complaint{Field::bits, "these bits have names in this dialect; use the names"};
  if (auto c = devices(op)) return c;
  if (op.revision > dialect->last_revision)
    return Complaint{Field::revision, "revisions have 32 bits in " + named};
  for (const auto& [r, field] :
       {std::pair{op.prog, Field::prog}, std::pair{op.relative, Field::relative},
        std::pair{op.old, Field::old}})
    if (auto c = ref(op, r, field)) return c;
  if (op.says[0].prog == op.says[1].prog && op.says[1].action != Action::next)
    return Complaint{Field::says, name('p', op.says[0].prog.raw) +
                                      " says two things; a program has one verdict"};
  for (const Ref r : {op.prog, op.old, op.link})
    if (r.kind == Ref::Kind::foreign) return Complaint{Field::verb, "'foreign' is for rel= only"};
  for (const Says& says : op.says)
    if (op.verb == Verb::packet && says.action == Action::redirect)
      return Complaint{Field::says,
                       "a packet is redirected on its way from side to side; use send"};
  for (const Says& says : op.says)
    if (says.action != Action::next)
      if (auto c = ref(op, mprogcheck::ref(says.prog), Field::says)) return c;
  if (auto c = size_complaint(op)) return Complaint{Field::size, *c};
  if (auto c = dirty_complaint(op)) return Complaint{Field::dirty, *c};
  if (op.verb == Verb::info && op.link.kind == Ref::Kind::prog)
    return Complaint{Field::link, "a program has information of its own, which is not asked here"};
  if (op.verb == Verb::create) {
    made_[op.point.device] = true;
    if (op.peer != kNoDevice) made_[op.peer] = true;
  }
  if (op.verb == Verb::filter_link && op.key.chain != 0)
    return Complaint{Field::key, "links make filters of chain 0"};
  if (op.verb == Verb::link_create || op.verb == Verb::filter_link) {
    if (links_[op.link.raw])
      return Complaint{Field::link, name('l', op.link.raw) + " is created twice"};
    links_[op.link.raw] = true;
  } else if (auto c = ref(op, op.link, Field::link)) {
    return c;
  }
  return std::nullopt;
}

std::optional<std::pair<std::size_t, Complaint>> complaint(const Trace& trace) {
  NameCheck names(trace.header);
  for (std::size_t i = 0; i < trace.operations.size(); ++i)
    if (auto c = names.next(trace.operations[i])) return std::pair{i, *c};
  return std::nullopt;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// Which operations make sense as the next one of a trace, whatever a target may answer.
#include <algorithm>

#include "model/words/bpf_attribute.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {

namespace {

// The flags that have words, by verb.
template <class Part>
constexpr std::uint8_t flag_of(const Part&) {
  return 0;
}
template <>
constexpr std::uint8_t flag_of(const words::Bit<words::Member<&Operation::flags>>& part) {
  return static_cast<std::uint8_t>(part.bit);
}
constexpr std::array<std::uint8_t, kVerbs> kFlagsOf = [] {
  std::array<std::uint8_t, kVerbs> out{};
  forms.each([&](const auto& row) {
    row.parts.each(
        [&](const auto& part) { out[static_cast<std::size_t>(row.verb)] |= flag_of(part); });
  });
  return out;
}();

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
  const bool creates = op.verb == Verb::create, changes = op.verb == Verb::change;
  const bool sets = op.verb == Verb::set;
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
    if (a.key == Key::state && !sets) return "'state' is for set";
    if (changes && !in_data(a.key)) return "only attributes of INFO_DATA change; use set";
    if (sets && !kSettable.has(a.key)) return "set has state, mtu, address, name and ns";
    if (of_peer(a.key) && (!op.has_peer_info() || op.peer_info_is(Presence::cut)))
      return "there is no PEER_INFO that it could stand in; name the peer, and leave 'peer=' out";
    if (sets && (a.key == Key::name && a.value >= kMadeUpName))
      return "a device is renamed to a name; say which";
    if (own_key(a.key) == Key::address && a.value == static_cast<std::uint32_t>(Address::random))
      return "an address is given as a, b, zero or multicast";
    if (a.key == Key::peer &&
        a.value == static_cast<std::uint32_t>(creates ? Presence::given : Presence::none))
      return "that goes without saying; leave it out";
    if (changes && a.key == Key::peer && a.value > static_cast<std::uint32_t>(Presence::given))
      return "a change has no use for PEER_INFO; say peer=given or peer=cut";
    if (a.key == Key::peer && creates && op.peer == kNoDevice)
      return "without a peer there is no PEER_INFO to leave out";
  }
  if (sets && given != 1) return "set takes one thing at a time";
  if (sets && op.attrs[0].form == Form::lengthened && op.attrs[0].key == Key::address)
    return "an address may be given short, not long";
  if (changes && given == 0) return "a change of nothing; say what is to be";
  return std::nullopt;
}

}  // namespace

// Netkit devices are made by the trace; those of the header are of no particular kind.
std::optional<Complaint> NameCheck::devices(const Operation& op) {
  const std::uint8_t d = op.point.device;
  const bool at_netkit = of_netkit(op.point.hook);
  if (of_filters(op.verb) && op.point.hook != Hook::ingress && op.point.hook != Hook::egress)
    return Complaint{Field::point, "filters are at ingress or egress"};
  if (has_trait(op.verb, Trait::plain_device)) {
    const bool packet = has_trait(op.verb, Trait::packet);
    if (at_netkit) return Complaint{Field::point, "a packet comes to these lists by 'send'"};
    if (d >= header_.devices && d < kMaxDevices)
      return Complaint{Field::point,
                       packet ? "a netkit device gets its packets by 'send'"
                              : std::string(word(op.verb)) + "s are for devices of the header"};
  }
  if (d == kLoopback && !at_netkit)
    return Complaint{Field::point,
                     "lo is there to show what is no netkit; say lo/primary or lo/peer"};
  if ((at_netkit || of_netkit(op.verb)) && d < header_.devices)
    return Complaint{Field::point, name('d', d) +
                                       " is declared in the header, and of no particular "
                                       "kind; netkit devices are made by 'create'"};
  if (op.peer != kNoDevice && (op.peer < header_.devices || op.peer == d))
    return Complaint{Field::peer, "the peer is a device of its own, and not one of the header"};
  const bool creates = op.verb == Verb::create, removes = op.verb == Verb::remove;
  if (creates) {
    const Attr* const pairing = op.attr(Key::pairing);
    if (op.peer == kNoDevice && !(pairing && pairing->value == netkit::single))
      return Complaint{Field::verb, "a pair has two ends; name the other, or say pairing=single"};
  }
  const bool all = removes && d == kAllDevices;
  if (removes && op.space != 0 && !all)
    return Complaint{Field::space, "a device goes from where it is; leave 'in=' out"};
  const bool declared = creates || d == kNoDevice || d == kLoopback || all || d < header_.devices ||
                        (d < kMaxDevices && made_[d]);
  if (!declared)
    return Complaint{Field::point, name('d', d) +
                                       " is not declared; add it to the 'device' line, or "
                                       "have a 'create' make it"};
  if (takes<&Operation::attrs>(op.verb))
    if (auto c = attrs_complaint(op)) return Complaint{Field::attrs, *c};
  return std::nullopt;
}

std::optional<Complaint> NameCheck::next(const Operation& op) {
  const Dialect dialect = header_.dialect;
  const std::string named = "dialect " + std::string(dialect->name);
  if (op.flags & ~dialect->flags())
    return Complaint{Field::flags, named + " has no FIRST and LAST"};
  if (op.bits & wire_flags(dialect, kFlagsOf[static_cast<std::size_t>(op.verb)]))
    return Complaint{Field::bits, "these bits have names in this dialect; use the names"};
  if (!dialect->has_old && has_trait(op.verb, Trait::list) && op.old.given())
    return Complaint{Field::old,
                     named + " has no old=: 'replace' means the program that rel= names"};
  if (auto c = devices(op)) return c;
  if (op.revision > dialect->last_revision)
    return Complaint{Field::revision, "revisions have 32 bits in " + named};
  std::optional<Complaint> unknown;
  visit_form(op.verb, [&](const auto& row) {
    row.parts.each([&](const auto& part) {
      if (const Ref* const r = words::reference_in(part, op); r && r != &op.link && !unknown)
        unknown = ref(op, *r, part.field);
    });
  });
  if (unknown) return unknown;
  if (op.says[0].prog == op.says[1].prog && op.says[1].action != Action::next)
    return Complaint{Field::says, name('p', op.says[0].prog.raw) +
                                      " says two things; a program has one verdict"};
  for (const Ref r : {op.prog, op.old, op.link})
    if (r.kind == Ref::Kind::foreign) return Complaint{Field::verb, "'foreign' is for rel= only"};
  for (const Says& says : op.says)
    if (has_trait(op.verb, Trait::packet) && !has_trait(op.verb, Trait::journey) &&
        says.action == Action::redirect)
      return Complaint{Field::says,
                       "a packet is redirected on its way from side to side; use send"};
  for (const Says& says : op.says)
    if (says.action != Action::next)
      if (auto c = ref(op, mprogcheck::ref(says.prog), Field::says)) return c;
  if (auto c = size_complaint(op)) return Complaint{Field::size, *c};
  if (auto c = dirty_complaint(op)) return Complaint{Field::dirty, *c};
  if (has_trait(op.verb, Trait::tells_link) &&
      (op.link.kind == Ref::Kind::prog || op.link.kind == Ref::Kind::map))
    return Complaint{Field::link,
                     "programs and maps have information of their own, which is not asked here"};
  if (op.verb == Verb::create) {
    made_[op.point.device] = true;
    if (op.peer != kNoDevice) made_[op.peer] = true;
  }
  if (op.verb == Verb::filter_link && op.key.chain != 0)
    return Complaint{Field::key, "links make filters of chain 0"};
  if (has_trait(op.verb, Trait::makes_link)) {
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

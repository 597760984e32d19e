// SPDX-License-Identifier: GPL-2.0-only
// The part of the model that makes, changes and crosses netkit devices.
#include <algorithm>

#include "model/world/oracle.hpp"
#include "model/world/packet_path.hpp"
#include "model/world/world.hpp"

namespace mprogcheck {
namespace {

bool policy_is_none(const Attr* a) {
  return a && a->value != netkit::pass && a->value != netkit::drop;
}
bool mtu_is_none(const Attr* a) {
  return a && (a->value < netkit::min_mtu || a->value > netkit::max_mtu);
}
bool queues_are_none(const Attr* a) {
  return a && (a->value == 0 || a->value > netkit::max_queues);
}
bool address_is_none(const Attr* a) {
  return a && (a->value == static_cast<std::uint32_t>(Address::zero) ||
               a->value == static_cast<std::uint32_t>(Address::multicast));
}
bool is(const Attr* a, std::uint32_t value) {
  return a && a->value == value;
}
bool is(const Attr* a, Index value) {
  return is(a, static_cast<std::uint32_t>(value));
}
std::uint32_t value_or(const Attr* a, std::uint32_t otherwise) {
  return a ? a->value : otherwise;
}

// Where the side is to be, and what it is to be called; kMadeUpName: by the kernel.
std::uint8_t space_of(const Operation& op, bool is_peer) {
  const bool own = is_peer && op.has_peer_info();
  return static_cast<std::uint8_t>(value_or(op.attr(own ? Key::peer_space : Key::space), op.space));
}
std::uint8_t name_of(const Operation& op, bool is_peer) {
  if (is_peer && !op.has_peer_info()) return kMadeUpName;
  const std::uint8_t device = is_peer ? op.peer : op.point.device;
  return static_cast<std::uint8_t>(value_or(op.attr(is_peer ? Key::peer_name : Key::name), device));
}

bool shorter_than_its_type(const Operation& op, bool of_address) {
  return std::any_of(op.attrs.begin(), op.attrs.end(), [&](const Attr& a) {
    const bool address = own_key(a.key) == Key::address;
    return a.form == Form::shortened && address == of_address && own_key(a.key) != Key::unknown;
  });
}

bool length_differs(const Attr* a) {
  return a && a->form != Form::whole;
}

}  // namespace

bool World::name_taken(std::uint8_t name, std::uint8_t space) const {
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
    if (!device_present_[d]) continue;
    const bool netkit = devices_[d].there;
    if (space == (netkit ? devices_[d].space : 0) && name == (netkit ? devices_[d].name : d))
      return true;
  }
  return false;
}

std::uint8_t World::made_up_name(std::uint8_t space) const {
  std::uint8_t name = kMadeUpName;
  while (name_taken(name, space)) ++name;
  return name;
}

void World::show(std::uint8_t d, DeviceView& v) const {
  static constexpr DeviceView kNone{};
  if (!devices_[d].there) {
    v = kNone;
    return;
  }
  v = devices_[d];
  v.shown = kShownOfSingle;
  if (v.pairing == netkit::single) {
    for (const Key key : kShownData - kShownOfSingle) row(key).shown_in.put(v, 0);
    return;
  }
  v.shown = kShownData;
  v.peer_policy = devices_[v.link].policy;
  v.peer_scrub = devices_[v.link].scrub;
}

rules::DataFacts World::data_facts(const Operation& op) const {
  rules::DataFacts f;
  f.cut = shorter_than_its_type(op, false) || op.peer_info_is(Presence::cut);
  for (const Attr& a : op.attrs) {
    const bool above = a.value > 1;
    f.range |= above && (a.key == Key::scrub || a.key == Key::peer_scrub || a.key == Key::pairing);
    f.mode_range |= above && a.key == Key::mode;
    f.primary |= a.key == Key::primary;
  }
  return f;
}

template <>
rules::CreateFacts World::facts_of(const Operation& op) const {
  rules::CreateFacts f;
  const Attr* const mode = op.attr(Key::mode);
  const bool l3 = value_or(mode, netkit::l3) == netkit::l3;
  const bool info = op.has_peer_info();
  const std::uint8_t space = space_of(op, false), peer_space = space_of(op, true);
  const std::uint8_t name = name_of(op, false), peer_name = name_of(op, true);
  const auto known_otherwise = [&](std::uint8_t device, std::uint8_t as, std::uint8_t where) {
    return device_present(device) &&
           (as >= kMadeUpName || devices_[device].name != as || devices_[device].space != where);
  };
  f.data = data_facts(op);
  f.single = is(op.attr(Key::pairing), netkit::single);
  f.space_gone = !space_there(op.space);
  f.twice = known_otherwise(op.point.device, name, space) ||
            (op.peer != kNoDevice && known_otherwise(op.peer, peer_name, peer_space));
  f.index_negative = is(op.attr(Key::index), Index::negative);
  f.space_bad = op.attr(Key::space) && !space_there(space);
  f.address_length = length_differs(op.attr(Key::address));
  f.address_bad = address_is_none(op.attr(Key::address));
  f.peer_index_negative = is(op.attr(Key::peer_index), Index::negative);
  f.peer_space_bad = op.attr(Key::peer_space) && !space_there(peer_space);
  f.peer_address_length = length_differs(op.attr(Key::peer_address));
  f.peer_address_bad = address_is_none(op.attr(Key::peer_address));
  const bool made_up = name >= kMadeUpName;
  f.exists = (!made_up && space == op.space && name_taken(name, space)) ||
             is(op.attr(Key::index), Index::loopback);
  f.taken_there = !made_up && space != op.space && name_taken(name, space);
  f.exists_here = !made_up && name_taken(name, op.space);
  f.queues = queues_are_none(op.attr(Key::txqueues)) || queues_are_none(op.attr(Key::rxqueues));
  f.many_queues = value_or(op.attr(Key::txqueues), 1) > 1 ||
                  value_or(op.attr(Key::rxqueues), 1) > 1024 ||
                  value_or(op.attr(Key::peer_txqueues), 1) > 1 ||
                  value_or(op.attr(Key::peer_rxqueues), 1) > 1024;
  f.mtu = mtu_is_none(op.attr(Key::mtu));
  f.policy = policy_is_none(op.attr(Key::policy));
  f.peer_policy = policy_is_none(op.attr(Key::peer_policy));
  f.l3_address = l3 && (op.attr(Key::address) || op.attr(Key::peer_address));
  f.single_peer = f.single && (info || op.attr(Key::peer_scrub) || op.attr(Key::peer_policy) ||
                               value_or(op.attr(Key::policy), netkit::pass) != netkit::pass);
  f.single_scrub = f.single && op.attr(Key::scrub);
  if (f.single) return f;
  f.peer_queues =
      queues_are_none(op.attr(Key::peer_txqueues)) || queues_are_none(op.attr(Key::peer_rxqueues));
  f.peer_mtu = mtu_is_none(op.attr(Key::peer_mtu));
  f.peer_exists = peer_name < kMadeUpName && name_taken(peer_name, peer_space);
  f.peer_index_taken = is(op.attr(Key::peer_index), Index::loopback);
  f.same_name = !made_up && name == peer_name && space == peer_space;
  return f;
}

template <>
rules::ChangeFacts World::facts_of(const Operation& op) const {
  rules::ChangeFacts f;
  f.data = data_facts(op);
  f.absent = !device_present(op.point.device) || !devices_[op.point.device].there;
  if (f.absent) return f;
  const DeviceView& d = devices_[op.point.device];
  f.not_primary = !d.primary;
  for (const Attr& a : op.attrs) f.fixed |= kFixed.has(a.key);
  const Attr* const policy = op.attr(Key::policy);
  const Attr* const peer_policy = op.attr(Key::peer_policy);
  f.single = d.pairing == netkit::single && (policy || peer_policy);
  f.policy = policy_is_none(policy);
  f.peer_policy = policy_is_none(peer_policy);
  return f;
}

template <>
rules::SetFacts World::facts_of(const Operation& op) const {
  rules::SetFacts f;
  const Attr& a = op.attrs[0];
  f.key = a.key;
  f.absent = !device_present(op.point.device) || !devices_[op.point.device].there;
  if (f.absent) return f;
  const DeviceView& d = devices_[op.point.device];
  f.cut = shorter_than_its_type(op, false);
  f.mtu = a.key == Key::mtu && mtu_is_none(&a);
  f.address_length = a.key == Key::address && a.form == Form::shortened;
  // The address it has is no change.
  const bool moves = a.key == Key::address && a.value != static_cast<std::uint32_t>(d.address);
  f.l3 = moves && d.mode == netkit::l3;
  f.address_bad = moves && address_is_none(&a);
  const auto name = static_cast<std::uint8_t>(a.value);
  f.name_taken = a.key == Key::name && name != d.name && name_taken(name, d.space);
  f.space_bad = a.key == Key::space && !space_there(static_cast<std::uint8_t>(a.value));
  f.taken_there = a.key == Key::space && a.value != d.space &&
                  name_taken(d.name, static_cast<std::uint8_t>(a.value));
  return f;
}

// One side as the request wants it, with the defaults of netkit. The name is taken at once: the
// peer's is, before the primary's is made up.
DeviceView& World::side(std::uint8_t device, const Operation& op, bool is_peer) {
  const bool inherits = is_peer && !op.has_peer_info();
  const bool own = is_peer && !inherits;
  DeviceView v;
  v.there = true;
  v.space = space_of(op, is_peer);
  v.name = name_of(op, is_peer);
  if (v.name >= kMadeUpName) v.name = made_up_name(v.space);
  v.mtu = value_or(op.attr(own ? Key::peer_mtu : Key::mtu), netkit::default_mtu);
  for (const Key key : kOfEachSide) {
    const AttributeRow& a = row(key);
    const bool said_across = is_peer && a.across != Key::none;
    a.shown_in.put(v, value_or(op.attr(said_across ? a.across : key), a.initial));
  }
  v.arp = v.mode == netkit::l2;
  const Attr* const address = inherits ? nullptr : op.attr(own ? Key::peer_address : Key::address);
  if (v.mode == netkit::l2)
    v.address = address ? static_cast<Address>(address->value) : Address::random;
  v.primary = !is_peer;
  device_present_[device] = true;
  for (const Hook hook : {Hook::ingress, Hook::egress, Hook::primary})
    list(Point{device, hook}).reset(header_.capacity, header_.revision);
  return devices_[device] = v;
}

void World::create(const Operation& op) {
  const std::uint8_t primary = op.point.device;
  const bool pair = value_or(op.attr(Key::pairing), netkit::pair) == netkit::pair;
  if (pair) side(op.peer, op, true).link = primary;
  side(primary, op, false).link = pair ? op.peer : kNoDevice;
}

void World::change(const Operation& op) {
  DeviceView& d = devices_[op.point.device];
  if (const Attr* a = op.attr(Key::policy)) d.policy = static_cast<std::uint8_t>(a->value);
  if (const Attr* a = op.attr(Key::peer_policy))
    devices_[d.link].policy = static_cast<std::uint8_t>(a->value);
}

void World::set_state(std::uint8_t device, bool up) {
  DeviceView& d = devices_[device];
  d.up = up;
  if (d.pairing == netkit::single) {
    d.carrier = up;
    return;
  }
  d.carrier = devices_[d.link].carrier = up && devices_[d.link].up;
}

void World::set(const Operation& op) {
  DeviceView& d = devices_[op.point.device];
  const std::uint32_t value = op.attrs[0].value;
  switch (op.attrs[0].key) {
    case Key::state:
      return set_state(op.point.device, value != 0);
    case Key::mtu:
      d.mtu = value;
      return;
    case Key::address:
      d.address = static_cast<Address>(value);
      return;
    case Key::name:
      d.name = static_cast<std::uint8_t>(value);
      return;
    case Key::space:
      if (value == d.space) return;
      set_state(op.point.device, false);
      tear_down(op.point.device);
      qdiscs_[op.point.device] = Qdisc::none;
      d.space = static_cast<std::uint8_t>(value);
      return;
    default:
      return;
  }
}

void World::remove_device(std::uint8_t device) {
  const DeviceView gone = devices_[device];
  remove_one(device);
  if (gone.there && gone.pairing == netkit::pair) remove_one(gone.link);
}

void World::remove_one(std::uint8_t device) {
  for (const Hook hook : {Hook::ingress, Hook::egress, Hook::primary}) {
    const Point p{device, hook};
    while (list(p).size() != 0) leave(p, 0);
  }
  tear_down(device);
  device_present_[device] = false;
  devices_[device] = {};
  qdiscs_[device] = Qdisc::none;
}

Ends World::ends_of(const Operation& op) const {
  const DeviceView& from = devices_[op.point.device];
  const std::uint8_t device = op.point.device;
  Ends ends{.egress = &list(Point{device, Hook::egress}),
            .own = &list(Point{device, Hook::primary}),
            .ingress = nullptr,
            .connected = from.pairing == netkit::pair && devices_[from.link].up,
            .policy = from.policy};
  if (ends.connected) ends.ingress = &list(Point{from.link, Hook::ingress});
  return ends;
}

template <>
rules::SendFacts World::facts_of(const Operation& op) const {
  rules::SendFacts f;
  f.absent = !device_present(op.point.device) || !devices_[op.point.device].there;
  if (f.absent) return f;
  const DeviceView& from = devices_[op.point.device];
  f.down = !from.up;
  f.short_frame = op.bytes < kFrameHead;
  f.long_frame = op.bytes > from.mtu + kFrameHead;
  if (f.down || f.short_frame || f.long_frame) return f;
  const Ends ends = ends_of(op);
  const Path path = path_of(op, ends);
  f.egress_drops = path.egress.end == Action::drop;
  f.egress_redirects = path.egress.end == Action::redirect;
  f.unconnected = path.left && !ends.connected;
  f.single = f.unconnected && from.pairing == netkit::single;
  f.drops = path.own.end == Action::drop;
  f.redirects = path.own.end == Action::redirect;
  f.by_policy = path.by_policy;
  f.ingress_drops = path.ingress.end == Action::drop;
  f.ingress_redirects = path.ingress.end == Action::redirect;
  return f;
}

void World::answer_send(const Operation& op, const Decision& d, Observation& out) const {
  if (d.error != Errno::ok && d.error != Errno::nobufs) return;
  const DeviceView& from = devices_[op.point.device];
  const Ends ends = ends_of(op);
  const Path path = path_of(op, ends);
  Journey& j = out.journey;
  const auto met = [&](const Chain& list, int ran, std::uint8_t on, bool scrubbed) {
    for (int i = 0; i < ran; ++i)
      j.progs[j.met++] = {list.prog(i), on, op.mark && !scrubbed, op.priority && !scrubbed};
  };
  out.fate = Fate::dropped;
  met(*ends.egress, path.egress.ran, op.point.device, false);
  if (path.egress.end == Action::redirect) out.fate = Fate::redirected;
  if (!path.left) return;
  if (!ends.connected) {
    j.dropped = 1;
    return;
  }
  const bool scrubbed = from.scrub == netkit::scrub && devices_[from.link].space != from.space;
  met(*ends.own, path.own.ran, from.link, scrubbed);
  if (path.own.end == Action::drop) {
    j.dropped = 1;
    return;
  }
  j.sent = 1;
  j.sent_bytes = op.bytes;
  if (path.own.end == Action::redirect) out.fate = Fate::redirected;
  if (!path.received) return;
  j.received = 1;
  j.received_bytes = op.bytes;
  met(*ends.ingress, path.ingress.ran, from.link, scrubbed);
  if (path.ingress.end == Action::redirect)
    out.fate = Fate::redirected;
  else if (path.ingress.end != Action::drop)
    out.fate = Fate::passed;
}

bool World::adopt(const std::array<DeviceView, kMaxDevices>& seen) {
  for (std::size_t d = 0; d < kMaxDevices; ++d)
    if (seen[d].there != devices_[d].there ||
        (seen[d].there && (seen[d].link != devices_[d].link || seen[d].name == kStrangeName ||
                           seen[d].space >= kMaxSpaces)))
      return false;
  const auto before = devices_;
  for (std::size_t d = 0; d < kMaxDevices; ++d) {
    if (!seen[d].there) continue;
    devices_[d] = seen[d];
    // What this target does not show of a device stays as the model has it.
    for (const Key key : kOfEachSide - seen[d].shown)
      row(key).shown_in.put(devices_[d], row(key).shown_in.get(before[d]));
    devices_[d].shown = {};
    devices_[d].peer_policy = devices_[d].peer_scrub = 0;
  }
  return true;
}

}  // namespace mprogcheck

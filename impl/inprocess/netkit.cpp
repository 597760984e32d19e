// SPDX-License-Identifier: GPL-2.0-only
// Devices that a trace makes, and packets from one to the other: names and numbers of the trace on
// one side, what stands in netlink messages on the other.
#include <array>
#include <cstring>

#include "impl/inprocess/state.hpp"

namespace mprogcheck::inprocess {
namespace {

constexpr std::uint32_t kLinkInfo = 18;            // IFLA_LINKINFO
constexpr std::uint32_t kMark = 7, kPriority = 3;  // what a packet carries if it carries something

constexpr std::uint8_t kHead[MPROG_IFINFOMSG] = {};  // of PEER_INFO; what matters is beside it

// The attributes of one nest, in the order of the request.
struct Nest {
  std::array<mprog_nlattr, kMaxAttrs + 2> attrs;  // [0, count) are meant
  std::uint32_t count = 0;

  void put(std::uint32_t type, const void* value, std::size_t width, Form form) {
    mprog_nlattr& a = attrs[count++] = {};
    a.type = static_cast<std::uint16_t>(type);
    a.len = static_cast<std::uint16_t>(form == Form::shortened    ? width - 1
                                       : form == Form::lengthened ? width + 4
                                                                  : width);
    std::memcpy(a.data, value, std::min<std::size_t>(a.len, width));
  }
  void put(std::uint32_t type, std::uint32_t value, std::size_t width, Form form = Form::whole) {
    put(type, &value, width, form);
  }
  void put_name(std::uint32_t device) {
    if (device >= kMaxDevices) return;
    const char name[] = {'d', static_cast<char>('0' + device), '\0'};
    put(row(Key::name).type, name, sizeof(name), Form::whole);
  }
  mprog_nlattrs wire() const { return {attrs.data(), count}; }
};

// One attribute, as the request has it.
void put(Nest& nest, const Attr& a) {
  const AttributeRow& r = row(a.key);
  if (r.type == 0 || a.key == Key::peer) return;  // in the head of the message; PEER_INFO itself
  switch (r.own) {
    case Key::address:
      return nest.put(r.type, kAddresses[a.value % kAddresses.size()].data(), r.width, a.form);
    case Key::name:
      return nest.put_name(a.value);
    case Key::space:
      return nest.put(
          r.type, a.value < kMaxSpaces ? MPROG_FD_SPACES + a.value : std::uint32_t{MPROG_FD_OTHER},
          r.width, a.form);
    default:
      return nest.put(r.type, a.value, r.width, a.form);
  }
}

int index_of(const Attr* a) {
  if (!a) return 0;
  return a->value == static_cast<std::uint32_t>(Index::negative) ? -1 : MPROG_LOOPBACK;
}

// A request with all that its attributes point to.
struct Message {
  Nest own, data, peer;
  mprog_netdev_request request{};
  mprog_extack extack{};

  explicit Message(const Operation& op) {
    const bool cut = op.peer_info_is(Presence::cut);
    if (op.peer_info_is(Presence::twice))
      data.put(MPROG_NETKIT_PEER_INFO, kHead, sizeof(kHead), Form::whole);
    if (cut || op.peer_info_is(Presence::given) || (op.verb == Verb::create && op.has_peer_info()))
      data.put(MPROG_NETKIT_PEER_INFO, kHead, sizeof(kHead), cut ? Form::shortened : Form::whole);
    if (op.verb == Verb::create) {
      if (!op.attr(Key::name)) own.put_name(op.point.device);
      if (!op.attr(Key::peer_name)) peer.put_name(op.peer);
    }
    if (op.peer_info_is(Presence::nested)) peer.put(kLinkInfo, kHead, sizeof(kHead), Form::whole);
    for (const Attr& a : op.attrs) {
      // `none` is the last word, as every last one of its type: then no name travels.
      if (own_key(a.key) == Key::name && op.attr(a.key)->value >= kMadeUpName) continue;
      put(in_data(a.key) ? data : of_peer(a.key) ? peer : own, a);
    }
    request.space = op.space;
    request.ifindex = index_of(op.attr(Key::index));
    request.peer_ifindex = index_of(op.attr(Key::peer_index));
    request.attrs = own.wire();
    request.data = data.wire();
    request.peer = peer.wire();
  }

  // To a device that is there, asked where it is.
  void address(const mprog_net& net, std::uint32_t index) {
    request.ifindex = static_cast<int>(index);
    const std::uint32_t slot = index - MPROG_FIRST_IFINDEX;
    request.space = slot < MPROG_MAX_DEVICES ? net.devices[slot].space : 0;
  }

  Errno answer(int ret, Observation* seen) const {
    if (seen && ret != 0 && extack.msg) seen->extack = extack.msg;
    return errno_of(ret);
  }
};

std::uint8_t name_from(const char* name) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name[0] == 'd' && digit(name[1]) && !name[2]) return static_cast<std::uint8_t>(name[1] - '0');
  if (name[0] == 'n' && name[1] == 'k' && digit(name[2]) && !name[3])
    return static_cast<std::uint8_t>(kMadeUpName + (name[2] - '0'));
  return kStrangeName;
}

}  // namespace

int visit(const mprog_prog* prog, void* context) {
  auto& packet = *static_cast<Packet*>(static_cast<mprog_packet*>(context));
  const Prog self{static_cast<std::uint8_t>(prog->cookie)};
  if (Listing* ran = packet.ran; ran && ran->filled < ran->entries.size())
    ran->entries[ran->filled++] = Entry{self, kNoLink, 0};
  if (Journey* journey = packet.journey; journey && journey->met < kMaxMet)
    journey->progs[journey->met++] = {self, packet.state.device_of(packet.ifindex),
                                      packet.mark != 0, packet.priority != 0};
  for (const Says& says : packet.op.says) {
    if (says.prog != self || says.action == Action::next) continue;
    switch (says.action) {
      case Action::pass:
        return MPROG_PASS;
      case Action::drop:
        return MPROG_DROP;
      case Action::redirect:
        return MPROG_REDIRECT;
      case Action::unknown:
        return 4711;
      case Action::next:
        break;
    }
  }
  return MPROG_NEXT;
}

// One dump mostly shows the same as the one before.
KeySet State::shown_by(std::uint64_t told) {
  if (told == last_told) return last_shown;
  last_told = told;
  last_shown = {};
  for (const Key key : kShownData)
    if (told >> row(key).type & 1) last_shown.add(key);
  return last_shown;
}

void State::show(std::uint8_t device, DeviceView& v) {
  static constexpr DeviceView kNone{};
  mprog_netdev_info info;
  if (mprog_netdev_get(&net, ifindex[device], &info) != 0) {
    v = kNone;
    return;
  }
  v.there = true;
  v.space = static_cast<std::uint8_t>(info.space);
  v.name = name_from(info.name);
  v.link = device_of(info.link);
  v.up = info.up;
  v.carrier = info.carrier;
  v.arp = info.arp;
  v.address = address_of(std::to_array(info.address));
  v.mtu = info.mtu;
  v.shown = shown_by(info.told);
  v.primary = info.primary;
  v.mode = info.mode;
  v.policy = info.policy;
  v.peer_policy = info.peer_policy;
  v.scrub = info.scrub;
  v.peer_scrub = info.peer_scrub;
  v.pairing = info.pairing;
  v.headroom = info.headroom;
  v.tailroom = info.tailroom;
}

// The slot may have been another's before.
void State::name_device(std::uint8_t device, std::uint32_t index) {
  std::replace(ifindex.begin(), ifindex.end(), index, kBadIfindex);
  if (device < kMaxDevices) ifindex[device] = index;
}

// What a create that failed has left behind is found by its name.
void State::claim() {
  for (std::uint32_t slot = 0; slot < MPROG_MAX_DEVICES; ++slot) {
    const std::uint8_t name = name_from(net.devices[slot].name);
    if (!net.devices[slot].present || name >= kMaxDevices || mprog_device_of(&net, ifindex[name]) ||
        device_of(slot + MPROG_FIRST_IFINDEX) != kStrangeDevice)
      continue;
    ifindex[name] = slot + MPROG_FIRST_IFINDEX;
  }
}

// Whether the device is there, but not as the request would find it.
bool State::known_otherwise(std::uint8_t device, std::uint32_t name, std::uint32_t space) {
  if (device >= kMaxDevices || !mprog_device_of(&net, ifindex[device])) return false;
  DeviceView v;
  show(device, v);
  return !v.there || name >= kMadeUpName || v.name != name || v.space != space;
}

Errno State::create(const Operation& op, Observation* seen) {
  const auto value_or = [&](Key key, std::uint32_t otherwise) {
    const Attr* const a = op.attr(key);
    return a ? a->value : otherwise;
  };
  const bool info = op.has_peer_info();
  if (net.ended[op.space]) return Errno::nodev;
  if (known_otherwise(op.point.device, value_or(Key::name, op.point.device),
                      value_or(Key::space, op.space)) ||
      known_otherwise(op.peer, info ? value_or(Key::peer_name, op.peer) : kMadeUpName,
                      value_or(info ? Key::peer_space : Key::space, op.space)))
    return Errno::exist;
  Message message(op);
  std::uint32_t index = 0;
  const int ret = mprog_netdev_new(&net, &message.request, &message.extack, &index);
  if (ret == 0) {
    mprog_netdev_info made;
    name_device(op.point.device, index);
    if (mprog_netdev_get(&net, index, &made) == 0 && made.link) name_device(op.peer, made.link);
  } else {
    claim();
  }
  return message.answer(ret, seen);
}

Errno State::change(const Operation& op, Observation* seen) {
  Message message(op);
  message.address(net, ifindex_of(op.point.device));
  return message.answer(mprog_netdev_change(&net, &message.request, &message.extack), seen);
}

Errno State::set(const Operation& op, Observation* seen) {
  Message message(op);
  message.address(net, ifindex_of(op.point.device));
  if (const Attr* const state = op.attr(Key::state)) {
    message.request.change_up = true;
    message.request.up = state->value != 0;
  }
  return message.answer(mprog_netdev_set(&net, &message.request, &message.extack), seen);
}

Errno State::send(const Operation& op, Observation* seen) {
  const mprog_device* const from = mprog_device_of(&net, ifindex_of(op.point.device));
  if (!from) return Errno::nodev;
  Packet packet{{op.bytes, op.mark ? kMark : 0, op.priority ? kPriority : 0, 0, MPROG_REFUSED},
                op,
                *this,
                nullptr,
                seen ? &seen->journey : nullptr};
  const mprog_device* const to = from->peer;
  const auto sent = [&](const atomic64_t mprog_counters::*what) {
    return atomic64_read(&(from->counters.*what));
  };
  const auto got = [&](const atomic64_t mprog_counters::*what) {
    return to ? atomic64_read(&(to->counters.*what)) : 0;
  };
  using C = mprog_counters;
  const auto all = [&] {
    return std::array{sent(&C::tx_packets), sent(&C::tx_bytes), sent(&C::tx_dropped),
                      got(&C::rx_packets), got(&C::rx_bytes)};
  };
  const auto before = all();
  const int ret = mprog_xmit(&net, ifindex_of(op.point.device), &packet);
  if (!seen) return errno_of(ret);
  const auto after = all();
  const auto grew = [&](std::size_t i) { return static_cast<std::uint32_t>(after[i] - before[i]); };
  Journey& j = seen->journey;
  j.sent = static_cast<std::uint8_t>(grew(0));
  j.sent_bytes = grew(1);
  j.dropped = static_cast<std::uint8_t>(grew(2));
  j.received = static_cast<std::uint8_t>(grew(3));
  j.received_bytes = grew(4);
  constexpr Fate kFates[] = {Fate::none, Fate::passed, Fate::dropped, Fate::redirected};
  seen->fate = kFates[packet.fate];
  return errno_of(ret);
}

}  // namespace mprogcheck::inprocess

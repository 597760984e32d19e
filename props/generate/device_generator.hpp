// SPDX-License-Identifier: GPL-2.0-only
// Requests about netkit devices, and packets between them, drawn as generator.hpp draws the others.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <iterator>
#include <span>

#include "model/words/choices.hpp"
#include "model/world/world.hpp"
#include "props/generate/scope.hpp"

namespace mprogcheck {

// How the attributes of a new device are drawn: how often each, its usual values, and those at an
// extreme or out of range. Names, namespaces and queues have a rule of their own.
struct DrawnAttribute {
  Key key;
  std::uint32_t weight;
  std::span<const std::uint32_t> usual{}, odd{};
};
namespace drawn {
inline constexpr std::uint32_t kPolicies[] = {netkit::pass, netkit::drop}, kNoPolicies[] = {1, 7},
                               kEither[] = {0, 1},
                               kOutOfRange[] = {2, 3, 255, 0xffff, 0x7fffffff, 0xffffffff},
                               kRooms[] = {0, 1, 128, 256, 4096, 0x8000, 0xffff},
                               kMtus[] = {1500, 68, 1400, 9000, 65535, 67, 65536, 0},
                               kAddresses[] = {std::uint32_t(Address::a),
                                               std::uint32_t(Address::b)},
                               kNoAddresses[] = {std::uint32_t(Address::zero),
                                                 std::uint32_t(Address::multicast)},
                               kQueues[] = {1, 2, 0, 4096, 4097};
inline constexpr std::span<const std::uint32_t> kAllRooms(kRooms), kAllMtus(kMtus);

inline constexpr DrawnAttribute kAttributes[] = {
    {Key::policy, 12, kPolicies, kNoPolicies},
    {Key::peer_policy, 12, kPolicies, kNoPolicies},
    {Key::mode, 14, kEither, kOutOfRange},
    {Key::scrub, 8, kEither, kOutOfRange},
    {Key::peer_scrub, 8, kEither, kOutOfRange},
    {Key::headroom, 5, kAllRooms.first(4), kRooms},
    {Key::tailroom, 5, kAllRooms.first(4), kRooms},
    {Key::pairing, 4, kEither, kOutOfRange},
    {Key::address, 6, kAddresses, kNoAddresses},
    {Key::mtu, 6, kAllMtus.first(4), kAllMtus.last(4)},
    {Key::space, 6},
    {Key::name, 5},
    {Key::txqueues, 2},
    {Key::rxqueues, 2},
    {Key::index, 2, kEither, kEither},
    {Key::unknown, 3, kOutOfRange, kOutOfRange},  // there, or in PEER_INFO
    {Key::primary, 2},
    {Key::peer_address, 6},
    {Key::peer_mtu, 6},
    {Key::peer_space, 6},
    {Key::peer_name, 4},
    {Key::peer_txqueues, 2},
    {Key::peer_rxqueues, 2},
    {Key::peer_index, 2},
};
inline constexpr auto kWeights = [] {
  std::array<std::uint32_t, std::size(kAttributes)> weights{};
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = kAttributes[i].weight;
  return weights;
}();

// The row of an attribute of the device itself.
constexpr DrawnAttribute of(Key own) {
  for (const DrawnAttribute& a : kAttributes)
    if (a.key == own) return a;
  return {Key::none, 0};
}
static_assert(
    [] {
      KeySet elsewhere;  // drawn by `set`, and with the peer
      for (const Key key : {Key::state, Key::peer, Key::peer_unknown}) elsewhere.add(key);
      for (const Key key : kAllKeys)
        if (!elsewhere.has(key) && of(key).key == Key::none) return false;
      return true;
    }(),
    "every attribute is drawn");
}  // namespace drawn

template <Choices C>
class DeviceGenerator {
 public:
  DeviceGenerator(C& choices, const Scope& scope) : c_(choices), s_(scope) {}

  void go_on_from(const DeviceGenerator& other) { named_ = other.named_; }

  // Some device has been asked for, whether it came to be or not.
  bool named_any() const { return named_.any(); }
  bool named(std::uint8_t d) const { return d < kMaxDevices && named_[d]; }

  // A hook of a device that the trace has named, with the namespace to ask from: mostly one where
  // the request comes to a list.
  void point(const World& w, Operation& op) {
    if (s_.mistakes && one_in(c_, 60)) {
      op.point = {kLoopback, c_.below(2) ? Hook::peer : Hook::primary};
      return;
    }
    static constexpr Hook kAsked[] = {Hook::primary, Hook::peer, Hook::ingress, Hook::egress};
    op.point.device = device(w, !one_in(c_, 8));
    op.point.hook = kAsked[pick(c_, std::array<std::uint32_t, 4>{45, 30, 12, 13})];
    op.space = w.view(op.point.device).space;
    if (one_in(c_, 30)) op.space ^= 1;
  }

  // A pair with nothing said of it.
  void plain(Operation& op) {
    op.verb = Verb::create;
    op.point = {s_.devices, Hook::ingress};
    op.peer = static_cast<std::uint8_t>(s_.devices + 1);
    named_[op.point.device] = named_[op.peer] = true;
  }

  void create(const World& w, Operation& op) {
    // The names first in turn, so that there soon is a pair; behind it whichever are free.
    const auto names = static_cast<std::uint8_t>(kMaxDevices - s_.devices);
    const auto first = static_cast<std::uint8_t>(named_.any() ? c_.below(names) : 0U);
    op.point.device = static_cast<std::uint8_t>(s_.devices + first);
    op.peer = static_cast<std::uint8_t>(s_.devices + (first + 1) % names);
    if (!one_in(c_, 6)) free_names(w, op);
    if (one_in(c_, 10)) op.space = 1;
    const bool single = s_.attributes.has(Key::pairing) && one_in(c_, 6);
    if (single) {
      add(op, {Key::pairing, Form::whole, netkit::single});
      if (!one_in(c_, 6)) op.peer = kNoDevice;
    } else if (one_in(c_, 12)) {
      static constexpr Presence kOdd[] = {Presence::none, Presence::cut, Presence::twice,
                                          Presence::nested};
      const Presence said = kOdd[pick(
          c_, std::array<std::uint32_t, 4>{7, 1, s_.hazards ? 1U : 0U, s_.hazards ? 1U : 0U})];
      add(op, {Key::peer, Form::whole, static_cast<std::uint32_t>(said)});
    }
    const std::uint32_t more = pick(c_, std::array<std::uint32_t, 5>{35, 25, 20, 12, 8});
    for (std::uint32_t i = 0; i < more; ++i) add(op, attribute(op));
    more_of_the_kind(op);
    named_[op.point.device] = true;
    if (op.peer != kNoDevice) named_[op.peer] = true;
  }

  void change(const World& w, Operation& op) {
    op.point.device = device(w, !one_in(c_, 12));
    const std::uint32_t count = pick(c_, std::array<std::uint32_t, 3>{55, 35, 10});
    for (std::uint32_t i = 0; i <= count; ++i) {
      Key key = c_.below(2) ? Key::peer_policy : Key::policy;
      if (one_in(c_, 8)) key = *std::next(kFixed.begin(), c_.below(kFixed.size()));
      if (s_.mistakes && one_in(c_, 30)) key = Key::unknown;
      if (s_.mistakes && one_in(c_, 40)) key = Key::primary;
      Attr a = key == Key::peer ? Attr{key, Form::whole, 2} : valued(key);
      if (allowed(a)) add(op, a);
    }
    if (op.attrs[0].key == Key::none) add(op, {Key::policy, Form::whole, netkit::drop});
  }

  void set(const World& w, Operation& op) {
    op.point.device = device(w, !one_in(c_, 30));
    static constexpr Key kKeysOfSet[] = {Key::state, Key::mtu, Key::address, Key::name, Key::space};
    const Key key = kKeysOfSet[pick(c_, std::array<std::uint32_t, 5>{60, 12, 10, 8, 12})];
    Attr a = valued(key);
    if (key == Key::state) {
      a.value = one_in(c_, 8) ? 0 : 1;
      if (a.value && !one_in(c_, 8))
        op.point.device = one_of(w, [](const DeviceView& d) { return d.there && !d.up; });
    }
    if (key == Key::name && a.value >= kMadeUpName) a.value = op.point.device;
    if (key == Key::address && a.form == Form::lengthened) a.form = Form::whole;
    add(op, a);
  }

  // To sides that are up, past lists with programs on them, where there are such.
  void send(const World& w, Operation& op) {
    op.point.device =
        one_in(c_, 8) ? device(w, true) : one_of(w, [](const DeviceView& d) { return d.carrier; });
    const DeviceView from = w.view(op.point.device);
    const std::uint32_t mtu = from.there ? from.mtu : netkit::default_mtu;
    const std::uint32_t lengths[] = {
        60, kFrameHead, 1514, std::min(mtu, 1500U) + 14, mtu + 14, mtu + kFrameHead + 1, 13, 65549};
    op.bytes = lengths[pick(
        c_, std::array<std::uint32_t, 8>{70, 4, 8, 6, s_.hazards || mtu <= 9000 ? 6U : 0U, 4,
                                         s_.mistakes ? 2U : 0U, s_.hazards ? 1U : 0U})];
    op.mark = c_.below(2) != 0;
    op.priority = c_.below(2) != 0;
    if (!from.there) return;
    for (Says& says : op.says) {
      const Point lists[] = {{op.point.device, Hook::primary},
                             {op.point.device, Hook::egress},
                             {from.link, Hook::ingress}};
      const Chain* list = w.chain(lists[pick(c_, std::array<std::uint32_t, 3>{60, 20, 20})]);
      if (!list || list->size() == 0 || c_.below(3) == 0) continue;
      says.prog = list->prog(static_cast<int>(c_.below(static_cast<std::uint32_t>(list->size()))));
      says.action = static_cast<Action>(1 + c_.below(4));
    }
    if (op.says[0].prog == op.says[1].prog || op.says[0].action == Action::next) {
      if (op.says[0].action == Action::next) op.says[0] = op.says[1];
      op.says[1] = {};
    }
  }

  // One that the trace has named: `there`, if any is.
  std::uint8_t device(const World& w, bool there) {
    return one_of(w, [&](const DeviceView& d) { return !there || d.there; });
  }

  bool any_there(const World& w) const {
    return any(w, [](const DeviceView& d) { return d.there; });
  }
  bool any_connected(const World& w) const {
    return any(w, [](const DeviceView& d) { return d.carrier; });
  }

 private:
  template <class Fit>
  bool any(const World& w, Fit&& fit) const {
    for (std::uint8_t d = 0; d < kMaxDevices; ++d)
      if (named_[d] && fit(w.view(d))) return true;
    return false;
  }

  // One that is fit, if any is; else whichever is there, or was.
  template <class Fit>
  std::uint8_t one_of(const World& w, Fit&& fit) {
    std::array<std::uint8_t, kMaxDevices> some{};
    std::uint32_t count = 0;
    const auto gather = [&](auto&& is_fit) {
      for (std::uint8_t d = 0; d < kMaxDevices && count < kMaxDevices; ++d)
        if (named_[d] && is_fit(w.view(d))) some[count++] = d;
    };
    gather(fit);
    if (count == 0) gather([](const DeviceView& d) { return d.there; });
    if (count == 0) gather([](const DeviceView&) { return true; });
    return some[c_.below(count)];
  }

  void free_names(const World& w, Operation& op) {
    std::array<std::uint8_t, kMaxDevices> some{};
    std::size_t count = 0;
    for (std::uint8_t d = s_.devices; d < kMaxDevices; ++d)
      if (!w.device_present(d)) some[count++] = d;
    if (count != 0) op.point.device = some[0];
    if (count > 1)
      op.peer = some[1];
    else if (op.peer == op.point.device)
      op.peer = static_cast<std::uint8_t>(s_.devices +
                                          (op.peer - s_.devices + 1) % (kMaxDevices - s_.devices));
  }

  static void add(Operation& op, Attr a) {
    const auto free = std::find_if(op.attrs.begin(), op.attrs.end(),
                                   [](const Attr& at) { return at.key == Key::none; });
    if (free != op.attrs.end() && a.key != Key::none) *free = a;
  }

  // What makes an attribute tell: an address has a mode, and sides that are apart may have one
  // name, and scrub as only one of them wants.
  void more_of_the_kind(Operation& op) {
    if ((op.attr(Key::address) || op.attr(Key::peer_address)) && !op.attr(Key::mode) &&
        !one_in(c_, 3))
      add(op, {Key::mode, Form::whole, netkit::l2});
    const Attr* const apart = op.attr(Key::peer_space);
    if (!apart || apart->value != 1 || op.space == 1) return;
    if (one_in(c_, 3) && !op.attr(Key::peer_name))
      add(op, {Key::peer_name, Form::whole, op.point.device});
    if (one_in(c_, 2))
      add(op, {c_.below(2) ? Key::peer_scrub : Key::scrub, Form::whole, netkit::scrub_none});
  }

  // What this target has, and what may be asked of it.
  bool allowed(const Attr& a) const {
    if (in_data(a.key) && !s_.attributes.has(a.key)) return false;
    Operation alone;
    alone.attrs[0] = a;
    return s_.hazards || !alone.hazardous();
  }

  Attr attribute(const Operation& op) {
    Key key = drawn::kAttributes[pick(c_, drawn::kWeights)].key;
    if (key == Key::unknown && c_.below(2)) key = Key::peer_unknown;
    if (of_peer(key) && (!op.has_peer_info() || op.peer_info_is(Presence::cut))) return {};
    if (key == Key::primary && !s_.mistakes) return {};
    if (key == Key::pairing && op.peer == kNoDevice) return {};
    if (own_key(key) == Key::name && op.attr(key)) return {};
    const Attr a = valued(key);
    return allowed(a) ? a : Attr{};
  }

  // A value of the attribute, one in six a wrong one or at an extreme.
  Attr valued(Key key) {
    const bool odd = s_.mistakes && one_in(c_, 6);
    Attr a{key, Form::whole, 0};
    switch (own_key(key)) {
      case Key::name:
        a.value = one_in(c_, 4) ? kMadeUpName : c_.below(kMaxDevices);
        break;
      case Key::space:
        a.value = odd && one_in(c_, 2) ? kNoSpace : c_.below(2);
        break;
      case Key::txqueues:
      case Key::rxqueues:
        a.value = drawn::kQueues[c_.below(s_.mistakes ? std::size(drawn::kQueues) : 1)];
        break;
      default: {
        const DrawnAttribute drawn = drawn::of(own_key(key));
        const auto values = odd ? drawn.odd : drawn.usual;
        if (!values.empty()) a.value = values[c_.below(static_cast<std::uint32_t>(values.size()))];
      }
    }
    if (has_form(key) && s_.hazards && one_in(c_, 15))
      a.form = c_.below(2) ? Form::lengthened : Form::shortened;
    return a;
  }

  C& c_;
  const Scope& s_;
  std::bitset<kMaxDevices> named_;
};

}  // namespace mprogcheck

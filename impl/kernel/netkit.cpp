// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/netkit.hpp"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <span>
#include <thread>
#include <vector>

#include "impl/target.hpp"

namespace mprogcheck::kernel {

namespace {

static_assert(row(Key::address).type == IFLA_ADDRESS && row(Key::mtu).type == IFLA_MTU &&
              row(Key::txqueues).type == IFLA_NUM_TX_QUEUES &&
              row(Key::rxqueues).type == IFLA_NUM_RX_QUEUES && row(Key::name).type == IFLA_IFNAME &&
              row(Key::space).type == IFLA_NET_NS_FD);
constexpr int kPeerInfo = row(Key::peer).type;

bool of_device(Key key) {
  return !in_data(key) && !of_peer(key);
}

// PEER_INFO that ends a byte before its head does.
constexpr std::array<std::uint8_t, sizeof(ifinfomsg) - 1> kCutHead{};

// What a LINKINFO within PEER_INFO says: the like of what stands around it.
void put_link_info(Message& message, const char* kind) {
  message.nest(IFLA_LINKINFO, [&] {
    message.put(IFLA_INFO_KIND, std::string(kind));
    message.nest(IFLA_INFO_DATA, [&] { message.nest(kPeerInfo, [&] { message.about(0); }); });
  });
}

// The kernel notices in a moment that a carrier came or went; queues open and close only then.
constexpr std::chrono::seconds kPatience{10};

std::vector<std::uint8_t> number_bytes(std::uint32_t value, std::size_t width) {
  std::vector<std::uint8_t> bytes(width);
  for (std::size_t i = 0; i < width; ++i) bytes[i] = static_cast<std::uint8_t>(value >> 8 * i);
  return bytes;
}

// Of the head of a request: our choice unless the trace has another.
std::int32_t index_wanted(const Attr* attr, std::uint32_t otherwise) {
  if (attr == nullptr) return static_cast<std::int32_t>(otherwise);
  const bool loopback = attr->value == static_cast<std::uint32_t>(Index::loopback);
  return loopback ? static_cast<std::int32_t>(kLoopbackIndex) : -1;
}

}  // namespace

std::string Netkits::name_of(std::uint8_t device) const {
  if (device < kMaxDevices && !names_[device].empty()) return names_[device];
  return "d" + std::to_string(int{device}) + "-" + std::to_string(serial_);
}

std::uint8_t Netkits::device_called(const std::string& name) const {
  for (std::uint8_t d = 0; d < kMaxDevices; ++d)
    if (name == name_of(d)) return d;
  unsigned number = 0;
  const char* const end = name.data() + name.size();
  if (name.starts_with("nk") && name.size() > 2 &&
      std::from_chars(name.data() + 2, end, number).ptr == end &&
      kMadeUpName + number < kStrangeName)
    return static_cast<std::uint8_t>(kMadeUpName + number);
  return kStrangeName;
}

std::uint32_t Netkits::found(const std::string& name, std::uint8_t space) const {
  const bool is_one = space < kMaxSpaces && spaces_[space] != nullptr;
  return is_one ? spaces_[space]->netlink.index_of(name) : 0;
}

int Netkits::namespace_file(std::uint32_t space) const {
  const bool is_one = space < kMaxSpaces && spaces_[space] != nullptr;
  return is_one ? spaces_[space]->file.number() : no_space_;
}

// The attributes that stand here, in the order of the operation.
void Netkits::put(Message& message, const Operation& op, bool (*stands_here)(Key)) const {
  for (const Attr& attr : op.attrs) {
    const Key key = own_key(attr.key);
    // PEER_INFO is a nest, made elsewhere; others are in the head of the message.
    if (!stands_here(attr.key) || key == Key::peer || row(key).type == 0) continue;
    if (key == Key::name && attr.value >= kMadeUpName) continue;  // the kernel is to make one up
    std::vector<std::uint8_t> bytes = number_bytes(attr.value, width_of(key));
    if (key == Key::space)
      bytes = number_bytes(static_cast<std::uint32_t>(namespace_file(attr.value)), 4);
    if (key == Key::name) {
      const std::string name = name_of(static_cast<std::uint8_t>(attr.value));
      bytes.assign(name.c_str(), name.c_str() + name.size() + 1);
    }
    if (key == Key::address) {
      const AddressBytes& address = kAddresses[attr.value % kAddresses.size()];
      bytes.assign(address.begin(), address.end());
    }
    if (attr.form == Form::shortened) bytes.pop_back();
    if (attr.form == Form::lengthened) bytes.resize(bytes.size() + 4);
    message.put(row(key).type, std::span<const std::uint8_t>(bytes));
  }
}

void Netkits::create(const Operation& op, Observation& seen) {
  if (op.space >= kMaxSpaces || spaces_[op.space] == nullptr) {
    seen.error = Errno::nodev;
    return;
  }
  const bool info = op.has_peer_info();
  const auto value_or = [&](Key key, std::uint8_t otherwise) {
    const Attr* const attr = op.attr(key);
    return attr != nullptr ? static_cast<std::uint8_t>(attr->value) : otherwise;
  };
  const std::uint8_t space = value_or(Key::space, op.space);
  const std::uint8_t peer_space = info ? value_or(Key::peer_space, op.space) : space;
  const std::uint8_t name = value_or(Key::name, op.point.device);
  const std::uint8_t peer_name = info ? value_or(Key::peer_name, op.peer) : kMadeUpName;
  const auto known_otherwise = [&](std::uint8_t device, std::uint8_t as, std::uint8_t where) {
    return is_there(device) && (as >= kMadeUpName || devices_[device].view.name != as ||
                                devices_[device].view.space != where);
  };
  if (known_otherwise(op.point.device, name, space) ||
      (op.peer != kNoDevice && known_otherwise(op.peer, peer_name, peer_space))) {
    seen.error = Errno::exist;
    return;
  }

  // With an index of our choice the kernel would look for a device of that index and not for one of
  // the name, and find the name taken much later.
  const bool taken = name < kMadeUpName && found(name_of(name), space) != 0;
  const std::int32_t index = index_wanted(op.attr(Key::index), taken ? 0 : next_index_++);
  const std::int32_t peer_index = index_wanted(op.attr(Key::peer_index), next_index_++);
  Message message = creation(op, index, peer_index);
  seen.error = spaces_[op.space]->netlink.request(message, &seen.extack);

  // Looked for whatever the answer was: nothing may be left of what was refused.
  const std::uint8_t d = op.point.device;
  std::uint32_t ifindex = static_cast<std::uint32_t>(std::max(index, 0));
  if (ifindex == 0 && seen.error == Errno::ok) ifindex = found(name_of(name), space);
  const bool own = expect(d, ifindex, space);
  if (op.peer == kNoDevice) return;
  std::uint32_t linked =
      index > 0 && info ? static_cast<std::uint32_t>(std::max(peer_index, 0)) : 0;
  if (own && linked == 0) {
    read(d);
    linked = devices_[d].link;
  }
  const bool others = expect(op.peer, linked, peer_space);
  if (own && others) devices_[d].other = op.peer, devices_[op.peer].other = d;
}

Message Netkits::creation(const Operation& op, std::int32_t index, std::int32_t peer_index) const {
  Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  message.about(index);
  if (op.attr(Key::name) == nullptr) message.put(IFLA_IFNAME, name_of(op.point.device));
  put(message, op, of_device);
  message.nest(IFLA_LINKINFO, [&] {
    message.put(IFLA_INFO_KIND, lists_.kind());
    message.nest(IFLA_INFO_DATA, [&] {
      if (op.peer_info_is(Presence::twice)) message.nest(kPeerInfo, [&] { message.about(0); });
      lists_.describe(message);
      if (op.peer_info_is(Presence::cut))
        message.put(kPeerInfo, kCutHead);
      else if (op.has_peer_info())
        message.nest(kPeerInfo, [&] {
          message.about(peer_index);
          if (op.attr(Key::peer_name) == nullptr) message.put(IFLA_IFNAME, name_of(op.peer));
          put(message, op, of_peer);
          if (op.peer_info_is(Presence::nested)) put_link_info(message, lists_.kind());
        });
      put(message, op, in_data);
    });
  });
  return message;
}

// A device may have been made; false if there was one before. What has become of it is read later.
bool Netkits::expect(std::uint8_t device, std::uint32_t ifindex, std::uint8_t space) {
  if (is_there(device) || ifindex <= kLoopbackIndex || space >= kMaxSpaces) return false;
  devices_[device] = {};
  devices_[device].ifindex = ifindex;
  devices_[device].view.space = space;
  devices_[device].view.there = true;
  return true;
}

void Netkits::read_all() {
  for (std::uint8_t d = 0; d < kMaxDevices; ++d)
    if (is_there(d)) read(d);
}

void Netkits::read(std::uint8_t device) {
  Netkit& netkit = devices_[device];
  const std::uint8_t space = netkit.view.space;
  Dump dump;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (spaces_[space] != nullptr && !(dump = dump_of(*spaces_[space], netkit.ifindex)).settled) {
    if (std::chrono::steady_clock::now() > until)
      throw CannotRun("a kernel that does not notice what becomes of a carrier");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  netkit.view = dump.view;
  if (!dump.view.there) return;
  netkit.name = dump.name;
  netkit.link = dump.link;
  netkit.view.space = space;
  netkit.view.name = device_called(dump.name);
  netkit.view.link = dump.link == 0 ? kNoDevice
                     : netkit.is_pair() && dump.link == devices_[netkit.other].ifindex
                         ? netkit.other
                         : kStrangeDevice;
}

void Netkits::change(const Operation& op, Observation& seen) {
  if (!is_there(op.point.device)) {
    seen.error = Errno::nodev;
    return;
  }
  const Netkit& netkit = devices_[op.point.device];
  Message message(RTM_NEWLINK);
  message.about(static_cast<std::int32_t>(netkit.ifindex));
  message.nest(IFLA_LINKINFO, [&] {
    message.put(IFLA_INFO_KIND, lists_.kind());
    message.nest(IFLA_INFO_DATA, [&] {
      if (op.peer_info_is(Presence::cut)) message.put(kPeerInfo, kCutHead);
      if (op.peer_info_is(Presence::given)) message.nest(kPeerInfo, [&] { message.about(0); });
      put(message, op, in_data);
    });
  });
  seen.error = spaces_[netkit.view.space]->netlink.request(message, &seen.extack);
}

void Netkits::set(const Operation& op, Observation& seen) {
  if (!is_there(op.point.device)) {
    seen.error = Errno::nodev;
    return;
  }
  Netkit& netkit = devices_[op.point.device];
  const Attr* const state = op.attr(Key::state);
  Message message(RTM_SETLINK);
  message.about(static_cast<std::int32_t>(netkit.ifindex),
                state != nullptr ? std::optional(state->value != 0) : std::nullopt);
  put(message, op, of_device);
  seen.error = spaces_[netkit.view.space]->netlink.request(message, &seen.extack);
  const Attr* const to = op.attr(Key::space);
  if (seen.error == Errno::ok && to != nullptr && to->value < kMaxSpaces &&
      spaces_[to->value] != nullptr) {
    // It keeps its number where that is free.
    netkit.view.space = static_cast<std::uint8_t>(to->value);
    netkit.ifindex = found(netkit.name, netkit.view.space);
  }
}

void Netkits::remove(std::uint8_t device, Observation& seen) {
  if (!is_there(device)) {
    seen.error = Errno::nodev;
    return;
  }
  seen.error = delete_one(devices_[device], &seen.extack);
}

Errno Netkits::delete_one(const Netkit& device, std::string* extack) {
  Message message(RTM_DELLINK);
  message.about(static_cast<std::int32_t>(device.ifindex));
  return spaces_[device.view.space]->netlink.request(message, extack);
}

// A name that the kernel made up is in the way of the next trace's.
bool Netkits::may_wait(const Netkit& netkit) const {
  const auto of_ours = [](const Netkit& one) { return one.view.name < kMadeUpName; };
  if (!netkit.is_pair()) return of_ours(netkit) && netkit.view.link == kNoDevice;
  return of_ours(netkit) && of_ours(devices_[netkit.other]);
}

void Netkits::clear(DeferredDeletion* discarded) {
  for (Netkit& netkit : devices_) {
    if (!netkit.view.there) continue;
    if (discarded != nullptr && may_wait(netkit))
      discarded->add(*spaces_[netkit.view.space], netkit.ifindex);
    else
      delete_one(netkit, nullptr);
    netkit.view.there = false;
    if (netkit.is_pair()) devices_[netkit.other].view.there = false;
  }
}

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/fixture.hpp"

#include <fcntl.h>

#include <bitset>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

struct Needs {
  std::bitset<kMaxProgs> progs;
  std::bitset<kMaxProgs> closed_progs;  // those of them that the trace closes
  std::bitset<kMaxDevices> devices;
  bool packets = false;
  std::array<bool, kMaxSpaces> goes{};  // namespaces that end
  bool other = false;                   // the second namespace
};

void add_devices(Needs& needs, const Trace& trace, const Operation& op) {
  const auto add = [&](std::uint32_t device) {
    if (device < trace.header.devices) needs.devices.set(device);
  };
  add(op.point.device);
  for (const Attr& attr : op.attrs) {
    if (attr.key == Key::name || attr.key == Key::peer_name) add(attr.value);
    if (attr.key == Key::space || attr.key == Key::peer_space)
      needs.other = needs.other || attr.value == 1;
  }
  needs.other = needs.other || op.space == 1;
}

Needs needs_of(const Trace& trace) {
  Needs needs;
  for (const Operation& op : trace.operations) {
    for (const Ref ref : {op.prog, op.link, op.relative, op.old})
      if (ref.kind == Ref::Kind::prog && ref.raw < kMaxProgs) needs.progs.set(ref.raw);
    if (op.verb == Verb::close && op.prog.kind == Ref::Kind::prog && op.prog.raw < kMaxProgs)
      needs.closed_progs.set(op.prog.raw);
    add_devices(needs, trace, op);
    needs.packets = needs.packets || op.verb == Verb::packet;
    if (op.point.device == kAllDevices && op.space < kMaxSpaces) needs.goes[op.space] = true;
  }
  needs.progs &= trace.header.loaded;
  needs.closed_progs &= needs.progs;
  return needs;
}

}  // namespace

SharedResources::SharedResources(bool hazards, bool reuse, bool module)
    : null_device(::open("/dev/null", O_RDWR | O_CLOEXEC)),
      lists(module ? std::unique_ptr<Lists>(new ModuleLists(home)) : std::make_unique<BpfLists>()),
      devices(home.netlink, *lists, reuse) {
  if (!null_device.is_open())
    throw CannotRun(std::string("could not open /dev/null: ") + std::strerror(errno));
  if (reuse) keep_lists_in_use();
  if (hazards) foreign.emplace(programs.shared(Prog{0}, ProgType::xdp).descriptor.number());
}

void SharedResources::keep_lists_in_use() {
  constexpr std::uint32_t kLoopback = 1;  // in every namespace, and in no trace
  const auto& program = programs.shared(Prog{0}, ProgType::sched_cls).descriptor;
  for (const auto type : {abi::kTcxIngress, abi::kTcxEgress}) {
    abi::Call call(abi::kProgAttach,
                   abi::Attach{.ifindex = kLoopback,
                               .attach_bpf_fd = static_cast<std::uint32_t>(program.number()),
                               .attach_type = type,
                               .attach_flags = 0,
                               .replace_bpf_fd = 0,
                               .relative = 0,
                               .expected_revision = 0});
    abi::make(call);  // should it fail, it is slow; what is amiss is found by who tries lists
  }
}

void SharedResources::sweep_if_due() {
  if (devices.is_due() || netkits.is_due()) sweep();
}

// Netkit first: a link whose device has gone is closed at once.
void SharedResources::sweep() {
  netkits.sweep(home, other.get());
  devices.sweep();
}

Fixture::Fixture(SharedResources& resources, const Trace& trace)
    : shared(resources),
      netkits(netns, *resources.lists, resources.next_index, resources.null_device.number()) {
  shared.sweep_if_due();
  shared.lists->begin(trace.header);
  names.dialect = trace.header.dialect;
  const Needs needs = needs_of(trace);
  if (shared.foreign)
    for (std::size_t f = 0; f < kForeigns; ++f)
      if (shared.foreign->has(static_cast<Foreign>(f)))
        names.foreign[f] =
            static_cast<std::uint32_t>(shared.foreign->descriptor(static_cast<Foreign>(f)));
  names.map = static_cast<std::uint32_t>(shared.programs.map());
  names.file = static_cast<std::uint32_t>(shared.null_device.number());
  for (std::uint8_t p = 0; p < kMaxProgs; ++p) {
    if (!needs.progs[p]) continue;
    const ProgType type = trace.header.xdp[p] ? ProgType::xdp : ProgType::sched_cls;
    // What is closed in the trace must be gone then. A shared program would live on, held by the
    // lists of discarded devices too, and its id would still be good.
    Program own;
    if (needs.closed_progs[p]) own = shared.programs.own(Prog{p}, type);
    const Program& program = needs.closed_progs[p] ? own : shared.programs.shared(Prog{p}, type);
    names.progs[p] = {static_cast<std::uint32_t>(program.descriptor.number()), program.id};
    own_progs[p] = std::move(own.descriptor);
  }
  make_all_netns(needs.goes, needs.other);
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
    if (!needs.devices[d]) continue;
    devices[d] = place().create(needs.packets);
    names.interfaces[d] = devices[d].ifindex;
    netkits.call(d, devices[d].name);
    if (needs.packets && devices[d].peer != 0 && devices[d].traces == 0)
      packets().wait_until_open(devices[d]);
  }
}

void Fixture::make_all_netns(const std::array<bool, kMaxSpaces>& goes, bool needs_other) {
  // Before the thread goes anywhere: whoever makes a namespace comes back home.
  if (needs_other && !goes[1] && !shared.other) shared.other = make_netns(shared.home);
  const auto& witness = shared.programs.shared(Prog{0}, ProgType::sched_cls).descriptor;
  for (std::size_t i = 0; i < kMaxSpaces; ++i) {
    if (!goes[i]) continue;
    disposable[i].emplace(shared.home, *shared.lists, witness.number());
    netns[i] = &disposable[i]->netns();
  }
  if (disposable[0])
    inside.emplace(shared.home, *netns[0]);
  else
    netns[0] = &shared.home;
  if (needs_other && !disposable[1]) netns[1] = shared.other.get();
}

void Fixture::clear(std::vector<Descriptor> links, bool usual) {
  try {
    netkits.clear(disposable[0] || disposable[1] ? nullptr : &shared.netkits);
  } catch (const CannotRun&) {
    // They go with the namespace.
  }
  inside.reset();
  const bool own_devices = !disposable[0];
  for (auto& one : disposable) one.reset();
  if (!own_devices) return;
  std::vector<Device> left;
  for (Device& device : devices)
    if (device.is_there()) left.push_back(std::move(device));
  shared.devices.leave(std::move(left), std::move(links), usual);
}

void Fixture::end_namespace(std::uint8_t space) {
  if (!disposable[space] || !disposable[space]->is_there()) return;
  if (space == 0) {
    for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
      devices[d] = {};
      names.interfaces[d] = kNoInterface;
    }
    inside.reset();
  }
  netns[space] = nullptr;
  disposable[space]->end();
}

bool Fixture::is_in(std::uint8_t device, std::uint8_t space) const {
  if (device >= kMaxDevices) return false;
  if (netkits.is_there(device)) return netkits.at(device).view.space == space;
  return space == 0 && devices[device].is_there();
}

std::uint32_t Fixture::number(std::uint8_t device, std::uint8_t space) {
  if (device >= kMaxDevices) return names.interface(device);
  if (space >= kMaxSpaces || netns[space] == nullptr) return kNoInterface;
  const std::uint32_t netkit = netkits.at(device).ifindex;
  const std::uint32_t ifindex = netkit != 0 ? netkit : names.interfaces[device];
  const bool at_home = netkit == 0 && space == 0;
  if (at_home || ifindex >= kFirstIndex || is_in(device, space)) return ifindex;
  return dump_of(*netns[space], ifindex).view.there ? kNoInterface : ifindex;
}

std::uint8_t Fixture::device(std::uint32_t ifindex, std::uint8_t asked) const {
  if (ifindex == 0) return kNoDevice;
  const auto has = [&](std::uint8_t d) {
    return d < kMaxDevices && (netkits.is_there(d) ? netkits.at(d).ifindex == ifindex
                                                   : names.interfaces[d] == ifindex);
  };
  if (has(asked)) return asked;
  if (asked < kMaxDevices && has(netkits.at(asked).other)) return netkits.at(asked).other;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d)
    if (has(d)) return d;
  return kStrangeDevice;
}

void Fixture::enter(std::optional<ScopedNetns>& scope, std::uint8_t space) {
  if (space == 0 || space >= kMaxSpaces || netns[space] == nullptr) return;
  scope.emplace(netns[0] != nullptr ? *netns[0] : shared.home, *netns[space]);
}

}  // namespace mprogcheck::kernel

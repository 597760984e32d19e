// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/stage.hpp"

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
  bool namespace_goes = false;
};

Needs needs_of(const Trace& trace) {
  Needs needs;
  for (const Operation& op : trace.operations) {
    for (const Ref ref : {op.prog, op.link, op.relative, op.old})
      if (ref.kind == Ref::Kind::prog && ref.raw < kMaxProgs) needs.progs.set(ref.raw);
    if (op.verb == Verb::close && op.prog.kind == Ref::Kind::prog && op.prog.raw < kMaxProgs)
      needs.closed_progs.set(op.prog.raw);
    if (op.point.device < trace.header.devices) needs.devices.set(op.point.device);
    needs.packets = needs.packets || op.verb == Verb::packet;
    needs.namespace_goes = needs.namespace_goes || op.point.device == kAllDevices;
  }
  needs.progs &= trace.header.loaded;
  needs.closed_progs &= needs.progs;
  return needs;
}

}  // namespace

Workshop::Workshop(bool hazards, bool reuse)
    : null_device(::open("/dev/null", O_RDWR | O_CLOEXEC)), devices(reuse) {
  if (!null_device.is_open())
    throw CannotRun(std::string("could not open /dev/null: ") + std::strerror(errno));
  if (reuse) keep_lists_in_use();
  if (hazards) foreign.emplace(programs.shared(Prog{0}, ProgType::xdp).descriptor.number());
}

void Workshop::keep_lists_in_use() {
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

Stage::Stage(Workshop& shop, const Trace& trace) : workshop(shop) {
  workshop.devices.sweep_if_due();
  const Needs needs = needs_of(trace);
  if (workshop.foreign)
    for (std::size_t f = 0; f < kForeigns; ++f)
      if (workshop.foreign->has(static_cast<Foreign>(f)))
        names.foreign[f] =
            static_cast<std::uint32_t>(workshop.foreign->descriptor(static_cast<Foreign>(f)));
  names.map = static_cast<std::uint32_t>(workshop.programs.map());
  names.file = static_cast<std::uint32_t>(workshop.null_device.number());
  for (std::uint8_t p = 0; p < kMaxProgs; ++p) {
    if (!needs.progs[p]) continue;
    const ProgType type = trace.header.xdp[p] ? ProgType::xdp : ProgType::sched_cls;
    // What is closed in the trace must be gone then. A shared program would live on, held by the
    // lists of discarded devices too, and its id would still be good.
    Program own;
    if (needs.closed_progs[p]) own = workshop.programs.own(Prog{p}, type);
    const Program& program = needs.closed_progs[p] ? own : workshop.programs.shared(Prog{p}, type);
    names.progs[p] = {static_cast<std::uint32_t>(program.descriptor.number()), program.id};
    own_progs[p] = std::move(own.descriptor);
  }
  if (needs.namespace_goes)
    passing.emplace(workshop.programs.shared(Prog{0}, ProgType::sched_cls).descriptor.number());
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
    if (!needs.devices[d]) continue;
    devices[d] = place().create(needs.packets);
    names.interfaces[d] = devices[d].ifindex;
    if (needs.packets && devices[d].peer != 0 && devices[d].traces == 0)
      packets().wait_until_open(devices[d]);
  }
}

void Stage::clear(std::vector<Descriptor> links, bool usual) {
  if (passing) return passing.reset();
  std::vector<Device> left;
  for (Device& device : devices)
    if (device.is_there()) left.push_back(std::move(device));
  workshop.devices.leave(std::move(left), std::move(links), usual);
}

void Stage::end_namespace() {
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
    devices[d] = {};
    names.interfaces[d] = kNoInterface;
  }
  passing->end();
}

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
// The fixture of a trace: its programs, devices and network namespaces as they are before the first
// operation, and names for all of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "impl/descriptor.hpp"
#include "impl/kernel/devices.hpp"
#include "impl/kernel/disposable_netns.hpp"
#include "impl/kernel/foreign.hpp"
#include "impl/kernel/lists.hpp"
#include "impl/kernel/netkit.hpp"
#include "impl/kernel/netns.hpp"
#include "impl/kernel/packet_delivery.hpp"
#include "impl/kernel/programs.hpp"
#include "impl/kernel/request.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck::kernel {

// What all traces share. To be created and used by the thread that is in the network namespace.
struct SharedResources {
  // hazards: with links of foreign types, which may crash a kernel. reuse: devices serve several
  // traces. module: the lists of our module. Throws CannotRun.
  SharedResources(bool hazards, bool reuse, bool module = false);

  Descriptor null_device;
  Programs programs;
  Netns home;
  std::unique_ptr<Lists> lists;
  Devices devices;
  std::unique_ptr<Netns> other;  // n1, once a trace has needed it
  DeferredDeletion netkits;
  std::uint32_t next_index = kFirstIndex;
  PacketDelivery delivery;
  std::optional<ForeignLinks> foreign;  // with hazards

  // Deletes the devices of finished traces: sweep_if_due() only if there are enough of them. No
  // trace may be running. Throws CannotRun.
  void sweep_if_due();
  void sweep();

 private:
  // A kernel patches its own code when the first list of all devices gets an entry, and when the
  // last one becomes empty. If lists are emptied after each trace, this happens all the time, and
  // an emulator has to translate the code again, which makes each operation four times as
  // expensive. So one list of each hook always has an entry.
  void keep_lists_in_use();
};

struct Fixture {
  // Creates only what the trace needs. Throws CannotRun.
  Fixture(SharedResources& shared, const Trace& trace);

  // Hands the devices and the links on them over for reuse or deletion; see Devices::leave.
  void clear(std::vector<Descriptor> links, bool usual);

  // A namespace of the trace goes, with its devices; see DisposableNetns::end. Nothing if it is
  // gone.
  void end_namespace(std::uint8_t space);

  Devices& place() { return disposable[0] ? disposable[0]->devices() : shared.devices; }
  Packets& packets() { return netns[0]->packets; }

  // Whether the device exists in that network namespace.
  bool is_in(std::uint8_t device, std::uint8_t space) const;
  // The interface index of a device of the trace, for a caller in that network namespace; none if
  // another device has the index there.
  std::uint32_t number(std::uint8_t device, std::uint8_t space);
  // The device with that interface index, in any network namespace. If there are two, the one that
  // was asked for, or its other side.
  std::uint8_t device(std::uint32_t ifindex, std::uint8_t asked) const;
  // The network namespace, or that of the fixture if it has ended.
  Netns& here(std::uint8_t space) {
    if (space < kMaxSpaces && netns[space] != nullptr) return *netns[space];
    return netns[0] != nullptr ? *netns[0] : shared.home;
  }
  // Makes the thread enter the network namespace, unless it is there already or has ended.
  void enter(std::optional<ScopedNetns>& scope, std::uint8_t space);

  void make_all_netns(const std::array<bool, kMaxSpaces>& goes, bool needs_other);

  SharedResources& shared;
  std::array<std::optional<DisposableNetns>, kMaxSpaces>
      disposable;                     // namespaces that the trace has go
  std::optional<ScopedNetns> inside;  // the first of them
  NetnsByName netns{};
  Netkits netkits;
  Names names;
  std::array<Descriptor, kMaxProgs> own_progs;  // the descriptors of programs that the trace closes
  std::array<Device, kMaxDevices> devices;      // none where removed or not needed
};

}  // namespace mprogcheck::kernel

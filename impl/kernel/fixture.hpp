// SPDX-License-Identifier: GPL-2.0-only
// What a trace finds before its first operation: its programs loaded, its devices made, and names
// for all of them.
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

// What outlives a trace. To be made and used by the thread that is in the namespace.
struct SharedResources {
  // hazards: with what may be used to provoke a kernel. reuse: of devices. module: the lists are
  // those of our module. Throws CannotRun.
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

  // Deletes what finished traces have left, if it is enough to be worth it; or whatever there is.
  // No trace may be under way. Throws CannotRun.
  void sweep_if_due();
  void sweep();

 private:
  // A kernel rewrites its own code when the first list of all devices comes into use, and when the
  // last one goes out of it. Where lists are emptied after each trace that would be all the time,
  // and an emulator has to translate the code anew: four times the cost of each operation. So one
  // list for each hook is in use for good.
  void keep_lists_in_use();
};

struct Fixture {
  // Makes only what the trace has to do with. Throws CannotRun.
  Fixture(SharedResources& shared, const Trace& trace);

  // Leaves the devices, and links on them, to the shared. usual: as Devices::leave has it.
  void clear(std::vector<Descriptor> links, bool usual);

  // A namespace of the trace goes, with its devices; see DisposableNetns::end. Nothing if it is
  // gone.
  void end_namespace(std::uint8_t space);

  Devices& place() { return disposable[0] ? disposable[0]->devices() : shared.devices; }
  Packets& packets() { return netns[0]->packets; }

  // Whether the device is there, and in that namespace.
  bool is_in(std::uint8_t device, std::uint8_t space) const;
  // What a caller in that namespace says for a device of the trace: its interface index, as long as
  // no other device has that there.
  std::uint32_t number(std::uint8_t device, std::uint8_t space);
  // The device with that interface index, wherever it is. Where there are two, the one that was
  // asked for, or its other side.
  std::uint8_t device(std::uint32_t ifindex, std::uint8_t asked) const;
  // What is open in the namespace, or at home where it has ended.
  Netns& here(std::uint8_t space) {
    if (space < kMaxSpaces && netns[space] != nullptr) return *netns[space];
    return netns[0] != nullptr ? *netns[0] : shared.home;
  }
  // Makes the thread enter the namespace, if it is not there; no namespace that has ended.
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

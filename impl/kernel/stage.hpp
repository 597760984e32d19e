// SPDX-License-Identifier: GPL-2.0-only
// What a trace finds before its first operation: its programs loaded, its devices made, and names
// for all of them.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "impl/kernel/descriptor.hpp"
#include "impl/kernel/devices.hpp"
#include "impl/kernel/foreign.hpp"
#include "impl/kernel/packet.hpp"
#include "impl/kernel/passing.hpp"
#include "impl/kernel/programs.hpp"
#include "impl/kernel/request.hpp"
#include "model/trace.hpp"

namespace mprogcheck::kernel {

// What outlives a trace. To be made and used by the thread that is in the namespace.
struct Workshop {
  // hazards: with what may be used to provoke a kernel. reuse: of devices. Throws CannotRun.
  Workshop(bool hazards, bool reuse);

  Descriptor null_device;
  Programs programs;
  Devices devices;
  Packets packets;
  std::optional<ForeignLinks> foreign;  // with hazards

 private:
  // A kernel rewrites its own code when the first list of all devices comes into use, and when the
  // last one goes out of it. Where lists are emptied after each trace that would be all the time,
  // and an emulator has to translate the code anew: four times the cost of each operation. So one
  // list for each hook is in use for good.
  void keep_lists_in_use();
};

struct Stage {
  // Makes only what the trace has to do with. Throws CannotRun.
  Stage(Workshop& workshop, const Trace& trace);

  // Leaves the devices, and links on them, to the workshop. usual: as Devices::leave has it.
  void clear(std::vector<Descriptor> links, bool usual);

  // The namespace of the trace goes, with its devices; see Passing::end.
  void end_namespace();

  Devices& place() { return passing ? passing->devices() : workshop.devices; }
  Packets& packets() { return passing ? passing->packets() : workshop.packets; }

  Workshop& workshop;
  std::optional<Passing> passing;  // where the trace has a namespace go
  Names names;
  std::array<Descriptor, kMaxProgs> own_progs;  // the descriptors of programs that the trace closes
  std::array<Device, kMaxDevices> devices;      // none where removed or not needed
};

}  // namespace mprogcheck::kernel

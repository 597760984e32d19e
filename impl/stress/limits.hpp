// SPDX-License-Identifier: GPL-2.0-only
// A stress: several processes change and query the same lists at the same time, while packets cross
// the devices, and devices are removed and created again. The result is a history, which
// props/stress judges.
#pragma once

#include <cstdint>
#include <string>

#include "model/words/trace.hpp"

namespace mprogcheck {

// One round, from the creation of its devices to the removal of everything it made.
struct StressOptions {
  Header header;  // without devices; a round creates its own
  std::uint64_t seed = 0;
  std::uint32_t processes = 4;  // workers; two more processes send packets and remove devices
  std::uint32_t calls = 2000;   // of all workers together
  bool module = false;          // the lists of our module, not the kernel's own
  // For the kernel's own lists: avoids what every kernel is known to do wrong (known/), which would
  // be found over and over. No list ever becomes empty, because the first program stays attached;
  // and a device that was removed is not created again.
  bool gentle = false;
};

struct StressFigures {
  std::uint32_t processors = 0;  // of the machine
  std::int32_t references = 0;   // held after everything was closed and removed; 0 if unknown
  std::uint64_t sent = 0;        // packets between devices that stay
  std::uint64_t received = 0;    // of these
  std::uint64_t met = 0;         // programs that ran on them
  std::uint64_t stray = 0;       // packets to devices that are removed meanwhile
  std::uint64_t removals = 0;    // of devices
};

struct StressRound {
  StressFigures figures;
  std::string history;  // model/words/history.hpp
};

// Each worker has links of its own.
inline constexpr std::uint32_t kMostStressProcesses = 16;

}  // namespace mprogcheck

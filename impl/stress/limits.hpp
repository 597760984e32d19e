// SPDX-License-Identifier: GPL-2.0-only
// A stress: several processes that ask for the same lists at the same time, while packets cross
// them and devices go and come back. What came of it is a history, to be judged elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include "model/words/trace.hpp"

namespace mprogcheck {

// One round: from devices just made until nothing of it is left.
struct StressOptions {
  Header header;  // no devices; these are made
  std::uint64_t seed = 0;
  std::uint32_t processes = 4;  // that draw requests; two more send packets and remove devices
  std::uint32_t calls = 2000;   // by all of them together
  bool module = false;          // the lists are those of our module
  // A kernel's: nothing is asked that is answered otherwise than promised on every kernel (known/),
  // and would be found here over and over. No list is ever empty, so the first program stays; and
  // a device that has been removed does not come back.
  bool gentle = false;
};

struct StressFigures {
  std::uint32_t processors = 0;  // of the machine
  std::int32_t references = 0;   // still held when all was closed and removed; 0 if nobody tells
  std::uint64_t sent = 0;        // packets between devices that stay
  std::uint64_t received = 0;    // of these
  std::uint64_t met = 0;         // programs that they met
  std::uint64_t stray = 0;       // packets to devices that go
  std::uint64_t removals = 0;    // of devices
};

struct StressRound {
  StressFigures figures;
  std::string history;  // model/words/history.hpp
};

// Each process asks for links of its own.
inline constexpr std::uint32_t kMostStressProcesses = 16;

}  // namespace mprogcheck

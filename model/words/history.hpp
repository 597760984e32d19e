// SPDX-License-Identifier: GPL-2.0-only
// A history: calls that several processes made side by side, what each was answered, and when.
//
// Its text form is that of a trace, with a stamp in front of each operation: the process, and two
// numbers off one counter that all of them share, drawn before the call and after it.
//
//   dialect mainline
//   device d0
//   load p0 p1
//
//   0:1-4  attach p0 d0/ingress rev=1          => ok
//   1:2-3  attach p1 d0/ingress rev=1          => ESTALE
//   1:5-6  query d0/ingress room=4 progs       => ok rev=2 progs=p0
//
// What a packet met on a list is a query of its programs alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/trace.hpp"

namespace mprogcheck {

struct Stamp {
  std::uint32_t process = 0;
  std::uint64_t invoked = 0, returned = 0;
  bool operator==(const Stamp&) const = default;
};

// A link is named by the call that was to create it, so calls stand in the order in which they were
// invoked.
struct History {
  Trace trace;                     // with what was answered behind each operation
  std::vector<Stamp> stamps;       // one for each operation
  std::vector<std::size_t> lines;  // of its file, where it was read from one
};

// Processes are numbered below this.
inline constexpr std::uint32_t kMaxProcesses = 64;

// One history or several, as traces in a file. Throws ParseError.
std::vector<History> parse_histories(std::string_view text, std::string_view file);
std::string print(const History& history);

// The calls that were invoked up to that moment.
History prefix(const History& history, std::uint64_t moment);

}  // namespace mprogcheck

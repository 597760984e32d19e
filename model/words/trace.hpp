// SPDX-License-Identifier: GPL-2.0-only
// A trace: the only thing that travels between generator, targets, checker, minimiser and people.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/words/forms.hpp"
#include "model/words/observation.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck {

// What has to be there before the first operation.
struct Header {
  Dialect dialect = Dialect::mainline;
  std::uint8_t capacity = kMaxCapacity;  // of every list; real kernels have 63 and nothing else
  std::uint8_t devices = 1;              // d0 .. d(devices - 1)
  std::uint64_t revision = 1;            // of every list at the start; real kernels have 1
  std::bitset<kMaxProgs> loaded;         // programs loaded, each with one open descriptor
  std::bitset<kMaxProgs> xdp;  // those of them that are of another type than the attach points want
  bool operator==(const Header&) const = default;
};

// What a trace file may say behind an operation, after `=>`: the error, and for a query or a packet
// as much of the answer as the author cares for.
struct Expected {
  Errno error = Errno::ok;
  std::optional<std::uint64_t> revision;
  std::optional<std::uint8_t> count;
  std::optional<std::vector<Prog>> progs;  // of the answer to a query, or those that ran
  std::optional<std::vector<Link>> links;
  std::optional<std::vector<std::uint8_t>> entry_flags;
  Fate fate = Fate::none;
  std::optional<Point> at;  // of the answer about a link
  bool operator==(const Expected&) const = default;
};

struct Comment {
  std::vector<std::string> above;  // whole lines, without the '#'
  std::string behind;
  bool operator==(const Comment&) const = default;
  bool empty() const { return above.empty() && behind.empty(); }
};

struct Trace {
  Header header;
  std::vector<Operation> operations;
  // Both empty, or one for each operation.
  std::vector<std::optional<Expected>> expected;
  std::vector<Comment> comments;
  // Of a known deviation: why the trace is kept; the targets on which it is known, with a blank
  // between two; the releases of Linux that have it (releases.hpp); and the bucket, which is all
  // that it stands for.
  std::string reason;
  std::string target;
  std::string releases;
  std::string bucket;
  std::vector<std::string> preface;  // comment lines before the header
  bool operator==(const Trace&) const = default;
};

}  // namespace mprogcheck

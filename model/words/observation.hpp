// SPDX-License-Identifier: GPL-2.0-only
// What came back: the answer to one operation, and the list as it stood afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "model/words/errno.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck {

struct Entry {
  Prog prog{};
  Link link = kNoLink;
  std::uint8_t flags = 0;  // flag::first, flag::last (dialect rfc2)
  auto operator<=>(const Entry&) const = default;
};

// A packet meets the programs of a list, and then filters of one chain.
inline constexpr std::size_t kMaxListed = kMaxCapacity + kFiltersOfChain;

// A list in order, or the part of one that a query was given room for. Regular, allocation-free.
struct Listing {
  std::uint64_t revision = 0;
  std::uint8_t count = 0;                 // entries on the list
  std::uint8_t filled = 0;                // entries[0, filled) are meant
  std::array<Entry, kMaxListed> entries;  // the rest is left unset, for speed

  friend bool operator==(const Listing& a, const Listing& b) {
    return a.revision == b.revision && a.count == b.count && a.filled == b.filled &&
           a.same_entries(b);
  }
  bool same_entries(const Listing& o) const {
    // Byte by byte is the same here, and much the faster.
    static_assert(std::has_unique_object_representations_v<Entry>);
    return filled == o.filled && (filled == 0 || std::memcmp(entries.data(), o.entries.data(),
                                                             filled * sizeof(Entry)) == 0);
  }
};

// The fate of a packet at the attach point, or on its way from one device to the other. Damaged:
// what arrived is not what was sent; nobody promises that.
enum class Fate : std::uint8_t { none, passed, dropped, redirected, damaged };

// A program that a packet met: on which device it saw the packet, and what the packet carried then.
struct Met {
  Prog prog{};
  std::uint8_t on = kNoDevice;
  bool mark = false, priority = false;
  auto operator<=>(const Met&) const = default;
};
inline constexpr std::size_t kMaxMet = kLists * kMaxCapacity;

// One packet from device to device: whom it met, and what was counted at either end.
struct Journey {
  std::uint8_t met = 0;                              // progs[0, met) are meant
  std::array<Met, kMaxMet> progs;                    // the rest is left unset, for speed
  std::uint8_t sent = 0, dropped = 0, received = 0;  // tx, tx_dropped here, rx there
  std::uint32_t sent_bytes = 0, received_bytes = 0;

  void start() { met = sent = dropped = received = 0, sent_bytes = received_bytes = 0; }
  friend bool operator==(const Journey& a, const Journey& b) {
    static_assert(std::has_unique_object_representations_v<Met>);
    return a.met == b.met && a.sent == b.sent && a.dropped == b.dropped &&
           a.received == b.received && a.sent_bytes == b.sent_bytes &&
           a.received_bytes == b.received_bytes &&
           (a.met == 0 || std::memcmp(a.progs.data(), b.progs.data(), a.met * sizeof(Met)) == 0);
  }
};

// A filter of a device as a dump shows it. The link is the one that owns it; made by netlink: none.
struct Filter {
  bool there = false;
  Prog prog{};
  Link link = kNoLink;
  auto operator<=>(const Filter&) const = default;
};
// Those of ingress, then those of egress, each at its FilterKey's index.
using Filters = std::array<Filter, kMaxFilters>;
constexpr std::size_t filter_index(Hook hook, FilterKey key) {
  return (hook == Hook::egress ? kFiltersOfHook : 0) + key.index();
}

// What became of the kernel by an operation: it complained in its log (a warning, a stall), it
// panicked or crashed, or nothing answers any more. Of the latter two nothing follows.
enum class Harm : std::uint8_t { none, warned, died, silent };

struct Observation {
  Errno error = Errno::ok;
  Fate fate = Fate::none;
  Harm harm = Harm::none;
  bool has_after = false;  // `after` was taken; false where no list was concerned
  bool overran = false;    // a query: something was written behind the room it gave
  bool strayed = false;  // something was written beside the attribute, as long as it was said to be
  std::int32_t references =
      -1;               // held on all programs and links together; -1: the target cannot tell
  Point at = kNoPoint;  // where the link says it is attached; nodev once its device is gone
  // Of a query; for a packet the programs that ran, in order; a link's program; for a qdisc the
  // list of egress.
  Listing answer;
  Listing after;    // of the attach point concerned, after the operation
  Journey journey;  // of `send`
  // After a request about devices: all that the trace has made, by name. Header devices are not
  // among them.
  bool has_devices = false;
  std::array<DeviceView, kMaxDevices> devices;
  // After a request about filters, or of a link that has one: all of the device.
  bool has_filters = false;
  Filters filters;
  std::string extack;  // what netlink said beside an error; for people

  friend bool operator==(const Observation& a, const Observation& b) {
    return a.error == b.error && a.fate == b.fate && a.harm == b.harm &&
           a.has_after == b.has_after && a.overran == b.overran && a.strayed == b.strayed &&
           a.references == b.references && a.at == b.at && a.answer == b.answer &&
           (!a.has_after || a.after == b.after) && a.journey == b.journey &&
           a.has_devices == b.has_devices && (!a.has_devices || a.devices == b.devices) &&
           a.has_filters == b.has_filters && (!a.has_filters || a.filters == b.filters);
  }
};

}  // namespace mprogcheck

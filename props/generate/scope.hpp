// SPDX-License-Identifier: GPL-2.0-only
// What a trace may have to do with, drawn anew for each so that traces differ in kind.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "impl/target.hpp"
#include "model/words/choices.hpp"

namespace mprogcheck {

// The world a generator moves in.
struct Scope {
  Dialect dialect = Dialect::mainline;
  std::uint8_t progs = 4;   // programs of the right type
  std::uint8_t others = 1;  // programs of another type, numbered behind them
  std::uint8_t devices = 1;
  std::uint8_t capacity = kMaxCapacity;
  std::uint8_t prefill = 0;         // that many programs are attached at the start
  std::uint16_t links = kMaxLinks;  // links that may be created
  std::uint64_t revision = 1;
  bool packets = true;
  bool hazards = false;  // relative objects of foreign kinds, odd attributes, other callers
  std::vector<Foreign> foreign{Foreign::xdp};
  bool removes = true;   // devices may go
  bool qdiscs = false;   // qdiscs come and go beside
  bool memory = true;    // requests are memory: of odd sizes, at addresses that are not mapped
  bool mistakes = true;  // descriptors that are not open, unknown flags, ...
  bool netkit = false;   // netkit devices are made, changed and crossed
  KeySet attributes = kBasicData;  // ... with these in INFO_DATA
  bool filters = false;            // filters come and go, netlink's and those of links
};

// A scope for one trace, as varied as the target allows.
template <Choices C>
Scope draw_scope(C& c, Dialect dialect, const Capabilities& can) {
  Scope s;
  s.dialect = dialect;
  s.packets = can.packets;
  s.hazards = can.hazards;
  s.memory = can.memory;
  s.qdiscs = can.qdiscs;
  // To what is not a kernel they are all the same.
  for (std::size_t f = 1; f < kForeigns && !can.any_capacity; ++f)
    if (can.foreign[f]) s.foreign.push_back(static_cast<Foreign>(f));
  s.devices = one_in(c, 6) && can.devices > 1 ? 2 : 1;
  s.netkit = can.netkit && one_in(c, 2);
  s.attributes = can.attributes;
  s.filters = can.filters && !s.netkit && one_in(c, 4);
  if (can.any_capacity) {
    switch (pick(c, std::array<std::uint32_t, 3>{60, 30, 10})) {
      case 0:
        s.capacity = static_cast<std::uint8_t>(1 + c.below(6));
        break;
      case 1:
        s.capacity = static_cast<std::uint8_t>(7 + c.below(10));
        break;
      default:
        s.capacity = kMaxCapacity;
        break;
    }
    switch (pick(c, std::array<std::uint32_t, 4>{70, 10, 10, 10})) {
      case 0:
        break;
      case 1:
        s.revision = 2 + c.below(1000);
        break;
      case 2:
        s.revision = 0xffffffffU - c.below(8);
        break;
      default:
        if (dialect->last_revision == 0xffffffffU)
          s.revision = 0xffffffffU;
        else
          s.revision = c.below(2) ? ~0ULL - c.below(3) : (1ULL << 32) + 1 + c.below(8);
        break;
    }
  }
  s.progs =
      static_cast<std::uint8_t>(std::min<int>(2 + static_cast<int>(c.below(8)), s.capacity + 3));
  // A list of real length, filled to the brim or one short of it, costs a whole trace; so not too
  // often.
  if (one_in(c, can.any_capacity ? 8 : 24)) {
    s.prefill =
        static_cast<std::uint8_t>(s.capacity - c.below(std::min<std::uint32_t>(2, s.capacity)));
    s.progs = static_cast<std::uint8_t>(std::max<int>(s.progs, s.prefill + 3));
  }
  return s;
}

inline Header header_of(const Scope& s) {
  Header h;
  h.dialect = s.dialect;
  h.capacity = s.capacity;
  h.devices = s.devices;
  h.revision = s.revision;
  for (std::size_t p = 0; p < std::size_t{s.progs} + s.others; ++p) {
    h.loaded[p] = true;
    h.xdp[p] = p >= s.progs;
  }
  return h;
}

}  // namespace mprogcheck

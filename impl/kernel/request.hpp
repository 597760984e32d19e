// SPDX-License-Identifier: GPL-2.0-only
// From an operation to the system call it stands for: what the names of a trace are on this machine
// at this moment, and how the fields of an operation become those of the call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "impl/bpf_abi.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

// Values that stand for nothing that exists.
inline constexpr std::uint32_t kNotOpen = 1000000;
inline constexpr std::uint32_t kUnknownId = 0x7ffffff0;
inline constexpr std::uint32_t kNoInterface = 0x7fffff00;

// A program or link: what is put into a field for it. Closed, its descriptor is kNotOpen but its id
// stays.
struct Named {
  std::uint32_t descriptor = kNotOpen;
  std::uint32_t id = kUnknownId;
};

constexpr std::array<std::uint32_t, kForeigns> all_closed() {
  std::array<std::uint32_t, kForeigns> all{};
  all.fill(kNotOpen);
  return all;
}

struct Names {
  Dialect dialect = Dialect::mainline;
  std::array<Named, kMaxProgs> progs{};
  std::array<Named, kMaxLinks> links{};
  std::array<std::uint32_t, kMaxDevices> interfaces = {kNoInterface, kNoInterface, kNoInterface,
                                                       kNoInterface};
  std::uint32_t file = kNotOpen;  // open, and neither program nor link
  std::uint32_t map = kNotOpen;
  std::array<std::uint32_t, kForeigns> foreign = all_closed();  // links of other types

  std::uint32_t descriptor(Ref ref) const;
  // Programs and links are numbered apart. The id of the one given out as the id of the other would
  // mean whatever happens to have that number on this machine, so such an id is one that nobody
  // has.
  std::uint32_t id(Ref ref, Ref::Kind wanted) const;
  std::uint32_t interface(std::uint8_t device) const;
};

// The memory of a query's arrays. 255 is the most an operation may give room for.
struct QueryBuffers {
  static constexpr std::uint32_t kUntouched = 0xffffffff;
  std::array<std::uint32_t, 256> progs, links, prog_flags, link_flags;

  // What the kernel leaves alone is to be told from what it fills in. So many slots of each array.
  void clear(std::size_t slots = 256);
  // Whether anything stands behind so many slots.
  bool overran(std::size_t slots) const;
};

// The call for attach, detach, query, link_create, link_update and link_detach; the others are not
// bpf(2). Queries write into the room. Throws CannotRun for a flag this dialect has no number for.
abi::Call translate(const Operation& op, const Names& names, QueryBuffers& buffers);

// The call that reads a list with its links, or also the flags of both, in so many slots.
inline constexpr std::size_t kWholeList = kMaxCapacity + 1;
abi::Call whole_list(std::uint32_t ifindex, Hook hook, QueryBuffers& buffers,
                     bool with_flags = false);

}  // namespace mprogcheck::kernel

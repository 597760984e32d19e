// SPDX-License-Identifier: GPL-2.0-only
// Translates an operation into its system call: what the names of a trace are on this machine at
// this moment, and how the fields of an operation become those of the call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "impl/bpf_abi.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

// Values for what does not exist.
inline constexpr std::uint32_t kNotOpen = 1000000;
inline constexpr std::uint32_t kUnknownId = 0x7ffffff0;
inline constexpr std::uint32_t kNoInterface = 0x7fffff00;

// A program or link. If it is closed its descriptor is kNotOpen, but its id stays.
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
  // Programs and links have separate ids. The id of a program in place of that of a link would mean
  // whichever link happens to have it on this machine, so kUnknownId is returned instead.
  std::uint32_t id(Ref ref, Ref::Kind wanted) const;
  std::uint32_t interface(std::uint8_t device) const;
};

// The memory for the arrays of a query, of which an operation may use 255 slots at most.
struct QueryBuffers {
  static constexpr std::uint32_t kUntouched = 0xffffffff;
  std::array<std::uint32_t, 256> progs, links, prog_flags, link_flags;

  // Marks so many slots of each array, so that those the kernel leaves alone can be recognised.
  void clear(std::size_t slots = 256);
  // Whether anything was written behind so many slots.
  bool overran(std::size_t slots) const;
};

// The call for attach, detach, query, link_create, link_update and link_detach; the other verbs are
// no calls of bpf(2). Queries write into the buffers. Throws CannotRun for a flag that the dialect
// lacks.
abi::Call translate(const Operation& op, const Names& names, QueryBuffers& buffers);

// The call that reads a list with its links, and if wanted the flags, into so many slots.
inline constexpr std::size_t kWholeList = kMaxCapacity + 1;
abi::Call whole_list(std::uint32_t ifindex, Hook hook, QueryBuffers& buffers,
                     bool with_flags = false);

}  // namespace mprogcheck::kernel

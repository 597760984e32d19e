// SPDX-License-Identifier: GPL-2.0-only
// Runs traces on the library that was built from a tree: what stands between the names of a trace
// and its descriptors, ids and interface indices.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "impl/bpf_abi.hpp"
#include "impl/tree/shim/api.h"
#include "model/words/observation.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck::tree {

class Session {
 public:
  explicit Session(const tree_api& api) : api_(api) { link_names_.reserve(256); }

  void begin(const Header& header);
  void apply(const Operation& op, Observation& seen);
  // Clears away. What the tree was warned of meanwhile.
  Harm end();

 private:
  static constexpr std::uint32_t kBadFd = 200'000, kBadId = 900'000, kBadIfindex = 1'000;
  static constexpr std::size_t kGuard = 2;
  static constexpr std::uint32_t kUntouched = 0xa5a5a5a5;

  struct OpenLink {
    std::uint32_t fd = kBadFd, id = kBadId;
    Point point = kNoPoint;
    bool attached = false;
  };
  struct OpenProg {
    std::uint32_t fd = kBadFd, id = kBadId;
  };
  using Array = std::array<std::uint32_t, 255 + kGuard>;

  std::uint32_t fd_of(Ref ref) const;
  std::uint32_t id_of(Ref ref, Ref::Kind wanted) const;
  std::uint32_t ifindex_of(std::uint8_t device) const;
  Prog prog_of(std::uint32_t id) const;
  Link link_of(std::uint32_t id) const;
  OpenLink* open_link(Ref ref);
  bool has(Point point, std::uint8_t space) const;

  Errno execute(const Operation& op, Observation& seen);
  Errno call(const Operation& op, Observation& seen);
  Errno bpf(const Operation& op, abi::Call& call, int& result, Observation& seen);
  void read_query(const Operation& given, const abi::Call& call, Errno error, Observation& seen);
  void keep_link(const Operation& op, std::uint32_t fd);
  void tell(std::uint32_t prog_id, std::uint32_t ifindex, std::uint32_t type, Observation& seen);
  Errno info(const Operation& op, Observation& seen);
  Errno fdinfo(const Operation& op, Observation& seen);
  Errno close(const Operation& op);
  Errno remove(const Operation& op);
  Errno qdisc(const Operation& op);
  Errno packet(const Operation& op, Observation& seen);
  void snapshot(Point point, Listing& out);

  const tree_api& api_;
  std::array<OpenProg, kMaxProgs> progs_;
  std::array<OpenLink, kMaxLinks> links_;
  std::array<bool, kMaxDevices> devices_{};
  std::vector<std::uint8_t> prog_names_;  // by id
  std::vector<std::uint8_t> link_names_;  // by id, from the first one on
  std::uint32_t first_link_id_ = 0;
  std::size_t links_named_ = 0;
  std::uint32_t warnings_ = 0;
  Array prog_ids_{}, link_ids_{}, prog_flags_{}, link_flags_{};
  tree_list list_{};
  Dialect dialect_;
};

}  // namespace mprogcheck::tree

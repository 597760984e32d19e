// SPDX-License-Identifier: GPL-2.0-only
// Links of types that no list of ours can hold, for requests to name on purpose. In VMs only: a
// kernel that takes one for a link of its own kind may crash.
#pragma once

#include <array>
#include <bitset>
#include <memory>

#include "impl/descriptor.hpp"
#include "model/words/operation.hpp"

struct congestion_bpf;

namespace mprogcheck::kernel {

class ForeignLinks {
 public:
  // Makes one of each type this kernel has, in the namespace of the calling thread. `xdp` is a
  // program of that type.
  explicit ForeignLinks(int xdp);
  ~ForeignLinks();
  ForeignLinks(const ForeignLinks&) = delete;
  ForeignLinks& operator=(const ForeignLinks&) = delete;

  bool has(Foreign type) const { return at(type).is_open(); }
  int descriptor(Foreign type) const { return at(type).number(); }
  std::bitset<kForeigns> kinds() const;

 private:
  struct Destroy {
    void operator()(congestion_bpf* object) const;
  };
  const Descriptor& at(Foreign type) const { return links_[static_cast<std::size_t>(type)]; }

  std::unique_ptr<congestion_bpf, Destroy> congestion_;
  std::array<Descriptor, kForeigns> links_;
};

}  // namespace mprogcheck::kernel

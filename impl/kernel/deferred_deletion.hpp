// SPDX-License-Identifier: GPL-2.0-only
// Netkit devices of finished traces. Deleting a pair makes the kernel wait for milliseconds,
// deleting ten together hardly longer, so they go in batches.
#pragma once

#include <cstdint>

#include "impl/kernel/netns.hpp"

namespace mprogcheck::kernel {

class DeferredDeletion {
 public:
  // The device will be deleted later, and its other side with it. Throws CannotRun.
  void add(Netns& netns, std::uint32_t ifindex);

  bool is_due() const { return pairs_ >= kPairsPerBatch; }
  // Deletes all that are in these namespaces, which is all there are. Throws CannotRun.
  void sweep(Netns& one, Netns* other);

 private:
  // Not so many that a kernel that comes to harm by it is asked about traces long gone.
  static constexpr std::uint32_t kPairsPerBatch = 12;
  std::uint32_t pairs_ = 0;
};

}  // namespace mprogcheck::kernel

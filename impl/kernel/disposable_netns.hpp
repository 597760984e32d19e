// SPDX-License-Identifier: GPL-2.0-only
// A network namespace for one trace, which goes in the middle of it with all that is in it.
#pragma once

#include <memory>

#include "impl/descriptor.hpp"
#include "impl/kernel/devices.hpp"
#include "impl/kernel/netns.hpp"

namespace mprogcheck::kernel {

class DisposableNetns {
 public:
  // Makes it; the thread stays at home. `prog` is the descriptor of a classifier. Throws CannotRun.
  DisposableNetns(const Netns& home, const Lists& lists, int prog);

  bool is_there() const { return inside_ != nullptr; }
  Netns& netns() { return inside_->netns; }
  Devices& devices() { return inside_->devices; }

  // The namespace goes, which no thread may be in; returns once the kernel is through with its
  // devices. Whatever else holds it, such as descriptors of its devices, has to be gone before.
  // Throws CannotRun if it does not go.
  void end();

 private:
  // Sockets keep a namespace.
  struct Inside {
    explicit Inside(const Lists& lists) : devices(netns.netlink, lists, false) {}
    Netns netns;
    Devices devices;
    Device witness;
  };
  std::unique_ptr<Inside> inside_;
  Descriptor link_;  // at the witness; it tells when that is gone
};

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
// A network namespace that a trace ends, with everything in it.
#pragma once

#include <memory>

#include "impl/descriptor.hpp"
#include "impl/kernel/devices.hpp"
#include "impl/kernel/netns.hpp"

namespace mprogcheck::kernel {

class DisposableNetns {
 public:
  // Creates it; the thread stays in `home`. `prog` is the descriptor of a classifier. Throws
  // CannotRun.
  DisposableNetns(const Netns& home, const Lists& lists, int prog);

  bool is_there() const { return inside_ != nullptr; }
  Netns& netns() { return inside_->netns; }
  Devices& devices() { return inside_->devices; }

  // Ends the network namespace, which no thread may be in and nothing may hold, such as descriptors
  // of its devices. Returns when the kernel has removed its devices. Throws CannotRun if it does
  // not end.
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

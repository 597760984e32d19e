// SPDX-License-Identifier: GPL-2.0-only
// A network namespace for one trace, which goes in the middle of it with all that is in it.
#pragma once

#include <memory>

#include "impl/kernel/descriptor.hpp"
#include "impl/kernel/devices.hpp"
#include "impl/kernel/packet.hpp"

namespace mprogcheck::kernel {

class Passing {
 public:
  // The calling thread enters a new namespace. `prog` is the descriptor of a classifier. Throws
  // CannotRun.
  explicit Passing(int prog);
  // The thread goes back to where it came from.
  ~Passing();
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;

  bool is_there() const { return inside_ != nullptr; }
  Devices& devices() { return inside_->devices; }
  Packets& packets() { return inside_->packets; }

  // The thread goes back, and the namespace goes; returns once the kernel is through with its
  // devices. Whatever else holds it, such as descriptors of its devices, has to be gone before.
  // Throws CannotRun if it does not go.
  void end();

 private:
  void go_back();

  // Sockets keep a namespace.
  struct Inside {
    Devices devices{false};
    Packets packets;
  };
  Descriptor home_;
  std::unique_ptr<Inside> inside_;
  Device witness_;
  Descriptor link_;  // at the witness; it tells when that is gone
};

}  // namespace mprogcheck::kernel

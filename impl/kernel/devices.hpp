// SPDX-License-Identifier: GPL-2.0-only
// The devices of the traces: TAP devices in the namespace of the calling thread, so that both ends
// of the wire are ours. Deleting one makes the kernel wait for its readers several times over,
// deleting hundreds together hardly longer. So a trace that is over discards its devices here, and
// they go in batches.
#pragma once

#include <cstdint>
#include <vector>

#include "impl/kernel/descriptor.hpp"
#include "model/errno.hpp"

namespace mprogcheck::kernel {

struct Device {
  Descriptor tap;  // the other end of the wire, not blocking
  std::uint32_t ifindex = 0;
};

class Devices {
 public:
  Devices();  // throws CannotRun
  ~Devices();
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;

  // A new device with nothing attached, ready for packets if it is to be up. Throws CannotRun.
  Device create(bool up);

  // Deletes the device now and tells what the kernel answered.
  Errno remove(Device& device);

  // Takes what a trace leaves behind. Links come along because closing an attached one makes the
  // kernel wait, whereas one whose device has gone is closed at once.
  void discard(std::vector<Device> devices, std::vector<Descriptor> links);

  // Deletes what was discarded, if it is enough to be worth it. No trace may be under way, because
  // all devices are deleted. Throws CannotRun.
  void sweep_if_due();

 private:
  struct LinkMessage;
  void sweep();
  Errno prepare(std::uint32_t ifindex, bool up);
  Errno delete_one_or_all(std::uint32_t ifindex);  // 0: all
  Errno request(LinkMessage& message);

  Descriptor netlink_;
  std::uint32_t sequence_ = 0;
  std::uint32_t made_ = 0;
  std::vector<Device> discarded_devices_;
  std::vector<Descriptor> discarded_links_;
};

}  // namespace mprogcheck::kernel

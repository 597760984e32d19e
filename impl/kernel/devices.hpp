// SPDX-License-Identifier: GPL-2.0-only
// The devices of the traces, in the namespace of the calling thread, so that both ends of the wire
// are ours: TAP devices, or where the kernel has none (a VM without modules) primaries of netkit
// pairs, which take tcx programs like any other device. Deleting one makes the kernel wait for its
// readers several times over, deleting hundreds together hardly longer. So a trace that is over
// discards its devices here, and they go in batches.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "impl/kernel/descriptor.hpp"
#include "model/errno.hpp"

struct nl_sock;

namespace mprogcheck::kernel {

struct Device {
  std::uint32_t ifindex = 0;  // 0: there is none
  std::uint32_t peer = 0;     // a netkit's other end of the wire
  Descriptor tap;             // or a TAP's, not blocking

  bool is_there() const { return ifindex != 0; }
};

// Of one device at most one: ingress has but that hook, clsact egress as well.
enum class Qdisc : std::uint8_t { clsact, ingress };

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

  // Makes a qdisc with the hooks of the old classifiers, the one a device has being replaced or in
  // the way; removes it. Tells what the kernel answered: ENOENT where it has no such qdisc.
  Errno add_qdisc(const Device& device, Qdisc qdisc, bool replace);
  Errno remove_qdisc(const Device& device);

  // Takes what a trace leaves behind. Links come along because closing an attached one makes the
  // kernel wait, whereas one whose device has gone is closed at once.
  void discard(std::vector<Device> devices, std::vector<Descriptor> links);

  // Deletes what was discarded, if it is enough to be worth it. No trace may be under way, because
  // all devices are deleted. Throws CannotRun.
  void sweep_if_due();

 private:
  class Message;
  void sweep();
  Device create_tap(const std::string& name, bool up);
  Device create_netkit(const std::string& name, bool up);
  Errno change(std::uint32_t ifindex, bool up);
  std::uint32_t index_of(const std::string& name);
  Errno delete_one_or_all(std::uint32_t ifindex);  // 0: all
  Errno request(Message& message);

  std::unique_ptr<nl_sock, void (*)(nl_sock*)> netlink_;
  std::uint32_t made_ = 0;
  bool taps_ = true;  // there are such devices here
  std::vector<Device> discarded_devices_;
  std::vector<Descriptor> discarded_links_;
};

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
// The devices that traces declare, in the namespace of the calling thread, so that both ends of the
// wire are ours: TAP devices, or where the kernel has none (a VM without modules) primaries of
// netkit pairs, which take tcx programs like any other device. Deleting one makes the kernel wait
// for its readers several times over, deleting hundreds together hardly longer. So a trace that is
// over leaves its devices here, and they go in batches.
//
// In an emulated guest a new netkit pair takes as long as a hundred operations, while its grace
// periods are short and a detach is quick. There a device serves one trace after the other, if
//  - nothing unusual has happened on it: no hazardous operation, no packet with another fate than
//    the programs gave it, no failure of ours (a guest that complains is not used again at all);
//  - its lists have been emptied, and the kernel shows of them what it shows of new ones. It frees
//    an empty list, so the next trace gets a new one and not this one's;
//  - the links of the trace are closed, so nothing names the device any more.
// What is left of the earlier trace are counters of packets and an interface index, which no
// observation shows; packets under way there are none, and each carries a number of its own. What a
// kernel does with a device that goes with programs and links on it is worth running too, so after
// some traces a device goes as it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/descriptor.hpp"
#include "impl/kernel/netlink.hpp"
#include "model/words/errno.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

class Lists;

struct Device {
  std::uint32_t ifindex = 0;  // 0: there is none
  std::string name;
  std::uint32_t peer = 0;  // a netkit's other end of the wire
  Descriptor tap;          // or a TAP's, not blocking
  bool up = false;
  std::uint32_t traces = 0;  // that it has served

  bool is_there() const { return ifindex != 0; }
};

class Devices {
 public:
  // In the namespace of the calling thread, which is that of `netlink`. They have such lists.
  Devices(Netlink& netlink, const Lists& lists, bool reuse);
  ~Devices();
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;

  // A device with nothing attached, new or as good as new; up if it is to carry packets. Throws
  // CannotRun.
  Device create(bool up);

  std::uint32_t made() const { return made_; }

  // Deletes the device now and tells what the kernel answered.
  Errno remove(Device& device);

  // Makes a qdisc with the hooks of the old classifiers, the one a device has being replaced or in
  // the way; removes it. Tells what the kernel answered: ENOENT where it has no such qdisc.
  Errno add_qdisc(const Device& device, Qdisc qdisc, bool replace);
  Errno remove_qdisc(const Device& device);

  // Takes what a trace leaves behind. usual: nothing forbids to use the devices again. Links come
  // along because closing an attached one makes the kernel wait, whereas one whose device has gone
  // is closed at once.
  void leave(std::vector<Device> devices, std::vector<Descriptor> links, bool usual);

  // Whether what was discarded is enough to be worth deleting; and deletes it. No trace may be
  // under way, because all devices are deleted. Throws CannotRun.
  bool is_due() const;
  void sweep();

 private:
  Device create_tap(const std::string& name, bool up);
  Device create_netkit(const std::string& name, bool up);
  Errno change(std::uint32_t ifindex, bool up);
  std::uint32_t made_as(const std::string& name);
  Errno delete_one_or_all(std::uint32_t ifindex);  // 0: all

  Netlink& netlink_;
  const Lists& lists_;
  bool reuse_;
  std::uint32_t made_ = 0;
  bool taps_;  // there are such devices here, with such lists
  std::vector<Device> as_new_;
  std::vector<Device> discarded_devices_;
  std::vector<Descriptor> discarded_links_;
};

}  // namespace mprogcheck::kernel

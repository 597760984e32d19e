// SPDX-License-Identifier: GPL-2.0-only
// The netkit devices of a trace: made, changed, moved and deleted by rtnetlink, with attributes as
// the trace puts them on the wire, and where each of them is now.
//
// Each gets an interface index of its own, which no other device has in either namespace, unless
// the trace or the kernel chooses another; so a number tells a device wherever it is.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "impl/kernel/deferred_deletion.hpp"
#include "impl/kernel/lists.hpp"
#include "impl/kernel/netns.hpp"
#include "model/words/observation.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

// The namespaces of a trace; null: not needed, or ended.
using NetnsByName = std::array<Netns*, kMaxSpaces>;

struct Netkit {
  DeviceView view;            // as it was read last; `there` is false where it is gone
  std::uint32_t ifindex = 0;  // now, or the last it had; 0: it has never been
  std::string name;
  std::uint32_t link = 0;  // what it tells as the ifindex of the other side
  std::uint8_t other = kNoDevice;

  bool is_pair() const { return other != kNoDevice; }
};

// What a dump tells of a device, apart from what depends on the names of a trace.
struct Dump {
  DeviceView view;
  std::string name;
  std::uint32_t link = 0;  // ifindex of the other side
  bool settled = true;     // the kernel has noticed whether there is a carrier
};
Dump dump_of(Netns& space, std::uint32_t ifindex);

class Netkits {
 public:
  // next_index: for the next device; goes on from trace to trace. no_space: a descriptor that is
  // that of no namespace.
  Netkits(const NetnsByName& spaces, const Lists& lists, std::uint32_t& next_index, int no_space)
      : spaces_(spaces),
        lists_(lists),
        next_index_(next_index),
        serial_(next_index),
        no_space_(no_space) {}

  // A device that the trace finds in n0, and what it is called there.
  void call(std::uint8_t device, const std::string& name) { names_[device] = name; }

  const Netkit& at(std::uint8_t device) const { return devices_[device]; }
  bool is_there(std::uint8_t device) const {
    return device < kMaxDevices && devices_[device].view.there;
  }

  // Each asks the kernel for what the operation says. Throws CannotRun where it cannot be asked.
  void create(const Operation& op, Observation& seen);
  void change(const Operation& op, Observation& seen);
  void set(const Operation& op, Observation& seen);
  void remove(std::uint8_t device, Observation& seen);

  // Reads all devices anew, once the kernel has noticed which of them have a carrier: only then do
  // packets get through, or are lost, as they are to. Throws CannotRun.
  void read_all();

  // Takes leave of what is there: deletes it, or leaves it to be deleted if nothing forbids that.
  // Throws CannotRun.
  void clear(DeferredDeletion* discarded);

 private:
  std::string name_of(std::uint8_t device) const;
  std::uint8_t device_called(const std::string& name) const;
  std::uint32_t found(const std::string& name, std::uint8_t space) const;
  int namespace_file(std::uint32_t space) const;
  Message creation(const Operation& op, std::int32_t index, std::int32_t peer_index) const;
  void put(Message& message, const Operation& op, bool (*stands_here)(Key)) const;
  void read(std::uint8_t device);
  bool expect(std::uint8_t device, std::uint32_t ifindex, std::uint8_t space);
  bool may_wait(const Netkit& device) const;
  Errno delete_one(const Netkit& device, std::string* extack);

  const NetnsByName& spaces_;
  const Lists& lists_;
  std::uint32_t& next_index_;
  std::uint32_t serial_;  // in the names of this trace, which no other has
  int no_space_;
  std::array<std::string, kMaxDevices> names_;  // of those that the trace finds
  std::array<Netkit, kMaxDevices> devices_;
};

// That of the loopback device of any namespace; and from where on they are of our choice.
inline constexpr std::uint32_t kLoopbackIndex = 1, kFirstIndex = 1U << 20;

}  // namespace mprogcheck::kernel

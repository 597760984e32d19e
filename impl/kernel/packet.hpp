// SPDX-License-Identifier: GPL-2.0-only
// One packet through an attach point. Ingress: written to the tap, or sent by a netkit's peer, so
// that the device receives it; it got past the attach point if a packet socket sees it. Egress:
// sent on the device through the packet socket; it got past if the tap, or the peer, receives it.
// Frames of any content and length, for journey.hpp, go and come by the same socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "impl/descriptor.hpp"
#include "impl/kernel/devices.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::kernel {

class Packets {
 public:
  Packets();  // throws CannotRun

  // Returns once packets get through a netkit that nothing is attached to. It is up before its
  // queues are: these wait for the kernel to notice the carrier. Throws CannotRun.
  void wait_until_open(const Device& device);

  // Sends one packet; when this returns, the programs have run (both ways are synchronous).
  void send(const Device& device, Hook hook);

  // Whether the packet sent last comes out behind the attach point within that time.
  bool arrives(const Device& device, Hook hook, std::chrono::milliseconds patience);

  // Sends the frame on a device, with a mark or a priority other than 0 if they are wanted. Tells
  // what the kernel answered.
  struct Carried {
    bool mark = false, priority = false;
    bool operator==(const Carried&) const = default;
  };
  Errno send_frame(std::uint32_t ifindex, std::span<const std::uint8_t> frame, Carried carried);

  // A frame that has arrived, good until the next call, and on which device; nothing if there is
  // none.
  struct Arrival {
    std::uint32_t ifindex;
    std::span<const std::uint8_t> frame;
  };
  std::optional<Arrival> take_frame();
  int descriptor() const { return socket_.number(); }

 private:
  bool drain(const Device& device, Hook hook);

  // One for all devices and for good: closing a packet socket makes the kernel wait for its
  // readers.
  Descriptor socket_;
  std::uint32_t sequence_ = 0;
  Carried carried_;  // by what is sent through the socket
  std::vector<std::uint8_t> taken_;
};

}  // namespace mprogcheck::kernel

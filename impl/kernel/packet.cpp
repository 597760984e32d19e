// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/packet.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "impl/kernel/bpf/note.h"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

// The shortest frame of ethernet. The sequence number tells it from those of operations before.
struct Frame {
  std::uint8_t destination[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  std::uint8_t source[6] = {0x02, 0, 0, 0, 0, 1};  // locally administered
  std::uint16_t ethertype = htons(NOTE_ETHERTYPE);
  std::uint16_t unused = 0;
  std::uint32_t sequence = 0;
  std::uint8_t padding[40] = {};
};
static_assert(sizeof(Frame) == 60);

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

// Where it is seen that a packet got past the attach point: at the tap, or by the packet socket.
bool out_of_tap(const Device& device, Hook hook) {
  return hook == Hook::egress && device.tap.is_open();
}

}  // namespace

// Bound to our ethertype, a packet socket stands behind tcx ingress and never sees what is sent.
Packets::Packets()
    : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(NOTE_ETHERTYPE))) {
  if (!socket_.is_open()) cannot("open a packet socket (needs CONFIG_PACKET and CAP_NET_RAW)");
}

void Packets::send(const Device& device, Hook hook) {
  drain(device, hook);
  Frame frame;
  frame.sequence = ++sequence_;
  if (hook == Hook::ingress && device.tap.is_open()) {
    if (::write(device.tap.number(), &frame, sizeof(frame)) < 0)
      cannot("write a packet to a TAP device");
    return;
  }
  // What a netkit's peer sends, the primary receives.
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(NOTE_ETHERTYPE);
  to.sll_ifindex = static_cast<int>(hook == Hook::ingress ? device.peer : device.ifindex);
  const ssize_t sent = ::sendto(socket_.number(), &frame, sizeof(frame), 0,
                                reinterpret_cast<sockaddr*>(&to), sizeof(to));
  // ENOBUFS is how the sender learns of a packet dropped on its way out.
  if (sent < 0 && errno != ENOBUFS) cannot("send a packet on a device");
}

void Packets::wait_until_open(const Device& device) {
  constexpr int kTries = 1000;
  constexpr std::chrono::milliseconds kPause{5};
  for (const Hook hook : {Hook::ingress, Hook::egress})
    for (int tries = 1;; ++tries) {
      send(device, hook);
      if (arrives(device, hook, kPause)) break;
      if (tries == kTries) throw CannotRun("no packet gets through a netkit just made");
    }
}

bool Packets::arrives(const Device& device, Hook hook, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + patience;
  for (;;) {
    if (drain(device, hook)) return true;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return false;
    pollfd wait{.fd = out_of_tap(device, hook) ? device.tap.number() : socket_.number(),
                .events = POLLIN,
                .revents = 0};
    ::poll(&wait, 1, static_cast<int>(left.count()));
  }
}

Errno Packets::send_frame(std::uint32_t ifindex, std::span<const std::uint8_t> frame,
                          Carried carried) {
  constexpr int kMark = 7, kPriority = 3;
  const auto set = [&](int option, int value) {
    if (::setsockopt(socket_.number(), SOL_SOCKET, option, &value, sizeof(value)) != 0)
      cannot("give packets a mark or a priority");
  };
  if (carried.mark != carried_.mark) set(SO_MARK, carried.mark ? kMark : 0);
  if (carried.priority != carried_.priority) set(SO_PRIORITY, carried.priority ? kPriority : 0);
  carried_ = carried;
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(NOTE_ETHERTYPE);
  to.sll_ifindex = static_cast<int>(ifindex);
  const ssize_t sent = ::sendto(socket_.number(), frame.data(), frame.size(), 0,
                                reinterpret_cast<sockaddr*>(&to), sizeof(to));
  return sent < 0 ? static_cast<Errno>(errno) : Errno::ok;
}

std::optional<Packets::Arrival> Packets::take_frame() {
  constexpr std::size_t kLongest = 128 << 10;  // more than any MTU
  taken_.resize(kLongest);
  sockaddr_ll sender{};
  socklen_t sender_length = sizeof(sender);
  const ssize_t length = ::recvfrom(socket_.number(), taken_.data(), taken_.size(), 0,
                                    reinterpret_cast<sockaddr*>(&sender), &sender_length);
  if (length < 0) return std::nullopt;
  return Arrival{static_cast<std::uint32_t>(sender.sll_ifindex),
                 {taken_.data(), static_cast<std::size_t>(length)}};
}

// Reads all there is at the end behind the attach point; whether the packet sent last was in it.
bool Packets::drain(const Device& device, Hook hook) {
  const bool tap = out_of_tap(device, hook);
  const std::uint32_t where = hook == Hook::ingress ? device.ifindex : device.peer;
  bool found = false;
  char buffer[2048];
  for (;;) {
    sockaddr_ll sender{};
    socklen_t sender_length = sizeof(sender);
    const ssize_t length = tap ? ::read(device.tap.number(), buffer, sizeof(buffer))
                               : ::recvfrom(socket_.number(), buffer, sizeof(buffer), 0,
                                            reinterpret_cast<sockaddr*>(&sender), &sender_length);
    if (length <= 0) return found;
    if (static_cast<std::size_t>(length) < sizeof(Frame)) continue;
    Frame frame;
    std::memcpy(&frame, buffer, sizeof(frame));
    const bool here = tap || sender.sll_ifindex == static_cast<int>(where);
    found =
        found || (here && frame.ethertype == htons(NOTE_ETHERTYPE) && frame.sequence == sequence_);
  }
}

}  // namespace mprogcheck::kernel

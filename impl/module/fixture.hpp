// SPDX-License-Identifier: GPL-2.0-only
// The objects that messages to our module refer to (impl/module/messages.hpp), and the sockets by
// which they are sent. Belongs to the network namespace and the thread in which it is created.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "impl/descriptor.hpp"
#include "impl/kernel/netns.hpp"
#include "impl/kernel/programs.hpp"
#include "impl/module/messages.hpp"

namespace mprogcheck::kernel {

class MessageFixture {
 public:
  MessageFixture();  // throws CannotRun
  MessageFixture(const MessageFixture&) = delete;
  MessageFixture& operator=(const MessageFixture&) = delete;

  // Throws CannotRun, as the others do.
  void make();
  void take_down();
  // Sends the buffer and returns the replies. A link that it creates is kept with the others.
  std::vector<std::string> send(const MessageBuffer& buffer);
  // What the module holds. Devices only on request, because that takes long.
  Holdings holdings(bool with_devices);

  std::uint16_t family() const { return family_; }
  const std::array<std::uint32_t, message_fixture::kProgs>& prog_ids() const { return prog_ids_; }

 private:
  Errno change_qdisc(Message message, std::uint32_t ifindex);
  void make_device(std::uint32_t ifindex, std::uint32_t peer, std::uint32_t dialect,
                   std::uint32_t capacity, std::uint64_t revision);
  void put(std::uint32_t number, Descriptor from);
  std::vector<std::string> receive(int socket);
  void keep_link(const std::string& datagram);
  std::vector<std::uint32_t> devices(int socket);
  std::uint64_t devices_checksum();
  std::uint64_t filters_checksum();

  Programs programs_;
  Netns home_;
  Descriptor generic_, route_, route_outside_;
  std::uint16_t family_ = 0;
  std::array<std::uint32_t, message_fixture::kProgs> prog_ids_{};
  std::uint32_t links_made_ = 0;
  std::string questions_;  // what holdings() sends
};

// Runs a batch of messages; see impl/module/messages.hpp. `renew` unloads the module and loads it
// again.
template <class Renew>
MessageAnswers answers_to(const MessageBatch& batch, MessageFixture& fixture, Renew&& renew) {
  MessageAnswers out;
  if (batch.begin) {
    fixture.take_down();
    fixture.make();
  }
  out.family = fixture.family();
  out.prog_ids = fixture.prog_ids();
  out.before = fixture.holdings(true);
  std::uint64_t devices = out.before.devices;
  for (const MessageBuffer& buffer : batch.buffers) {
    MessageReply& reply = out.replies.emplace_back();
    const bool routed =
        buffer.sender == Sender::route || buffer.sender == Sender::route_unprivileged;
    reply.datagrams = fixture.send(buffer);
    reply.after = fixture.holdings(routed);
    if (routed)
      devices = reply.after.devices;
    else
      reply.after.devices = devices;
  }
  if (batch.end) {
    fixture.take_down();
    out.left = fixture.holdings(false);
    renew();
  }
  return out;
}

}  // namespace mprogcheck::kernel

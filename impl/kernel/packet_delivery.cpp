// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/packet_delivery.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <poll.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include "impl/kernel/bpf/note.h"

namespace mprogcheck::kernel {
namespace {

// Longer frames than any MTU lets through are refused all alike.
constexpr std::size_t kLongest = 128 << 10;
// Arrival is a matter of microseconds, but an emulated kernel on a busy machine may stand still. So
// what counts is how often this thread, and with it the kernel, has got on.
constexpr int kLooks = 20, kPauseMilliseconds = 5;

// Of the head of a frame: where the part of the sender begins that is a number, and where the type.
constexpr std::size_t kHead = kFrameHead, kSource = 7, kType = 12;

// Each frame is another: a number stands where its sender would, and what follows the head runs
// through all values.
void fill(std::vector<std::uint8_t>& frame, std::size_t size, std::uint64_t sequence) {
  if (frame.size() < std::max(size, kHead)) {
    frame.resize(std::max(size, kHead));
    for (std::size_t i = 0; i < frame.size(); ++i)
      frame[i] = i < 6 ? 0xff : static_cast<std::uint8_t>(i * 7 + i / 251);
    frame[6] = 0x02;  // locally administered
    frame[kType] = NOTE_ETHERTYPE >> 8, frame[kType + 1] = NOTE_ETHERTYPE & 0xff;
  }
  for (std::size_t i = kSource; i < kType; ++i, sequence >>= 8)
    frame[i] = static_cast<std::uint8_t>(sequence);
}

rtnl_link_stats64 counters_of(const Endpoint& end) {
  rtnl_link_stats64 counters{};
  if (end.netns == nullptr) return counters;
  Message message(RTM_GETSTATS);
  message.about_counters_of(end.ifindex);
  const std::span<const char> answer = end.netns->netlink.ask(message);
  if (answer.size() < sizeof(if_stats_msg)) return counters;
  const auto* const attributes =
      reinterpret_cast<const nlattr*>(answer.data() + sizeof(if_stats_msg));
  const nlattr* const found = nla_find(
      attributes, static_cast<int>(answer.size() - sizeof(if_stats_msg)), IFLA_STATS_LINK_64);
  if (found != nullptr)
    std::memcpy(&counters, nla_data(found),
                std::min<std::size_t>(sizeof(counters), static_cast<std::size_t>(nla_len(found))));
  return counters;
}

// Frames of ours begin alike, whichever they are.
bool is_ours(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> frame) {
  return bytes.size() >= kHead && frame.size() >= kHead &&
         std::equal(frame.begin(), frame.begin() + kSource, bytes.begin()) &&
         std::equal(frame.begin() + kType, frame.begin() + kHead, bytes.begin() + kType);
}

// What has become of the frame according to what has arrived; nothing if it has not. A frame sent
// before may come late; anything else there can only be this one, damaged, and that it has not come
// through whole is said in `words`.
std::optional<Fate> arrived(std::span<const std::uint8_t> frame, const Endpoint& at,
                            const Endpoint& other, std::string& words) {
  std::optional<Fate> fate;
  while (const auto arrival = at.netns->packets.take_frame()) {
    const auto& bytes = arrival->frame;
    const bool whole = std::equal(bytes.begin(), bytes.end(), frame.begin(), frame.end());
    const bool late =
        is_ours(bytes, frame) && !std::equal(bytes.begin(), bytes.begin() + kHead, frame.begin());
    if (late) continue;
    if (!whole) {
      fate = Fate::damaged;
      words = "it arrived damaged, with " + std::to_string(bytes.size()) + " bytes";
    } else if (arrival->ifindex == NOTE_LOOPBACK) {
      fate = Fate::redirected;
    } else if (other.netns == at.netns && arrival->ifindex == other.ifindex) {
      fate = Fate::passed;
    }
  }
  return fate;
}

bool says_drop(const Operation& op, Prog prog) {
  return std::any_of(op.says.begin(), op.says.end(), [&](const Says& one) {
    return one.prog == prog && one.action == Action::drop;
  });
}

std::uint8_t narrow(std::uint64_t count) {
  return static_cast<std::uint8_t>(std::min<std::uint64_t>(count, 255));
}

}  // namespace

void PacketDelivery::send(const Operation& op, const Endpoint& from, const Endpoint& other,
                          Programs& programs, Observation& seen) {
  const std::size_t size = std::min<std::size_t>(op.bytes, kLongest);
  fill(frame_, size, ++sequence_);
  const std::span<const std::uint8_t> frame(frame_.data(), size);
  const rtnl_link_stats64 here = counters_of(from), there = counters_of(other);

  programs.expect_packet(op.says);
  seen.error = from.netns->packets.send_frame(from.ifindex, frame,
                                              {.mark = op.mark, .priority = op.priority});

  const auto dropped = [&] {
    const std::uint32_t ran = programs.ran();
    return seen.error == Errno::nobufs ||
           (ran != 0 && says_drop(op, programs.ran_at(ran - 1).prog)) ||
           counters_of(from).tx_dropped != here.tx_dropped;
  };
  const auto look = [&] {
    auto fate = arrived(frame, from, other, seen.extack);
    if (!fate && other.netns != nullptr && other.netns != from.netns)
      fate = arrived(frame, other, other, seen.extack);
    return fate;
  };
  if (seen.error == Errno::ok || seen.error == Errno::nobufs) {
    auto fate = look();
    for (int looks = 0; !fate && !dropped() && looks < kLooks; ++looks) {
      pollfd wait[2] = {{.fd = from.netns->packets.descriptor(), .events = POLLIN, .revents = 0},
                        {.fd = -1, .events = POLLIN, .revents = 0}};
      if (other.netns != nullptr) wait[1].fd = other.netns->packets.descriptor();
      ::poll(wait, 2, kPauseMilliseconds);
      fate = look();
    }
    seen.fate = fate.value_or(Fate::dropped);
  }

  Journey& journey = seen.journey;
  journey.met = static_cast<std::uint8_t>(std::min<std::size_t>(programs.ran(), kMaxMet));
  for (std::uint8_t i = 0; i < journey.met; ++i) {
    const Note note = programs.ran_at(i);
    const std::uint8_t on = note.ifindex == from.ifindex    ? from.device
                            : note.ifindex == other.ifindex ? other.device
                                                            : kStrangeDevice;
    journey.progs[i] = {.prog = note.prog, .on = on, .mark = note.mark, .priority = note.priority};
  }
  const rtnl_link_stats64 here_now = counters_of(from), there_now = counters_of(other);
  journey.sent = narrow(here_now.tx_packets - here.tx_packets);
  journey.dropped = narrow(here_now.tx_dropped - here.tx_dropped);
  journey.received = narrow(there_now.rx_packets - there.rx_packets);
  journey.sent_bytes = static_cast<std::uint32_t>(here_now.tx_bytes - here.tx_bytes);
  journey.received_bytes = static_cast<std::uint32_t>(there_now.rx_bytes - there.rx_bytes);
}

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
// Netlink messages as bytes, for an implementation that takes them: what it is sent, what it
// replies, and what it holds before and after. The objects that messages refer to have the same
// numbers each time, so that bytes can be saved and sent again with the same meaning.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/observation.hpp"

namespace mprogcheck {

// The objects: devices by interface index, everything else by descriptor.
namespace message_fixture {
inline constexpr std::uint32_t kPair = 100, kPairPeer = 101;    // mainline, 63 places
inline constexpr std::uint32_t kSmall = 102, kSmallPeer = 103;  // rfc2, 3 places, first revision 7
inline constexpr std::uint32_t kSingle = 104;                   // mainline, 1 place, no peer
inline constexpr std::uint32_t kFiltered = kPair;               // has a clsact qdisc
inline constexpr std::uint32_t kLoopback = 1;                   // of another kind
inline constexpr std::uint32_t kNoDevice = 99;

inline constexpr std::uint32_t kProgs = 8;  // classifiers, from kFirstProg on
inline constexpr std::uint32_t kFirstProg = 100, kXdp = 108, kPipe = 109, kMap = 110,
                               kForeignLink = 111, kClosed = 119;
// The links that messages create are kept in kLinks places, in turn.
inline constexpr std::uint32_t kLinks = 16, kFirstLink = 120;
inline constexpr std::uint32_t kFamilyVersion = 1;

struct List {
  std::uint32_t ifindex, attach_type;
  std::string_view name;
};
inline constexpr List kLists[] = {
    {kPair, 46, "pair/ingress"},
    {kPair, 47, "pair/egress"},
    {kPair, 54, "pair/primary"},
    {kPair, 55, "pair/peer"},
    {kPairPeer, 46, "pair's peer/ingress"},
    {kPairPeer, 47, "pair's peer/egress"},
    {kSmall, 46, "small/ingress"},
    {kSmall, 47, "small/egress"},
    {kSmall, 54, "small/primary"},
    {kSmall, 55, "small/peer"},
    {kSmallPeer, 46, "small's peer/ingress"},
    {kSmallPeer, 47, "small's peer/egress"},
    {kSingle, 46, "single/ingress"},
    {kSingle, 47, "single/egress"},
    {kSingle, 54, "single/primary"},
};
}  // namespace message_fixture

// The socket that a message is sent by.
enum class Sender : std::uint8_t { generic, route, generic_unprivileged, route_unprivileged };

struct MessageBuffer {
  Sender sender = Sender::generic;
  std::string bytes;  // one message or several, well-formed or not
};

// `begin` first creates the objects; `end` closes and deletes them after the buffers were sent, and
// unloads and loads the module again.
struct MessageBatch {
  bool begin = false, end = false;
  std::vector<MessageBuffer> buffers;
};

// What the module reports of itself; lists, devices and filters as checksums.
struct Holdings {
  std::uint32_t progs_held = 0, links_held = 0;
  std::uint64_t devices = 0;
  std::uint64_t filters = 0;  // of kFiltered
  std::array<std::uint64_t, std::size(message_fixture::kLists)> lists{};
  bool operator==(const Holdings&) const = default;
};

struct MessageReply {
  std::vector<std::string> datagrams;
  Holdings after;
};

struct MessageAnswers {
  std::uint16_t family = 0;
  std::array<std::uint32_t, message_fixture::kProgs> prog_ids{};
  Holdings before;
  std::vector<MessageReply> replies;  // one for each buffer
  Holdings left;                      // at the end, when everything is closed and deleted
};

// The result of a batch. Without answers the target came to harm, or, if `harm` is none, the guest
// was lost for an external reason, and the round has to be sent again from its beginning.
struct Exchanged {
  std::optional<MessageAnswers> answers;
  Harm harm = Harm::none;
};

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// A netlink message by its parts, before it becomes bytes. Mistakes in it are deliberate.
//
//   Draft d = request(family, MPROGCHECK_CMD_ATTACH);
//   d.put(MPROGCHECK_A_IFINDEX, 100U);
//   d.attributes.back().claimed = 3;   // a byte short
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/module/messages.hpp"

namespace mprogcheck {

struct Attribute {
  std::uint16_t type = 0;
  std::string payload;
  std::optional<std::uint16_t> claimed = {};  // a wrong length of the payload
};

struct Draft {
  Sender sender = Sender::generic;
  std::uint16_t type = 0;
  std::uint16_t flags = NLM_F_REQUEST | NLM_F_ACK;
  std::uint32_t sequence = 1;
  std::string head;  // behind the netlink header
  std::vector<Attribute> attributes;
  std::string rest;                          // behind the attributes
  std::optional<std::uint32_t> length = {};  // a wrong length for the header

  Draft& put(int what, std::uint16_t value);
  Draft& put(int what, std::uint32_t value);
  Draft& put(int what, std::uint64_t value);
  Draft& put(int what, std::string_view bytes);
  Draft& nest(int what, const std::vector<Attribute>& inside, std::string_view before = {});
  // The offset of the n-th attribute in the message.
  std::size_t offset_of(std::size_t n) const;
};

// Requests to a generic family, to rtnetlink about a device, and to tc about a qdisc or filter.
Draft request(std::uint16_t family, std::uint8_t command);
Draft request_about(std::uint16_t type, std::int32_t ifindex, std::uint16_t flags = 0);

Draft request_of_tc(std::uint16_t type, const tcmsg& head, std::uint16_t flags = 0);

std::string number_bytes(std::uint32_t value);
std::string number_bytes(std::uint64_t value);
// The header of a message about a device (struct ifinfomsg), with which PEER_INFO begins too.
std::string device_head(std::int32_t ifindex);

std::string bytes_of(const std::vector<Attribute>& attributes);
std::string bytes_of(const Draft& draft);
inline MessageBuffer buffer_of(const Draft& draft) {
  return {draft.sender, bytes_of(draft)};
}

// Offset, hexadecimal and readable characters, 16 bytes a line.
std::string hex_dump(std::string_view bytes);

}  // namespace mprogcheck

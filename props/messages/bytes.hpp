// SPDX-License-Identifier: GPL-2.0-only
// Parses the bytes of netlink messages.
#pragma once

#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

namespace mprogcheck {

// False if there are too few bytes.
template <class T>
bool take(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof(value)) return false;
  std::memcpy(&value, bytes.data(), sizeof(value));
  bytes.remove_prefix(sizeof(value));
  return true;
}

// Calls `each(head, payload)` for each attribute as long as it returns true. Returns the number of
// bytes behind the last valid attribute.
template <class Each>
std::size_t attributes_in(std::string_view bytes, Each&& each) {
  for (nlattr head; !bytes.empty();) {
    std::string_view rest = bytes;
    if (!take(rest, head) || head.nla_len < NLA_HDRLEN || head.nla_len > bytes.size() ||
        !each(head, rest.substr(0, head.nla_len - NLA_HDRLEN)))
      break;
    bytes.remove_prefix(std::min<std::size_t>(NLA_ALIGN(head.nla_len), bytes.size()));
  }
  return bytes.size();
}

// The messages in a buffer. Like the kernel this stops at the first message with an invalid length.
inline std::vector<std::string_view> messages_in(std::string_view bytes) {
  std::vector<std::string_view> out;
  for (nlmsghdr head;;) {
    std::string_view rest = bytes;
    if (!take(rest, head) || head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > bytes.size())
      return out;
    out.push_back(bytes.substr(0, head.nlmsg_len));
    bytes.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), bytes.size()));
  }
}

// The header of a message that messages_in() returned.
inline nlmsghdr head_of(std::string_view message) {
  nlmsghdr head{};
  take(message, head);
  return head;
}

}  // namespace mprogcheck

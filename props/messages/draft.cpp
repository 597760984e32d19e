// SPDX-License-Identifier: GPL-2.0-only
#include "props/messages/draft.hpp"

#include <fmt/format.h>
#include <linux/genetlink.h>

#include <cctype>

namespace mprogcheck {
namespace {

template <class T>
std::string raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

void pad(std::string& bytes) {
  bytes.resize(NLMSG_ALIGN(bytes.size()));
}

}  // namespace

std::string number_bytes(std::uint32_t value) {
  return raw(value);
}
std::string number_bytes(std::uint64_t value) {
  return raw(value);
}

std::string device_head(std::int32_t ifindex) {
  ifinfomsg head{};
  head.ifi_index = ifindex;
  return raw(head);
}

Draft& Draft::put(int what, std::string_view bytes) {
  attributes.push_back({.type = static_cast<std::uint16_t>(what), .payload = std::string(bytes)});
  return *this;
}
Draft& Draft::put(int what, std::uint16_t value) {
  return put(what, raw(value));
}
Draft& Draft::put(int what, std::uint32_t value) {
  return put(what, raw(value));
}
Draft& Draft::put(int what, std::uint64_t value) {
  return put(what, raw(value));
}
Draft& Draft::nest(int what, const std::vector<Attribute>& inside, std::string_view before) {
  return put(what | NLA_F_NESTED, std::string(before) + bytes_of(inside));
}

std::size_t Draft::offset_of(std::size_t n) const {
  return NLMSG_HDRLEN + NLMSG_ALIGN(head.size()) +
         bytes_of(
             std::vector(attributes.begin(), attributes.begin() + static_cast<std::ptrdiff_t>(n)))
             .size();
}

Draft request(std::uint16_t family, std::uint8_t command) {
  genlmsghdr head{};
  head.cmd = command;
  head.version = message_fixture::kFamilyVersion;
  Draft out;
  out.type = family;
  out.head = raw(head);
  return out;
}

namespace {

Draft routed(std::uint16_t type, std::uint16_t flags, std::string head) {
  Draft out;
  out.sender = Sender::route;
  out.type = type;
  out.flags = static_cast<std::uint16_t>(out.flags | flags);
  out.head = std::move(head);
  return out;
}

}  // namespace

Draft request_about(std::uint16_t type, std::int32_t ifindex, std::uint16_t flags) {
  return routed(type, flags, device_head(ifindex));
}

Draft request_of_tc(std::uint16_t type, const tcmsg& head, std::uint16_t flags) {
  return routed(type, flags, raw(head));
}

std::string bytes_of(const std::vector<Attribute>& attributes) {
  std::string out;
  for (const Attribute& one : attributes) {
    const auto length = one.claimed.value_or(static_cast<std::uint16_t>(one.payload.size()));
    const nlattr head{.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + length),
                      .nla_type = one.type};
    out += raw(head) + one.payload;
    pad(out);
  }
  return out;
}

std::string bytes_of(const Draft& draft) {
  std::string body = draft.head;
  if (!draft.attributes.empty()) pad(body);
  body += bytes_of(draft.attributes) + draft.rest;
  const auto whole = static_cast<std::uint32_t>(NLMSG_HDRLEN + body.size());
  const nlmsghdr head{.nlmsg_len = draft.length.value_or(whole),
                      .nlmsg_type = draft.type,
                      .nlmsg_flags = draft.flags,
                      .nlmsg_seq = draft.sequence,
                      .nlmsg_pid = 0};
  std::string out = raw(head) + body;
  pad(out);
  return out;
}

std::string hex_dump(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    std::string numbers, characters;
    for (const char c : bytes.substr(at, 16)) {
      numbers += fmt::format(" {:02x}", static_cast<unsigned char>(c));
      characters += std::isprint(static_cast<unsigned char>(c)) != 0 ? c : '.';
    }
    out += fmt::format("{:04x} {:<48}  {}\n", at, numbers, characters);
  }
  return out;
}

}  // namespace mprogcheck

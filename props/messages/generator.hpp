// SPDX-License-Identifier: GPL-2.0-only
// Generates messages. Some are valid; the others have a few mistakes in what they request, in their
// attributes, lengths or bytes.
#pragma once

#include <algorithm>

#include "props/messages/requests.hpp"

namespace mprogcheck {

template <Choices C>
class MessageGenerator {
 public:
  MessageGenerator(C& choices, const Numbers& numbers) : c_(choices), requests_(choices, numbers) {}

  // A buffer with one message, or now and then several.
  MessageBuffer next() {
    const std::uint32_t count = one_in(c_, 12) ? 2 + c_.below(4) : 1;
    MessageBuffer buffer;
    for (std::uint32_t i = 0; i < count; ++i) {
      Draft draft = requests_.any();
      if (i > 0 && is_routed(draft.sender) != is_routed(buffer.sender)) continue;
      const std::uint32_t mistakes = pick(c_, std::array<std::uint32_t, 5>{55, 27, 11, 5, 2});
      for (std::uint32_t k = 0; k < mistakes; ++k) spoil(draft);
      draft.sequence = ++sequence_;
      if (i == 0) buffer.sender = draft.sender;
      std::string bytes = bytes_of(draft);
      if (one_in(c_, 25)) spoil(bytes);
      buffer.bytes += bytes;
    }
    return buffer;
  }

 private:
  static bool is_routed(Sender sender) {
    return sender == Sender::route || sender == Sender::route_unprivileged;
  }

  void spoil(Draft& draft) {
    if (draft.attributes.empty() || one_in(c_, 4)) return spoil_around(draft);
    const std::size_t at = c_.below(static_cast<std::uint32_t>(draft.attributes.size()));
    // Mostly what is inside a nested attribute.
    if ((draft.attributes[at].type & NLA_F_NESTED) != 0 && !one_in(c_, 4))
      return spoil_inside(draft.attributes[at]);
    spoil(draft.attributes, at);
  }

  void spoil(std::vector<Attribute>& all, std::size_t at) {
    using Place = std::ptrdiff_t;
    Attribute& one = all[at];
    switch (c_.below(11)) {
      case 0:
        all.erase(all.begin() + static_cast<Place>(at));
        return;
      case 1:
        all.insert(
            all.begin() + static_cast<Place>(c_.below(static_cast<std::uint32_t>(all.size() + 1))),
            Attribute(one));
        return;
      case 2:
        one.claimed = static_cast<std::uint16_t>(one.payload.size() - 1);
        return;
      case 3:
        one.payload.resize(one.payload.size() + 1 + c_.below(8), '\x5a');
        return;
      case 4:
        one.payload.resize(
            one.payload.empty() ? 0 : c_.below(static_cast<std::uint32_t>(one.payload.size())));
        return;
      case 5:
        one.type = static_cast<std::uint16_t>(1 + c_.below(24));
        return;
      case 6:
        one.type ^= one_in(c_, 2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
        return;
      case 7:
        one.claimed = static_cast<std::uint16_t>(c_.below(65536));
        return;
      default:
        if (one.payload.size() != 8) {
          one.payload = number_bytes(odd_number());
          return;
        }
        std::uint64_t number = boundary();
        if (one_in(c_, 2)) number = -number;
        one.payload = number_bytes(number);
    }
  }

  // Rtnetlink's LINKINFO and, in that, DATA; tc's OPTIONS.
  void spoil_inside(Attribute& nest) {
    std::vector<Attribute> inside = parsed(nest.payload);
    if (inside.empty()) return;
    const auto last = inside.size() - 1;
    if (inside[last].type == (IFLA_INFO_DATA | NLA_F_NESTED) && !one_in(c_, 5)) {
      std::vector<Attribute> data = parsed(inside[last].payload);
      if (data.empty()) return;
      Attribute& one = data[c_.below(static_cast<std::uint32_t>(data.size()))];
      if (one_in(c_, 3))
        one.type = static_cast<std::uint16_t>(c_.below(56));
      else
        spoil(data, static_cast<std::size_t>(&one - data.data()));
      inside[last].payload = bytes_of(data);
    } else {
      spoil(inside, c_.below(static_cast<std::uint32_t>(inside.size())));
    }
    nest.payload = bytes_of(inside);
  }

  void spoil_around(Draft& draft) {
    switch (c_.below(9)) {
      case 0:
        draft.flags ^= static_cast<std::uint16_t>(1U << c_.below(16));
        return;
      case 1:
        draft.flags |= NLM_F_DUMP;
        return;
      case 2:
        draft.head[0] = static_cast<char>(c_.below(12));  // of a family the command
        return;
      case 3:
        draft.head[c_.below(static_cast<std::uint32_t>(draft.head.size()))] =
            static_cast<char>(c_.below(256));
        return;
      case 4:
        draft.head.resize(c_.below(static_cast<std::uint32_t>(draft.head.size())));
        return;
      case 5:
        draft.sender =
            is_routed(draft.sender) ? Sender::route_unprivileged : Sender::generic_unprivileged;
        return;
      case 6:
        draft.rest.assign(1 + c_.below(12), '\0');
        for (char& byte : draft.rest) byte = static_cast<char>(c_.below(256));
        return;
      case 7:
        add_odd(draft, static_cast<int>(c_.below(64)));
        return;
      default:
        draft.length = static_cast<std::uint32_t>(c_.below(64));
    }
  }

  void add_odd(Draft& draft, int type) { draft.put(type, odd_number()); }

  // All but the type: what the commands of others do to a guest is not ours to judge.
  void spoil(std::string& bytes) {
    static constexpr std::uint32_t kBehindType = 6;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    for (std::uint32_t i = 0; i <= c_.below(6); ++i)
      bytes[kBehindType + c_.below(size - kBehindType)] = static_cast<char>(c_.below(256));
  }

  static std::vector<Attribute> parsed(std::string_view bytes) {
    std::vector<Attribute> out;
    while (bytes.size() >= NLA_HDRLEN) {
      nlattr head;
      std::copy_n(bytes.data(), sizeof(head), reinterpret_cast<char*>(&head));
      if (head.nla_len < NLA_HDRLEN || head.nla_len > bytes.size()) return out;
      out.push_back({.type = head.nla_type,
                     .payload = std::string(bytes.substr(NLA_HDRLEN, head.nla_len - NLA_HDRLEN))});
      bytes.remove_prefix(std::min<std::size_t>(NLA_ALIGN(head.nla_len), bytes.size()));
    }
    return out;
  }

  std::uint32_t boundary() {
    static constexpr std::uint32_t kEdges[] = {
        0, 1, 2, 63, 64, 255, 256, 511, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
    return kEdges[c_.below(std::size(kEdges))];
  }

  // Of what there is one of another kind, or at the edge of what numbers can be.
  std::uint32_t odd_number() {
    switch (c_.below(4)) {
      case 0:
        return message_fixture::kNoDevice + c_.below(8);
      case 1:
        return message_fixture::kXdp + c_.below(4);
      case 2:
        return message_fixture::kClosed + c_.below(4);
      default:
        return boundary();
    }
  }

  C& c_;
  Requests<C> requests_;
  std::uint32_t sequence_ = 0;
};

}  // namespace mprogcheck

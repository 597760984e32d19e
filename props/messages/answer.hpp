// SPDX-License-Identifier: GPL-2.0-only
// Parses the replies to a message, which may be malformed, and judges them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/module/messages.hpp"
#include "model/words/errno.hpp"

namespace mprogcheck {

struct Answer {
  bool is_error = false;  // an NLMSG_ERROR; with Errno::ok an acknowledgement
  Errno error = Errno::ok;
  std::uint32_t sequence = 0;
  // Of the extended acknowledgement:
  std::string words;
  std::optional<std::uint32_t> offset;   // of the wrong attribute
  std::optional<std::uint32_t> missing;  // the type of the missing attribute
};

// The replies to a buffer. `malformed` says what is wrong with bytes that are no replies.
std::vector<Answer> answers_in(const MessageBuffer& buffer, const MessageReply& reply,
                               std::string& malformed);

// Whether all messages of the buffer were refused, so that nothing may have changed.
bool refused(const MessageBuffer& buffer, const std::vector<Answer>& answers);

// What is wrong with a reply, in a few words that are the same for the same mistake; empty if
// nothing is. `before` is what the module held when the buffer was sent; `family` is its number.
std::string wrong_with(const MessageBuffer& buffer, const MessageReply& reply,
                       const std::vector<Answer>& answers, const Holdings& before,
                       std::uint16_t family);

// How the holdings differ from those before; empty if they do not.
std::string change_of(const Holdings& before, const Holdings& after);

}  // namespace mprogcheck

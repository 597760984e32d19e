// SPDX-License-Identifier: GPL-2.0-only
// What a message was answered, read back with suspicion; and whether that can stand.
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
  bool is_error = false;  // or an acknowledgement, of Errno::ok; else it tells something
  Errno error = Errno::ok;
  std::uint32_t sequence = 0;
  std::string words;                     // of the extended acknowledgement, as are these:
  std::optional<std::uint32_t> offset;   // of the attribute that is wrong
  std::optional<std::uint32_t> missing;  // the type of the one that is not there
};

// The answers to a buffer; `malformed` says what is wrong with the bytes if they are none.
std::vector<Answer> answers_in(const MessageBuffer& buffer, const MessageReply& reply,
                               std::string& malformed);

// Whether all messages in the buffer were refused: then nothing may have changed.
bool refused(const MessageBuffer& buffer, const std::vector<Answer>& answers);

// What is wrong with a reply, in a few words that are the same for the same mistake; empty if
// nothing is. `before` is what was held when the buffer was sent, `family` the module's number.
std::string wrong_with(const MessageBuffer& buffer, const MessageReply& reply,
                       const std::vector<Answer>& answers, const Holdings& before,
                       std::uint16_t family);

// What is held otherwise than before; empty if nothing is.
std::string change_of(const Holdings& before, const Holdings& after);

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The refusals that follow from the message alone, whatever state the kernel is in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "impl/module/messages.hpp"
#include "model/words/errno.hpp"

namespace mprogcheck {

struct Due {
  Errno error = Errno::inval;
  std::string_view mistake = {};
  std::optional<std::uint32_t> offset = {};   // of the attribute that the reply must name
  std::optional<std::uint32_t> missing = {};  // its type
};

// The refusal that a message must get. A request to the family with valid headers is checked in
// this order: the first attribute that its command does not have or that has another size, bytes
// behind the last attribute, the first attribute that occurs twice, the first that is missing, and
// the privilege that some commands need. A request to rtnetlink that changes something is checked
// for the privilege before anything else. Empty where the message must not be refused, or where
// that depends on more than the message.
std::optional<Due> due(Sender sender, std::string_view message, std::uint16_t family);

}  // namespace mprogcheck

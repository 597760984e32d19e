// SPDX-License-Identifier: GPL-2.0-only
// The refusals that can be told from a message alone, whatever there is in the kernel.
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
  std::optional<std::uint32_t> offset = {};   // of the attribute to be named
  std::optional<std::uint32_t> missing = {};  // its type
};

// Of a request to the family whose heads are sound: the first attribute that its command has not or
// that is of another shape, bytes behind the last, the first that is there twice, the first that is
// missing; then the privilege that some commands need of everybody. Of a request to rtnetlink that
// changes something: the privilege, which is asked for before all else. None where nothing is due,
// or what is due depends on more than the message.
std::optional<Due> due(Sender sender, std::string_view message, std::uint16_t family);

}  // namespace mprogcheck

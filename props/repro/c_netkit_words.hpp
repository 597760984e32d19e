// SPDX-License-Identifier: GPL-2.0-only
// What netkit's values and devices are called in a C reproducer. Not for use elsewhere.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "model/words/operation.hpp"

namespace mprogcheck::repro::c_words {

inline constexpr std::string_view kAddresses[] = {"ZERO", "ADDRESS_A", "ADDRESS_B", "MULTICAST",
                                                  "OWN"};

inline std::string address(std::uint32_t value) {
  return std::string(kAddresses[value]);
}

inline std::string name_of(std::uint32_t name) {
  return name < kMadeUpName ? fmt::format("d{}", name) : fmt::format("nk{}", name - kMadeUpName);
}

inline std::string value_word(Key key, std::uint32_t value) {
  const ValueName* const name = value_name(key, value);
  return name && !name->uapi.empty() ? std::string(name->uapi) : fmt::format("{}", value);
}

inline std::string other_name(std::uint8_t peer) {
  return peer == kNoDevice ? "NOBODY_ELSE" : fmt::format("d{}", peer);
}

}  // namespace mprogcheck::repro::c_words

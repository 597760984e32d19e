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
  const auto one_of = [&](std::string_view zero, std::uint32_t other, std::string_view word) {
    return value == 0       ? std::string(zero)
           : value == other ? std::string(word)
                            : fmt::format("{}", value);
  };
  switch (key) {
    case Key::policy:
    case Key::peer_policy:
      return one_of("NETKIT_PASS", netkit::drop, "NETKIT_DROP");
    case Key::mode:
      return one_of("NETKIT_L2", netkit::l3, "NETKIT_L3");
    case Key::scrub:
    case Key::peer_scrub:
      return one_of("NETKIT_SCRUB_NONE", netkit::scrub, "NETKIT_SCRUB_DEFAULT");
    case Key::pairing:
      return one_of("NETKIT_DEVICE_PAIR", netkit::single, "NETKIT_DEVICE_SINGLE");
    default:
      return fmt::format("{}", value);
  }
}

inline std::string other_name(std::uint8_t peer) {
  return peer == kNoDevice ? "NOBODY_ELSE" : fmt::format("d{}", peer);
}

}  // namespace mprogcheck::repro::c_words

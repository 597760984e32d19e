// SPDX-License-Identifier: GPL-2.0-only
// What an operation meets, as features that can be counted: generic facts of the request and of the
// state it comes to, each together with the clause that decides, and all of them at once.
//
// A fact is a class of values: a reference by its kind and by where on the list it stands, a list
// by its length near the ends, a revision by its relation to the present one. Names are left out,
// so that the same request about other programs is the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/world/world.hpp"

namespace mprogcheck {

// Features are numbers below this. Two may share one: then both count as met when either is.
inline constexpr std::uint32_t kFeatures = 1U << 16;

class Encounter {
 public:
  // Before the step: what is asked for, and of which state.
  void look(const World& before, const Operation& op);
  // After it, with what it came to: appends the features to `out`, at least two.
  void features(const Operation& op, const Prediction& came_to, std::vector<std::uint16_t>& out);

 private:
  enum class Fact : std::uint8_t;
  void add(Fact fact, std::uint64_t value);
  void look_at_references(const World& w, const Chain* list, const Operation& op);
  void look_at_fields(const World& w, const Chain* list, const Operation& op);
  void look_at_list(const Chain& list);
  void look_at_device(const DeviceView& device, bool other_side);
  void look_at_filters(const World& w, std::uint8_t device);

  std::array<std::uint32_t, 96> facts_;
  std::size_t count_ = 0;
};

}  // namespace mprogcheck

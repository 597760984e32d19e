// SPDX-License-Identifier: GPL-2.0-only
// The attribute of a call with as many bytes as its operation gives, in memory that shows what is
// written beside them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "impl/bpf_abi.hpp"
#include "model/words/bpf_attribute.hpp"

namespace mprogcheck {

class GuardedAttribute {
 public:
  // The fields of the call as far as the bytes reach; behind them 0, but for the dirty byte.
  GuardedAttribute(const Operation& op, const abi::Call& call) : size_(bytes_given(op)) {
    memory_.fill(kUnwritten);
    std::fill_n(bytes(), size_, std::uint8_t{0});
    std::memcpy(bytes(), call.words.data(), std::min<std::size_t>(size_, call.size));
    if (op.dirty < size_) bytes()[op.dirty] = 1;
  }

  std::uint8_t* bytes() { return memory_.data() + kAround; }
  std::size_t size() const { return size_; }

  // Puts what was answered into the fields of the call; those that do not arrive stay.
  void answer(abi::Call& call) {
    std::memcpy(call.words.data(), bytes(), std::min<std::size_t>(size_, call.size));
  }

  bool strayed() {
    const auto written = [](std::uint8_t byte) { return byte != kUnwritten; };
    return std::any_of(memory_.data(), bytes(), written) ||
           std::any_of(bytes() + size_, memory_.data() + memory_.size(), written);
  }

 private:
  static constexpr std::size_t kAround = 64;
  static constexpr std::uint8_t kUnwritten = 0xa5;
  alignas(8) std::array<std::uint8_t, kAround + kLongestAttribute + kAround> memory_;
  std::size_t size_;
};

}  // namespace mprogcheck

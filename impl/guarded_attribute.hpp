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
    std::memcpy(memory_.data(), kUnwritten.data(), kAround);
    std::memset(bytes(), 0, size_);
    std::memcpy(bytes() + size_, kUnwritten.data(), kAround);
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
    return std::memcmp(memory_.data(), kUnwritten.data(), kAround) != 0 ||
           std::memcmp(bytes() + size_, kUnwritten.data(), kAround) != 0;
  }

 private:
  // More than all fields of any command: whoever writes a field that was not given writes here.
  static constexpr std::size_t kAround = 256;
  static constexpr std::array<std::uint8_t, kAround> kUnwritten = [] {
    std::array<std::uint8_t, kAround> out{};
    out.fill(0xa5);
    return out;
  }();
  alignas(8) std::array<std::uint8_t, kAround + kLongestAttribute +
                                          kAround> memory_;  // the rest is left unset, for speed
  std::size_t size_;
};

}  // namespace mprogcheck

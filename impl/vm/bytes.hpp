// SPDX-License-Identifier: GPL-2.0-only
// Values as bytes, for wire.cpp and wire_observations.cpp. What is read has been sent by a guest: a
// frame that ends too early, and a byte that is no bool or enumerator, are Garbled.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "impl/vm/wire.hpp"
#include "model/words/attributes.hpp"

namespace mprogcheck::vm {

// What travels as its bytes. A Dialect refers to a table of this program: what holds one travels
// field by field.
template <class T>
concept RefersToTables =
    std::is_same_v<T, Dialect> || std::is_same_v<T, Header> || std::is_same_v<T, StressOptions>;
template <class T>
concept TravelsWhole =
    std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !RefersToTables<T>;

class Writer {
 public:
  template <class T>
  Writer& operator<<(const T& value) {
    static_assert(TravelsWhole<T>);
    const auto* from = reinterpret_cast<const char*>(&value);
    out_.append(from, sizeof(T));
    return *this;
  }
  Writer& operator<<(std::string_view text) {
    *this << static_cast<std::uint32_t>(text.size());
    out_.append(text);
    return *this;
  }
  Writer& operator<<(const std::string& text) { return *this << std::string_view(text); }
  template <class T>
  Writer& all(std::span<const T> values) {
    static_assert(TravelsWhole<T>);
    out_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return *this;
  }
  std::string done() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}
  template <class T>
  Reader& operator>>(T& value) {
    static_assert(TravelsWhole<T>);
    std::memcpy(&value, take(sizeof(T)), sizeof(T));
    return *this;
  }
  Reader& operator>>(std::string& text) {
    std::uint32_t length = 0;
    *this >> length;
    text.assign(take(length), length);
    return *this;
  }
  template <class T>
  Reader& all(std::span<T> values) {
    static_assert(TravelsWhole<T>);
    std::memcpy(values.data(), take(values.size_bytes()), values.size_bytes());
    return *this;
  }
  std::size_t left() const { return left_.size(); }
  void end() const {
    if (!left_.empty()) throw Garbled("a frame with more bytes than its kind has");
  }

 private:
  const char* take(std::size_t count) {
    if (count > left_.size()) throw Garbled("a frame that ends too early");
    const char* const at = left_.data();
    left_.remove_prefix(count);
    return at;
  }
  std::string_view left_;
};

template <class T>
T checked(std::uint8_t byte, T last) {
  if (byte > static_cast<std::uint8_t>(last)) throw Garbled("a value that its type does not have");
  return static_cast<T>(byte);
}
inline bool truth(std::uint8_t byte) {
  return checked(byte, true);
}
inline void check_keys(KeySet keys) {
  if (!(keys - kAllKeys).empty()) throw Garbled("an attribute that does not exist");
}
std::uint8_t byte_of(auto value) {
  return static_cast<std::uint8_t>(value);
}

}  // namespace mprogcheck::vm

// SPDX-License-Identifier: GPL-2.0-only
// CLI11 takes what strtoull and strtod take: signs, octal, hexadecimal, nan, and what does not fit.
#include "props/cli/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace mprogcheck::cli {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The largest is nobody's choice and has a name that people read.
std::string in_words(std::uint64_t n) {
  return n == ~std::uint64_t{0} ? "2^64-1" : std::to_string(n);
}

}  // namespace

Check decimal(Range range) {
  return [range](std::string& text) {
    const bool negative = text.size() > 1 && text[0] == '-';
    if (text.empty() || !std::all_of(text.begin() + negative, text.end(), is_digit))
      return fmt::format("'{}' is not a number; expected decimal digits, in range [{}, {}]", text,
                         in_words(range.least), in_words(range.most));
    std::uint64_t value = 0;
    const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (negative || error != std::errc{} || value < range.least || value > range.most)
      return fmt::format("{} is not in range [{}, {}]", text, in_words(range.least),
                         in_words(range.most));
    text = fmt::format("{}", value);
    return std::string();
  };
}

Check size_in_bytes() {
  return [](std::string& text) {
    static constexpr std::string_view kUnits = "KMG";
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    auto [last, error] = std::from_chars(text.data(), end, value);
    std::size_t shift = 0;
    if (last != end && kUnits.find(*last) != kUnits.npos) shift = 10 * (kUnits.find(*last++) + 1);
    if (text.empty() || error != std::errc{} || last != end || value << shift >> shift != value)
      return fmt::format("expected a size such as 4096, 300M or 2G, not '{}'", text);
    text = fmt::format("{}", value << shift);
    return std::string();
  };
}

Check duration() {
  return [](std::string& text) {
    std::string_view number = text;
    double unit = 1;
    if (!number.empty() && !is_digit(number.back())) {
      unit = number.back() == 's' ? 1 : number.back() == 'm' ? 60 : 3600;
      if (unit == 3600 && number.back() != 'h') unit = NAN;
      number.remove_suffix(1);
    }
    double value = 0;
    const bool plain =
        std::all_of(number.begin(), number.end(), [](char c) { return is_digit(c) || c == '.'; });
    const auto [last, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    const double seconds = unit * value;
    if (number.empty() || !plain || error != std::errc{} || last != number.data() + number.size() ||
        !(seconds > 0 && seconds <= 3600.0 * kLongestHours))
      return fmt::format(
          "expected a time such as 60s, 10m or 1.5h, more than 0 and at most {}h, not '{}'",
          kLongestHours, text);
    text = fmt::format("{}", seconds);
    return std::string();
  };
}

Check iso_date() {
  return [](std::string& text) {
    // 9 is any digit.
    for (const std::string_view form : {"9999-99-99", "9999-99-99T99:99:99"})
      if (std::equal(form.begin(), form.end(), text.begin(), text.end(),
                     [](char f, char c) { return f == '9' ? is_digit(c) : f == c; }))
        return std::string();
    return fmt::format("expected a date such as 2026-01-31 or 2026-01-31T12:00:00, not '{}'", text);
  };
}

Check named(const std::string& what) {
  return [what](std::string& text) {
    return text.empty() ? fmt::format("expected {}", what) : std::string();
  };
}

}  // namespace mprogcheck::cli

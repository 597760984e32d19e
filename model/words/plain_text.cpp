// SPDX-License-Identifier: GPL-2.0-only
#include "model/words/plain_text.hpp"

#include <algorithm>
#include <cstdint>

namespace mprogcheck {
namespace {

constexpr std::string_view kColors[] = {"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"};
constexpr std::string_view kDigits = "0123456789abcdef";

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: they are no UTF-8
};

// The first one. No longer form than need be, no surrogates, nothing above U+10FFFF.
Character first(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const std::size_t bytes = byte(0) >= 0xf8   ? 0
                            : byte(0) >= 0xf0 ? 4
                            : byte(0) >= 0xe0 ? 3
                            : byte(0) >= 0xc0 ? 2
                                              : 0;
  if (bytes == 0 || text.size() < bytes) return {};
  std::uint32_t code = byte(0) & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kLeast[bytes] || surrogate || code > 0x10ffff) return {};
  return {code, bytes};
}

bool is_plain(std::uint32_t code) {
  const auto among = [&](std::uint32_t begin, std::uint32_t end) {
    return code >= begin && code <= end;
  };
  if (code == '\n' || code == '\t') return true;
  return !(among(0, 0x1f) || among(0x7f, 0x9f) ||  // controls
           code == 0x61c || among(0x200b, 0x200f) || among(0x202a, 0x202e) ||
           among(0x2060, 0x206f) || among(0xfff9, 0xfffb) ||     // of direction, or not to be seen
           among(0x2028, 0x2029) || code == 0xfeff ||            // of lines; a byte order mark
           among(0xe0000, 0xe007f) ||                            // tags
           among(0xfdd0, 0xfdef) || (code & 0xfffe) == 0xfffe);  // no characters
}

void write_out(std::string& out, char kind, std::uint32_t code, int digits) {
  out += '\\';
  out += kind;
  for (int i = digits; i-- > 0;) out += kDigits[code >> 4 * i & 0xf];
}

std::string filtered(std::string_view text, bool colors) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto* const color =
        colors && text[0] == '\x1b'
            ? std::find_if(std::begin(kColors), std::end(kColors),
                           [&](std::string_view one) { return text.starts_with(one); })
            : std::end(kColors);
    const Character c = first(text);
    std::size_t taken = std::max<std::size_t>(c.bytes, 1);
    if (color != std::end(kColors))
      out += text.substr(0, taken = color->size());
    else if (c.bytes == 0)
      write_out(out, 'x', static_cast<unsigned char>(text[0]), 2);
    else if (is_plain(c.code))
      out += text.substr(0, taken);
    else if (c.code < 0x80 && !text.starts_with("\r\n"))
      write_out(out, 'x', c.code, 2);
    else if (c.code >= 0x80)
      write_out(out, c.code > 0xffff ? 'U' : 'u', c.code, c.code > 0xffff ? 8 : 4);
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace

std::string plain_text(std::string_view text) {
  return filtered(text, false);
}

std::string plain_text_in_colors(std::string_view text) {
  return filtered(text, true);
}

std::string fence_around(std::string_view text) {
  std::size_t longest = 7, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  return std::string(longest + 1, '`');
}

}  // namespace mprogcheck

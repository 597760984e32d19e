// SPDX-License-Identifier: GPL-2.0-only
#include "model/words/plain_text.hpp"

#include <gtest/gtest.h>

namespace mprogcheck {
namespace {

TEST(PlainText, is_left_as_it_is) {
  const std::string text =
      "Linux 6.18 \t\"quoted\" `ticks` */ ?\?/\nGr\u00fc\u00dfe \u4e16\u754c \U0001f600";
  EXPECT_EQ(plain_text(text), text);
  EXPECT_EQ(plain_text_in_colors(text), text);
}

TEST(PlainText, has_no_controls) {
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\n' || c == '\t') continue;
    const std::string out = plain_text("a" + std::string(1, static_cast<char>(c)) + "b");
    constexpr const char* kDigits = "0123456789abcdef";
    EXPECT_EQ(out, std::string("a\\x") + kDigits[c >> 4] + kDigits[c & 15] + "b");
  }
  EXPECT_EQ(plain_text("\x7f"), "\\x7f");
  EXPECT_EQ(plain_text("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
  EXPECT_EQ(plain_text("\u009b31m\u0085"), "\\u009b31m\\u0085");  // C1
  EXPECT_EQ(plain_text("a\r\nb\rc"), "a\nb\\x0dc");
}

TEST(PlainText, runs_in_one_direction) {
  for (const char* mark : {"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067",
                           "\u2068", "\u2069", "\u200e", "\u200f", "\u061c", "\u2028", "\ufeff"})
    EXPECT_EQ(plain_text(mark).substr(0, 2), "\\u") << mark;
  EXPECT_EQ(plain_text("a\u202e"
                       "b"),
            "a\\u202eb");
  EXPECT_EQ(plain_text("\U000e0041"), "\\U000e0041");
}

TEST(PlainText, is_utf_8_that_xml_can_hold) {
  EXPECT_EQ(plain_text("\xff"), "\\xff");
  EXPECT_EQ(plain_text("\xc0\xaf"), "\\xc0\\xaf");                    // longer than need be
  EXPECT_EQ(plain_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(plain_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(plain_text("\xe4\xb8"), "\\xe4\\xb8");                    // cut off
  EXPECT_EQ(plain_text("\xe4x"), "\\xe4x");
  EXPECT_EQ(plain_text("\uffff"), "\\uffff");
  EXPECT_EQ(plain_text(std::string(1, '\0')), "\\x00");
}

TEST(PlainText, may_keep_colors_and_nothing_else) {
  const std::string green = "\x1b[1m\x1b[32mconforms\x1b[0m";
  EXPECT_EQ(plain_text_in_colors(green), green);
  EXPECT_EQ(plain_text(green), "\\x1b[1m\\x1b[32mconforms\\x1b[0m");
  EXPECT_EQ(plain_text_in_colors("\x1b[2J\x1b[8m\r"), "\\x1b[2J\\x1b[8m\\x0d");
}

TEST(PlainText, is_fenced_by_more_than_it_has) {
  EXPECT_EQ(fence_around("``"), "````````");
  EXPECT_EQ(fence_around("a\n`````````\nb ``"), "``````````");
}

}  // namespace
}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The runtime of C reproducers (runtime/*.c, which are built in) in pieces, and those of them that
// a program uses. A piece is what stands between two empty lines; a line of `#include` or `#define`
// is one by itself. What a piece needs is found by looking for names that others define.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mprogcheck::repro {

// What the text has besides comments, strings and characters, in the same places.
std::string code_of(std::string_view text);

// The names in code, without those of members (behind '.' or '->').
std::vector<std::string_view> names_in(std::string_view code);
std::vector<std::string_view> names_in(std::string&& code) = delete;  // they would refer to nothing

struct Piece {
  std::string text;                  // without the empty line behind it
  std::vector<std::string> defines;  // nothing: it is always there
  std::vector<std::string> uses;
  bool joined = false;  // no empty line between it and the one before
  std::string remark;   // above it and those that are joined to it
};

std::vector<Piece> pieces_of(std::string_view text);

// `text`, with the pieces in front of it that it uses; declarations are pieces of the program's
// own, which stand behind the headers. Of what is behind `#ifdef` they have what is `defined`.
std::string with_runtime(std::string_view declarations, std::string_view text,
                         const std::set<std::string_view>& defined = {});

// The text as the preprocessor leaves it where of all names behind `#ifdef` these are defined.
std::string without_ifdefs(std::string_view text, const std::set<std::string_view>& defined);

// The files of the runtime in their order, headers first.
std::span<const std::string_view> runtime_files();

}  // namespace mprogcheck::repro

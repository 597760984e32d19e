// SPDX-License-Identifier: GPL-2.0-only
// What several owners ask of the order of one list.
//
//   firewall: fw first
//   metrics: count after fw        # somewhere behind it, not next to it
//   tracing: trace present         # anywhere
//
// One directive a line; every program that one names is wanted on the list. A request's BEFORE and
// AFTER bind only while it runs; a directive is to hold of the list that comes out in the end.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/text.hpp"

namespace mprogcheck {

enum class Wish : std::uint8_t { before, after, first, last, present };

struct Directive {
  std::string owner, prog;
  Wish wish = Wish::present;
  std::string other;  // of before and after
  Spot spot{};        // where its line begins

  // Before and after are one relation, told from either end.
  bool relative() const { return wish == Wish::before || wish == Wish::after; }
  const std::string& front() const { return wish == Wish::after ? other : prog; }
  const std::string& behind() const { return wish == Wish::after ? prog : other; }
};

// Throws ParseError. `file` is for messages only. A name is a word of letters, digits, _, . and -;
// a number may stand behind it, as in fw#12, where names repeat.
std::vector<Directive> parse_directives(std::string_view text, std::string_view file);

std::string print(const Directive& directive);

// All programs there are to be: those on the list in its order, then the others as they are named.
std::vector<std::string> programs_of(std::span<const std::string> list,
                                     std::span<const Directive> directives);

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// What somebody meant who mistyped a word.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "props/cli/command.hpp"

namespace mprogcheck::cli {
namespace {

// How many letters to insert, remove, replace or exchange with their neighbour to make one word the
// other.
std::size_t edits_between(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& words) {
  std::string best;
  std::size_t fewest = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string& other : words)
    if (const std::size_t edits = edits_between(word, other);
        edits < fewest && edits < other.size())
      fewest = edits, best = other;
  return best;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& words) {
  const std::string meant = nearest(word, words);
  return meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant);
}

}  // namespace mprogcheck::cli

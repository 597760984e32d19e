// SPDX-License-Identifier: GPL-2.0-only
// Which of many releases show a deviation, without asking all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "props/search/minimize.hpp"

namespace mprogcheck {

enum class Shows : std::uint8_t {
  untested,  // nobody asked: the nearest tested ones on both sides in its series agree
  yes,
  no,
  not_run,  // it could not be asked
};
std::string_view word(Shows shows);  // "shown", "not shown", "not run", "not tested"

struct Tested {
  std::string name;    // as people call it: 6.12.57, or a path
  std::string series;  // 6.12
  Shows shows = Shows::untested;
  std::string why = {};  // it was not run
};

// Fills in the rows, oldest first. Of a series of more than kFew rows the ends are asked, and where
// they differ, the change between them is searched by halves; one that cannot be asked gives way
// to its nearest neighbour. `all` asks every row. The newest of each series is asked first.
inline constexpr std::size_t kFew = 4;
using Ask = std::function<Shows(std::size_t row, std::string& why)>;
void bisect(std::vector<Tested>& rows, bool all, const Ask& ask);

// Rows that follow each other, of those that were asked, and answered the same.
struct Stretch {
  Shows shows;
  std::size_t first, last;
};
std::vector<Stretch> stretches(const std::vector<Tested>& rows);

// "shown from 6.12.1 to 7.2.13, not in 7.3-rc7"; of one that nobody shows "not shown from ... to
// ..."; "not run on any".
std::string sentence(const std::vector<Tested>& rows);

// Of one target after the other: whether it shows a deviation. Without a name that is the first
// one that any of them shows.
class SameDeviation {
 public:
  SameDeviation(Trace trace, std::string bucket)
      : trace_(std::move(trace)), bucket_(std::move(bucket)) {}
  // Throws CannotRun.
  Shows on(Target& target);
  const std::string& bucket() const { return bucket_; }

 private:
  Trace trace_;
  std::string bucket_;
};

}  // namespace mprogcheck

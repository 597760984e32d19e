// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/bisect.hpp"

#include <algorithm>
#include <optional>

namespace mprogcheck {
namespace {

class Bisection {
 public:
  Bisection(std::vector<Tested>& rows, const Ask& ask) : rows_(rows), ask_(ask) {}

  bool answers(std::size_t i) {
    Tested& row = rows_[i];
    if (row.shows == Shows::untested) row.shows = ask_(i, row.why);
    return row.shows == Shows::yes || row.shows == Shows::no;
  }

  void all(std::size_t begin, std::size_t end) {
    for (std::size_t i = end; i-- > begin;) answers(i);
  }

  // Between two that answer, and differ.
  void change_between(std::size_t low, std::size_t high) {
    while (high - low > 1) {
      const auto middle = nearest(low, high);
      if (!middle) return;  // none of those between could be asked
      (rows_[*middle].shows == rows_[low].shows ? low : high) = *middle;
    }
  }

  void ends(std::size_t begin, std::size_t end) {
    std::size_t high = end, low = begin;
    while (high > begin && !answers(high - 1)) --high;
    if (high == begin) return;
    --high;
    while (low < high && !answers(low)) ++low;
    if (rows_[low].shows != rows_[high].shows) change_between(low, high);
  }

 private:
  // The row nearest to the middle that answers.
  std::optional<std::size_t> nearest(std::size_t low, std::size_t high) {
    const std::size_t middle = low + (high - low) / 2;
    for (std::size_t away = 0; away < high - low; ++away) {
      if (middle + away < high && answers(middle + away)) return middle + away;
      if (away != 0 && middle > low + away && answers(middle - away)) return middle - away;
    }
    return std::nullopt;
  }

  std::vector<Tested>& rows_;
  const Ask& ask_;
};

std::string span_of(const std::vector<Tested>& rows, const Stretch& s) {
  return s.first == s.last ? "in " + rows[s.first].name
                           : "from " + rows[s.first].name + " to " + rows[s.last].name;
}

std::string spans_of(const std::vector<Tested>& rows, const std::vector<Stretch>& all,
                     Shows shows) {
  std::string out;
  for (const Stretch& s : all)
    if (s.shows == shows) out += (out.empty() ? "" : " and ") + span_of(rows, s);
  return out;
}

}  // namespace

std::string_view word(Shows shows) {
  switch (shows) {
    case Shows::untested:
      return "not tested";
    case Shows::yes:
      return "shown";
    case Shows::no:
      return "not shown";
    case Shows::not_run:
      return "not run";
  }
  return "?";
}

void bisect(std::vector<Tested>& rows, bool all, const Ask& ask) {
  Bisection b(rows, ask);
  for (std::size_t end = rows.size(), begin = end; end != 0; end = begin) {
    while (begin != 0 && rows[begin - 1].series == rows[end - 1].series) --begin;
    if (all || end - begin <= kFew)
      b.all(begin, end);
    else
      b.ends(begin, end);
  }
}

std::vector<Stretch> stretches(const std::vector<Tested>& rows) {
  std::vector<Stretch> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Shows shows = rows[i].shows;
    if (shows != Shows::yes && shows != Shows::no) continue;
    if (!out.empty() && out.back().shows == shows)
      out.back().last = i;
    else
      out.push_back({shows, i, i});
  }
  return out;
}

std::string sentence(const std::vector<Tested>& rows) {
  const std::vector<Stretch> all = stretches(rows);
  if (all.empty()) return "not run on any";
  const std::string shown = spans_of(rows, all, Shows::yes),
                    not_shown = spans_of(rows, all, Shows::no);
  if (shown.empty()) return "not shown " + not_shown;
  return "shown " + shown + (not_shown.empty() ? "" : ", not " + not_shown);
}

Shows SameDeviation::on(Target& target) {
  if (const std::string why = unsupported(trace_, target.capabilities()); !why.empty())
    throw CannotRun(target.name() + " " + why);
  const std::vector<Shown> shown = deviations_on(target, trace_);
  if (bucket_.empty() && !shown.empty()) bucket_ = shown.front().bucket;
  const bool shows =
      std::any_of(shown.begin(), shown.end(), [&](const Shown& s) { return s.bucket == bucket_; });
  return shows ? Shows::yes : Shows::no;
}

}  // namespace mprogcheck

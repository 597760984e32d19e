// SPDX-License-Identifier: GPL-2.0-only
#include "model/words/releases.hpp"

#include <algorithm>

#include "model/words/tokens.hpp"

namespace mprogcheck {
namespace {

using namespace tokens;

std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::size_t digits = 0;
  std::uint32_t n = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits == 9) return std::nullopt;
    n = 10 * n + static_cast<std::uint32_t>(text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return n;
}

// A release, or a series.
struct Named {
  Release release;
  bool series = false;
};

// Takes as much as belongs to a name.
std::optional<Named> take_named(std::string_view& text) {
  Named out;
  const auto version = take_number(text);
  if (!version || !text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  const auto patchlevel = take_number(text);
  if (!patchlevel) return std::nullopt;
  out.release.version = *version;
  out.release.patchlevel = *patchlevel;
  out.series = true;
  const auto take = [&](std::string_view before, std::uint32_t& to) {
    std::string_view rest = text;
    if (!rest.starts_with(before)) return;
    rest.remove_prefix(before.size());
    const auto n = take_number(rest);
    if (!n) return;
    to = *n;
    text = rest;
    out.series = false;
  };
  take(".", out.release.sublevel);
  // A candidate of a point release is one of the point release for people, not for us.
  if (out.release.sublevel == 0)
    for (const std::string_view before : {"-rc", "~rc"}) take(before, out.release.candidate);
  return out;
}

}  // namespace

std::optional<Release> release_in(std::string_view uname) {
  const auto named = take_named(uname);
  if (!named) return std::nullopt;
  return named->release;
}

std::vector<ReleaseRange> ranges_in(std::string_view releases, const ReleasesFail& fail) {
  std::vector<Token> all;
  for (Token t : tokens_of(releases)) {
    const std::size_t end = t.text.find_last_not_of(',') + 1;
    all.push_back({t.text.substr(0, end), t.column});
    if (end < t.text.size()) all.push_back({t.text.substr(end), t.column + end});
  }
  std::vector<ReleaseRange> out;
  std::size_t next = 0;
  bool failed = false;
  const auto wrong = [&](std::size_t at, const std::string& what) {
    if (!failed && fail) fail(at, what);
    failed = true;
  };
  const auto column = [&] { return next < all.size() ? all[next].column : releases.size() + 1; };
  const auto is = [&](std::string_view word) {
    return next < all.size() && all[next].text == word;
  };
  const auto named = [&]() -> Named {
    std::string_view text = next < all.size() ? all[next].text : std::string_view();
    const auto n = take_named(text);
    if (!n || !text.empty()) {
      wrong(column(), "expected a release such as 6.12, 6.12.113 or 7.3-rc2");
      return {};
    }
    ++next;
    return *n;
  };
  constexpr Release kFirstOf{0, 0, 0, 0}, kLastOf{0, 0, Release::kFinal, Release::kFinal};
  const auto of_series = [](const Named& n, Release end) {
    if (!n.series) return n.release;
    end.version = n.release.version;
    end.patchlevel = n.release.patchlevel;
    return end;
  };
  while (!failed) {
    const bool open = is("from");
    next += open;
    const std::size_t begin = column();
    const Named first = named();
    Named last = first;
    if (!open && is("to")) {
      ++next;
      last = named();
    }
    ReleaseRange range{of_series(first, kFirstOf), of_series(last, kLastOf)};
    if (open) range.last = {Release::kFinal, Release::kFinal, Release::kFinal, Release::kFinal};
    if (!failed && range.last < range.first) wrong(begin, "this range ends before it begins");
    out.push_back(range);
    if (next == all.size()) break;
    if (!is(",")) wrong(column(), "expected ',' and another range, or the end of the line");
    ++next;
  }
  if (failed) out.clear();
  return out;
}

bool lists(std::string_view releases, const Release& release) {
  const auto ranges = ranges_in(releases);
  return std::any_of(ranges.begin(), ranges.end(), [&](const ReleaseRange& r) {
    return r.first <= release && release <= r.last;
  });
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "model/words/history.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "model/words/text.hpp"
#include "model/words/tokens.hpp"

namespace mprogcheck {
namespace {

using namespace tokens;

// Takes the stamps out of a text, so that what is left is that of traces, each word where it was.
class Stamps : LineReader {
 public:
  Stamps(std::string_view text, std::string_view file) : LineReader(file), text_(text) {
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      ++at_.line;
      take(begin, end);
      begin = end + 1;
    }
  }

  const std::string& rest() const { return text_; }

  // Of the operation in that line, the next in its history.
  Stamp stamp(std::size_t line, bool answered) {
    at_.line = line;
    const auto found = stamps_.find(line);
    if (found == stamps_.end())
      fail(at_, 1, "expected who called and when, as in '0:3-4', in front of an operation");
    const auto [stamp, column] = found->second;
    stamps_.erase(found);
    if (!answered) fail(at_, column, "expected what was answered behind '=>'");
    if (stamp.invoked >= stamp.returned)
      fail(at_, column, "a call returns after it was invoked; the second number is the larger");
    if (stamp.invoked < latest_)
      fail(at_, column, "calls stand in the order in which they were invoked");
    if (stamp.invoked < returned_[stamp.process])
      fail(at_, column, "a process makes one call at a time, and this one's last had not returned");
    latest_ = stamp.invoked;
    returned_[stamp.process] = stamp.returned;
    return stamp;
  }

  void next_history() {
    latest_ = 0;
    returned_ = {};
  }

  void none_left() {
    if (stamps_.empty()) return;
    at_.line = stamps_.begin()->first;
    fail(at_, stamps_.begin()->second.second, "only operations are called by somebody");
  }

 private:
  void take(std::size_t begin, std::size_t end) {
    const std::string_view line = std::string_view(text_).substr(begin, end - begin);
    tokens_ = tokens_of(line.substr(0, line.find('#')));
    if (tokens_.empty()) return;
    const Token first = tokens_[0];
    if (first.text[0] < '0' || first.text[0] > '9') return;
    const std::size_t colon = first.text.find(':'), dash = first.text.find('-');
    if (colon == std::string_view::npos || dash == std::string_view::npos || dash < colon)
      fail(at_, first.column, "expected who called and when, as in '0:3-4'");
    const auto part = [&](std::size_t from, std::size_t to, std::uint64_t most) {
      return number({first.text.substr(from, to - from), first.column + from}, 0, most);
    };
    stamps_[at_.line] = {{.process = static_cast<std::uint32_t>(part(0, colon, kMaxProcesses - 1)),
                          .invoked = part(colon + 1, dash, ~std::uint64_t{0}),
                          .returned = part(dash + 1, first.text.size(), ~std::uint64_t{0})},
                         first.column};
    std::fill_n(text_.begin() + static_cast<std::ptrdiff_t>(begin + first.column - 1),
                first.text.size(), ' ');
  }

  std::string text_;
  std::map<std::size_t, std::pair<Stamp, std::size_t>> stamps_;  // by line, with the column
  std::uint64_t latest_ = 0;
  std::array<std::uint64_t, kMaxProcesses> returned_{};
};

}  // namespace

std::vector<History> parse_histories(std::string_view text, std::string_view file) {
  Stamps stamps(text, file);
  std::vector<Spots> spots;
  std::vector<Trace> traces = parse(stamps.rest(), file, &spots);
  std::vector<History> histories(traces.size());
  for (std::size_t t = 0; t < traces.size(); ++t) {
    History& h = histories[t];
    h.trace = std::move(traces[t]);
    stamps.next_history();
    for (std::size_t i = 0; i < h.trace.operations.size(); ++i) {
      h.lines.push_back(spots[t].expected[i].line);
      const bool answered = !h.trace.expected.empty() && h.trace.expected[i].has_value();
      h.stamps.push_back(stamps.stamp(h.lines.back(), answered));
    }
  }
  stamps.none_left();
  return histories;
}

std::string print(const History& history) {
  Trace head = history.trace;
  head.operations.clear();
  head.expected.clear();
  head.comments.clear();
  std::string out = print(head);
  for (std::size_t i = 0; i < history.stamps.size(); ++i) {
    const Stamp& s = history.stamps[i];
    std::string line = std::to_string(s.process) + ":" + std::to_string(s.invoked) + "-" +
                       std::to_string(s.returned);
    line.resize(std::max<std::size_t>(line.size() + 1, 14), ' ');
    line += print(history.trace.operations[i]);
    line.resize(std::max<std::size_t>(line.size(), 60), ' ');
    out += line + " => " + print(*history.trace.expected[i]) + "\n";
  }
  return out;
}

History prefix(const History& history, std::uint64_t moment) {
  History out = history;
  const auto begin = history.stamps.begin();
  const auto later =
      std::find_if(begin, history.stamps.end(), [&](const Stamp& s) { return s.invoked > moment; });
  const auto count = static_cast<std::size_t>(later - begin);
  out.trace.operations.resize(count);
  out.trace.expected.resize(count);
  out.trace.comments.clear();
  out.stamps.resize(count);
  out.lines.resize(std::min(count, out.lines.size()));
  return out;
}

}  // namespace mprogcheck

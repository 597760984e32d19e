// SPDX-License-Identifier: GPL-2.0-only
// What stands behind `=>` in a trace.
#pragma once

#include <algorithm>

#include "model/words/names.hpp"

namespace mprogcheck::tokens {

class OutcomeReader : protected NameReader {
 protected:
  using NameReader::NameReader;

  Expected outcome(const Operation& op) {
    Expected e;
    const Token t = need("what is expected: ok or an error such as EEXIST");
    const auto error = errno_from(t.text);
    if (!error)
      fail(at_, t.column,
           "unknown outcome " + quoted(t.text) + "; say ok or an error such as EEXIST");
    e.error = *error;
    said_.clear();
    while (next_ < tokens_.size()) {
      const Token o = tokens_[next_++];
      once(o);
      const bool packet = has_trait(op.verb, Trait::packet);
      if (const auto fate = words::find(words::kFates, o.text); packet && fate) {
        if (e.fate != Fate::none) fail(at_, o.column, "a packet has one fate");
        e.fate = *fate;
        continue;
      }
      const std::size_t eq = o.text.find('=');
      const std::string_view key = o.text.substr(0, eq);
      const bool tells = has_trait(op.verb, Trait::tells_link);
      const bool lists = has_trait(op.verb, Trait::tells_list);
      if (eq == std::string_view::npos || (!lists && !packet && !tells))
        fail(at_, o.column,
             quoted(o.text) + " is nothing that can be expected of " + std::string(word(op.verb)));
      const Token value{o.text.substr(eq + 1), o.column + eq + 1};
      if (tells && key == "at")
        e.at = attach_point(value);
      else if (key == "rev")
        e.revision = number(value, 0, ~std::uint64_t{0});
      else if (key == "count")
        e.count = static_cast<std::uint8_t>(number(value, 0, kMaxCapacity));
      else if (key == "progs")
        each(
            value, e.progs.emplace(), [&](Token x) { return prog_seen(x); },
            has_trait(op.verb, Trait::journey) ? kMaxMet
            : packet                           ? kMaxListed
                                               : kMaxCapacity);
      else if (key == "links")
        each(value, e.links.emplace(), [&](Token x) { return link_seen(x); });
      else if (key == "flags")
        each(value, e.entry_flags.emplace(), [&](Token x) { return ends(x); });
      else
        fail(at_, o.column,
             quoted(o.text) + " is nothing that can be expected of " + std::string(word(op.verb)));
    }
    return e;
  }

  template <class T, class Read>
  void each(Token value, std::vector<T>& out, Read&& read, std::size_t most = kMaxCapacity) {
    if (value.text == "none") return;
    for (std::size_t begin = 0; begin <= value.text.size();) {
      std::size_t end = value.text.find(',', begin);
      if (end == std::string_view::npos) end = value.text.size();
      out.push_back(read(Token{value.text.substr(begin, end - begin), value.column + begin}));
      if (out.size() > most)
        fail(at_, value.column, "a list has " + std::to_string(most) + " entries at most");
      begin = end + 1;
    }
  }

  // The last of two would win, and the reader would not know.
  void once(Token t) {
    const std::string_view key = t.text.substr(0, t.text.find('='));
    if (std::find(said_.begin(), said_.end(), key) != said_.end())
      fail(at_, t.column, quoted(key) + " is said twice; leave one of them out");
    said_.push_back(key);
  }

  std::vector<std::string_view> said_;  // in this header, these options, this expectation
};

}  // namespace mprogcheck::tokens

// SPDX-License-Identifier: GPL-2.0-only
// The names of a trace: attach points, programs, links and what else a field may hold.
#pragma once

#include "model/words/tokens.hpp"
#include "model/words/words.hpp"

namespace mprogcheck::tokens {

class NameReader : protected LineReader {
 protected:
  using LineReader::LineReader;

  Prog prog_seen(Token t) {
    return t.text == "strange" ? kStrangeProg : Prog{indexed(t, t.text, 'p', kMaxProgs)};
  }
  Link link_seen(Token t) {
    if (t.text == "-") return kNoLink;
    return t.text == "strange" ? kStrangeLink : Link{indexed(t, t.text, 'l', kMaxLinks)};
  }
  std::uint8_t ends(Token t) {
    if (t.text == "-") return 0;
    if (t.text == "first") return flag::first;
    if (t.text == "last") return flag::last;
    if (t.text == "first|last") return flag::first | flag::last;
    fail(at_, t.column, "expected -, first, last or first|last");
  }

  Point attach_point(Token t) {
    const std::size_t slash = t.text.find('/');
    if (slash == std::string_view::npos)
      fail(at_, t.column, "expected an attach point such as d0/ingress, not " + quoted(t.text));
    const auto hook = words::find(words::kHooks, t.text.substr(slash + 1));
    if (!hook)
      fail(at_, t.column + slash + 1,
           "unknown hook " + quoted(t.text.substr(slash + 1)) +
               "; there are ingress, egress, primary, peer and, on purpose, bogus");
    const std::string_view device = t.text.substr(0, slash);
    return {device == "nodev"     ? kNoDevice
            : device == "strange" ? kStrangeDevice
            : device == "lo"      ? kLoopback
                                  : indexed(t, device, 'd', kMaxDevices),
            *hook};
  }

  // The value of an attribute, and behind a colon its form.
  Attr attribute(Key key, Token value) {
    Attr a{key, Form::whole, 0};
    if (const std::size_t colon = value.text.find(':'); colon != std::string_view::npos) {
      const auto form = words::find(words::kForms, value.text.substr(colon + 1));
      if (!form)
        fail(at_, value.column + colon + 1,
             "unknown form " + quoted(value.text.substr(colon + 1)) + "; there are short and long");
      a.form = *form;
      value.text = value.text.substr(0, colon);
    }
    a.value = value_of(key, value);
    return a;
  }

  std::uint32_t value_of(Key key, Token value) {
    if (own_key(key) == Key::name)
      return value.text == "none" ? kMadeUpName : indexed(value, value.text, 'd', kMaxDevices);
    std::string names;
    for (const ValueName& name : row(key).values) {
      (names += names.empty() ? "" : ", ") += name.word;
      if (value.text == name.word) return name.value;
    }
    if (row(key).named_only)
      fail(at_, value.column, "unknown value " + quoted(value.text) + "; there are " + names);
    const std::uint64_t most = (std::uint64_t{1} << 8 * width_of(key)) - 1;
    return static_cast<std::uint32_t>(number(value, 0, most));
  }

  Ref ref(Token t) {
    if (const auto kind = words::find(words::kRefs, t.text)) return {*kind, 0};
    constexpr std::string_view kOfType = "foreign:";
    if (t.text.starts_with(kOfType)) {
      const std::string_view type = t.text.substr(kOfType.size());
      if (const auto f = words::find(words::kForeigns, type))
        return {Ref::Kind::foreign, static_cast<std::uint8_t>(*f)};
      fail(at_, t.column + kOfType.size(),
           "unknown type of link " + quoted(type) +
               "; there are xdp, cgroup, raw_tracepoint, iter, netfilter, struct_ops");
    }
    if (!t.text.empty() && t.text[0] == 'l')
      return {Ref::Kind::link, indexed(t, t.text, 'l', kMaxLinks)};
    return {Ref::Kind::prog, indexed(t, t.text, 'p', kMaxProgs)};
  }
};

}  // namespace mprogcheck::tokens

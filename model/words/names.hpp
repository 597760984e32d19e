// SPDX-License-Identifier: GPL-2.0-only
// The names of a trace: attach points, programs, links and what else a field may hold.
#pragma once

#include "model/words/fields.hpp"
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

  // What stands in the place of an operand, for where it is missing.
  static std::string wanted(const words::Reference& kind) {
    const std::string what(kind.what);
    switch (kind.accepts) {
      case words::Reference::Accepts::anything:
        return what + ", or none, bad, file or map";
      case words::Reference::Accepts::new_link:
        return what + ", l0 to l" + std::to_string(kMaxLinks - 1);
      default:
        return what;
    }
  }
  static std::string wanted(words::AttachPoint) { return "an attach point such as d0/ingress"; }
  static std::string wanted(words::DeviceName) { return "a device"; }
  template <class T>
  static std::string wanted(const words::OneOf<T>& kind) {
    std::string out;
    for (std::size_t i = 0; i < kind.names.size(); ++i) {
      if (i != 0) out += i + 1 == kind.names.size() ? " or " : ", ";
      out += kind.names[i].first;
    }
    return out;
  }

  void read(const words::Reference& kind, Token t, Ref& out) {
    using Accepts = words::Reference::Accepts;
    if (kind.accepts == Accepts::link_name || kind.accepts == Accepts::new_link) {
      out = {Ref::Kind::link, indexed(t, t.text, 'l', kMaxLinks)};
      return;
    }
    out = ref(t);
    if (kind.accepts == Accepts::prog_or_link && out.kind != Ref::Kind::prog &&
        out.kind != Ref::Kind::link)
      fail(at_, t.column, "only a program or a link can be closed");
  }
  void read(words::AttachPoint, Token t, Point& out) { out = attach_point(t); }
  void read(words::DeviceName kind, Token t, Point& out) {
    const bool every = kind.all && t.text == "all";
    out = {every ? kAllDevices : indexed(t, t.text, 'd', kMaxDevices), Hook::ingress};
  }
  void read(words::DeviceName, Token t, std::uint8_t& out) {
    out = indexed(t, t.text, 'd', kMaxDevices);
  }
  template <class T>
  void read(const words::OneOf<T>& kind, Token t, T& out) {
    for (const auto& [word, value] : kind.names)
      if (word == t.text) return void(out = value);
    fail(at_, t.column, "expected " + wanted(kind) + ", not " + quoted(t.text));
  }
  template <class T>
  void read(const words::Number& kind, Token t, T& out) {
    out = static_cast<T>(number(t, kind.least, kind.most));
  }
  void read(words::Namespace, Token t, std::uint8_t& out) {
    out = indexed(t, t.text, 'n', kMaxSpaces);
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

// SPDX-License-Identifier: GPL-2.0-only
// Values of fields as text, by the kind of the value.
#pragma once

#include <string>

#include "model/words/fields.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::words {

inline std::string show(Prog p) {
  return p == kStrangeProg ? "strange" : "p" + std::to_string(int{p.raw});
}
inline std::string show(Link l) {
  if (l == kNoLink) return "-";
  return l == kStrangeLink ? "strange" : "l" + std::to_string(int{l.raw});
}
inline std::string show_device(std::uint8_t device) {
  if (device == kNoDevice) return "nodev";
  if (device == kStrangeDevice) return "strange";
  if (device == kLoopback) return "lo";
  return device == kAllDevices ? "all" : "d" + std::to_string(int{device});
}
std::string show(const Attr& attr);

inline std::string show(const Reference&, Ref r) {
  if (r.kind == Ref::Kind::prog) return show(Prog{r.raw});
  if (r.kind == Ref::Kind::link) return "l" + std::to_string(int{r.raw});
  std::string out(name(kRefs, r.kind));
  if (r.kind == Ref::Kind::foreign && r.raw != 0)
    (out += ':') += name(kForeigns, static_cast<Foreign>(r.raw));
  return out;
}
inline std::string show(AttachPoint, Point point) {
  return word(point);
}
inline std::string show(DeviceName, Point point) {
  return show_device(point.device);
}
inline std::string show(DeviceName, std::uint8_t device) {
  return show_device(device);
}
template <class T>
std::string show(const OneOf<T>& kind, T value) {
  for (const auto& [w, v] : kind.names)
    if (v == value) return std::string(w);
  return "?";
}
inline std::string show(Namespace, std::uint8_t space) {
  return "n" + std::to_string(int{space});
}
inline std::string show(const Number& kind, std::uint64_t value) {
  if (!kind.hex) return std::to_string(value);
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[value % 16]);
  } while ((value /= 16) != 0);
  return "0x" + digits;
}

// What the text form says of the part: with the blank in front of it, or nothing.
inline std::string print(const Literal& part, const Operation&) {
  return " " + std::string(part.word);
}
template <class M, class Kind>
std::string print(const Operand<M, Kind>& part, const Operation& op) {
  const bool left_out = (part.occurs == Occurs::unless_removed && op.change == TcChange::remove) ||
                        (part.occurs == Occurs::optionally && !part.is_set(op));
  return left_out ? "" : " " + show(part.kind, part.of(op));
}
template <class M>
std::string print(const Bit<M>& part, const Operation& op) {
  return part.is_set(op) ? " " + std::string(part.word) : "";
}
template <class M, class Kind>
std::string print(const Option<M, Kind>& part, const Operation& op) {
  return part.is_set(op) ? " " + std::string(part.word) + "=" + show(part.kind, part.value(op))
                         : "";
}
inline std::string print(const Attributes&, const Operation& op) {
  std::string out;
  for (const Attr& a : op.attrs)
    if (a.key != Key::none) out += " " + show(a);
  return out;
}
inline std::string print(const Verdicts&, const Operation& op) {
  std::string out;
  for (const Says& s : op.says)
    if (s.action != Action::next)
      out += " " + show(s.prog) + "=" + std::string(name(kActions, s.action));
  return out;
}

}  // namespace mprogcheck::words

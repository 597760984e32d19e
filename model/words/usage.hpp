// SPDX-License-Identifier: GPL-2.0-only
// How a field is written, for complaints and for the reference: rel=REF, room=0..255, before.
#pragma once

#include <string>

#include "model/words/fields.hpp"

namespace mprogcheck::words {

inline std::string usage(const Reference& kind) {
  switch (kind.accepts) {
    case Reference::Accepts::anything:
      return "OBJECT";
    case Reference::Accepts::prog_or_link:
      return "PROG|LINK";
    case Reference::Accepts::link_name:
    case Reference::Accepts::new_link:
      return "LINK";
  }
  return "?";
}
inline std::string usage(AttachPoint) {
  return "POINT";
}
inline std::string usage(DeviceName kind) {
  return kind.all ? "DEVICE|all" : "DEVICE";
}
template <class T>
std::string usage(const OneOf<T>& kind) {
  std::string out;
  for (const auto& [word, value] : kind.names) (out += out.empty() ? "" : "|") += word;
  return out;
}
inline std::string usage(const Number& kind) {
  return std::to_string(kind.least) + ".." +
         (kind.most == ~std::uint64_t{0} ? "2^64-1"
          : kind.most == 0xffffffffU     ? "2^32-1"
                                         : std::to_string(kind.most));
}
inline std::string usage(Namespace) {
  return "n0|n1";
}

// Of an option; empty for an operand.
template <class Part>
std::string usage(const Part&) {
  return "";
}
template <class M>
std::string usage(const Bit<M>& part) {
  return std::string(part.word);
}
template <class M, class Kind>
std::string usage(const Option<M, Kind>& part) {
  return std::string(part.word) + "=" + usage(part.kind);
}
inline std::string usage(const Attributes&) {
  return "attributes such as mtu=1400";
}
inline std::string usage(const Verdicts&) {
  return "verdicts such as p0=drop";
}

}  // namespace mprogcheck::words

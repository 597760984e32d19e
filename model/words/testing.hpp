// SPDX-License-Identifier: GPL-2.0-only
// For tests that go over all verbs and fields: the example of a verb, and a field with something in
// it. A kind of field without an overload here does not compile.
#pragma once

#include <algorithm>
#include <string>

#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::words_testing {

using namespace words;

// A trace that ends with the example of the verb, behind as little as it needs.
inline std::string trace_of_example(Verb verb) {
  std::string out = "dialect mainline\ndevice d0\nload p0 p1\n";
  if (takes<&Operation::link>(verb) || has_trait(verb, Trait::changes_link))
    out += "link_create l0 p0 d0/ingress\n";
  if (of_netkit(verb)) out += "create d1 d2\n";
  return out + std::string(form(verb).example) + "\n";
}

inline Ref something(const words::Reference&, Field, Verb) {
  return ref(Prog{1});
}
inline std::uint64_t something(const Number& kind, Field field, Verb verb) {
  if (field == Field::size || field == Field::dirty) return attribute_size(verb) + 8;
  return kind.hex ? 0x100 : kind.least + 1;
}
inline std::uint8_t something(Namespace, Field, Verb) {
  return 1;
}
template <class T>
T something(const OneOf<T>& kind, Field, Verb) {
  return kind.names.back().second;
}

// False where the field is always there, or cannot be added.
template <class M, class Kind>
bool put_something(const Option<M, Kind>& part, Operation& op) {
  using T = std::remove_cvref_t<decltype(part.of(op))>;
  auto value = static_cast<T>(something(part.kind, part.field, op.verb));
  // Bits that have words of their own stay as they are.
  if constexpr (std::is_same_v<Kind, Number>)
    value = static_cast<T>(value | (part.of(op) & part.kind.named));
  part.of(op) = value;
  return true;
}
template <class M>
bool put_something(const Bit<M>& part, Operation& op) {
  part.set(op);
  return true;
}
template <class M, class Kind>
bool put_something(const Operand<M, Kind>&, Operation&) {
  return false;
}
inline bool put_something(const Literal&, Operation&) {
  return false;
}
inline bool put_something(const Attributes&, Operation& op) {
  if (op.verb == Verb::set) return false;  // one is all that it may have
  const auto free = std::find_if(op.attrs.begin(), op.attrs.end(),
                                 [](const Attr& a) { return a.key == Key::none; });
  *free = {Key::peer_policy, Form::whole, netkit::drop};
  return true;
}
inline bool put_something(const Verdicts&, Operation& op) {
  op.says[1] = {Prog{1}, Action::pass};
  return true;
}

// Calls visit(trace, with, part) for each field of each verb that can be added to the verb's
// example: the trace without it, and the last operation with it.
template <class Visit>
void each_field(Visit&& visit) {
  forms.each([&](const auto& row) {
    const Trace trace = parse(trace_of_example(row.verb), "example").at(0);
    row.parts.each([&](const auto& part) {
      Operation without = trace.operations.back();
      if constexpr (requires { part.reset(without); }) {
        using Part = std::remove_cvref_t<decltype(part)>;
        if constexpr (!std::is_same_v<Part, Attributes> && !std::is_same_v<Part, Verdicts> &&
                      requires { part.word; })
          part.reset(without);
      }
      Operation with = without;
      if (!put_something(part, with)) return;
      Trace start = trace;
      start.operations.back() = without;
      visit(start, with, part);
    });
  });
}

}  // namespace mprogcheck::words_testing

// SPDX-License-Identifier: GPL-2.0-only
// Loops over the row of a verb: a kind of field without an overload here does not compile.
#include "props/search/simpler.hpp"

#include <algorithm>
#include <cstdint>

#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"

namespace mprogcheck::simpler {
namespace {

using namespace words;

// --- How much there is to read ---

template <class M, class Kind>
std::size_t parts_of(const Option<M, Kind>& part, const Operation& op) {
  return part.is_set(op);
}
template <class M>
std::size_t parts_of(const Bit<M>& part, const Operation& op) {
  return part.is_set(op);
}
std::size_t parts_of(const Literal&, const Operation&) {
  return 0;
}
std::size_t parts_of(const Attributes&, const Operation& op) {
  std::size_t out = 0;
  for (const Attr& a : op.attrs) out += (a.key != Key::none) + (a.form != Form::whole);
  return out;
}
std::size_t parts_of(const Verdicts&, const Operation& op) {
  return static_cast<std::size_t>(std::count_if(
      op.says.begin(), op.says.end(), [](const Says& s) { return s.action != Action::next; }));
}
template <class M>
std::size_t parts_of(const Operand<M, words::Reference>&, const Operation&) {
  return 0;
}
template <class M>
std::size_t parts_of(const Operand<M, DeviceName>&, const Operation&) {
  return 0;
}
template <class M>
std::size_t parts_of(const Operand<M, AttachPoint>& part, const Operation& op) {
  const Hook hook = part.of(op).hook;
  return std::size_t{hook != Hook::ingress} + (hook == Hook::peer);
}
template <class M, class T>
std::size_t parts_of(const Operand<M, OneOf<T>>& part, const Operation& op) {
  return part.of(op) != part.kind.names.front().second;
}

}  // namespace

std::size_t parts_of(const Operation& op) {
  std::size_t out = form(op.verb).simpler != op.verb;
  visit_form(op.verb, [&](const auto& row) {
    row.parts.each([&](const auto& part) { out += parts_of(part, op); });
  });
  return out;
}

// --- What to try ---

namespace {

// Small values, then bits, then what belongs to the packet or the device, then operands.
template <class M, class Kind>
constexpr int turn_of(const Option<M, Kind>& part) {
  if constexpr (std::is_same_v<Kind, Number>) return part.kind.small == 0 ? 0 : 2;
  return 0;
}
template <class M>
constexpr int turn_of(const Bit<M>&) {
  return 1;
}
constexpr int turn_of(const Verdicts&) {
  return 2;
}
constexpr int turn_of(const Attributes&) {
  return 3;
}
template <class M, class Kind>
constexpr int turn_of(const Operand<M, Kind>&) {
  return 4;
}
constexpr int turn_of(const Literal&) {
  return 4;
}
constexpr int kTurns = 5;

template <class M>
void simplify(const Option<M, words::Reference>& part, const Attempt& attempt) {
  attempt([&](Operation& op) { part.reset(op); });
  if (part.field != Field::relative) return;
  attempt([&](Operation& op) {
    part.reset(op);
    op.flags &= static_cast<std::uint8_t>(~(flag::id | flag::link));
  });
}
template <class M>
void simplify(const Option<M, Number>& part, const Attempt& attempt) {
  using T = std::remove_cvref_t<decltype(part.of(std::declval<Operation&>()))>;
  attempt([&](Operation& op) { part.reset(op); });
  for (unsigned value = 0; value < part.kind.small; ++value)
    attempt([&](Operation& op) {
      if (part.of(op) > part.kind.least + value)
        part.of(op) = static_cast<T>(part.kind.least + value);
    });
  // Where another field ends, and where all do.
  if (part.field == Field::size)
    for (std::size_t i = 0; i < kMostSlots; ++i)
      attempt([&](Operation& op) {
        if (const auto ends = sizes_of(op.verb); i < ends.size() && part.is_set(op))
          part.of(op) = std::min(part.of(op), static_cast<T>(ends[i]));
      });
  if (part.field == Field::dirty)
    attempt([&](Operation& op) {
      if (part.is_set(op)) part.of(op) = static_cast<T>(attribute_size(op.verb));
    });
}
template <class M>
void simplify(const Option<M, Namespace>& part, const Attempt& attempt) {
  attempt([&](Operation& op) { part.reset(op); });
}
// The words in front of the one that is there. A removal has other operands: it stays one.
template <class Part>
void earlier_word(const Part& part, const Attempt& attempt) {
  for (const auto& [word, value] : part.kind.names)
    attempt([&, wanted = value](Operation& op) {
      if constexpr (std::is_same_v<std::remove_const_t<decltype(wanted)>, TcChange>)
        if (op.change == TcChange::remove || wanted == TcChange::remove) return;
      for (const auto& [other, now] : part.kind.names) {
        if (now == wanted) break;
        if (now == part.of(op)) return;
      }
      part.of(op) = wanted;
    });
}
template <class M, class T>
void simplify(const Option<M, OneOf<T>>& part, const Attempt& attempt) {
  earlier_word(part, attempt);
}
template <class M, class T>
void simplify(const Operand<M, OneOf<T>>& part, const Attempt& attempt) {
  earlier_word(part, attempt);
}
template <class M>
void simplify(const Bit<M>& part, const Attempt& attempt) {
  attempt([&](Operation& op) { part.reset(op); });
}
void simplify(const Literal&, const Attempt&) {}
void simplify(const Attributes&, const Attempt& attempt) {
  for (std::size_t a = 0; a < kMaxAttrs; ++a) {
    attempt([a](Operation& op) {
      std::copy(op.attrs.begin() + a + 1, op.attrs.end(), op.attrs.begin() + a);
      op.attrs.back() = {};
    });
    attempt([a](Operation& op) { op.attrs[a].form = Form::whole; });
  }
}
void simplify(const Verdicts&, const Attempt& attempt) {
  for (std::size_t s = 0; s < 2; ++s)
    attempt([s](Operation& op) {
      op.says[s] = op.says[1];
      op.says[1] = {};
    });
}
template <class M>
void simplify(const Operand<M, words::Reference>& part, const Attempt& attempt) {
  if (part.kind.none_means_any) attempt([&](Operation& op) { part.reset(op); });
}
template <class M>
void simplify(const Operand<M, DeviceName>& part, const Attempt& attempt) {
  if constexpr (std::is_same_v<M, Member<&Operation::point>>)
    attempt([&](Operation& op) { part.of(op) = {0, Hook::ingress}; });
}
template <class M>
void simplify(const Operand<M, AttachPoint>& part, const Attempt& attempt) {
  attempt([&](Operation& op) { part.of(op) = {0, Hook::ingress}; });
  attempt([&](Operation& op) {
    if (part.of(op).hook == Hook::peer) part.of(op).hook = Hook::primary;
  });
  attempt([&](Operation& op) {
    if (part.of(op).hook == Hook::egress) part.of(op).hook = Hook::ingress;
  });
}

// The operation with the fields that its verb has, and no others.
Operation without_foreign_fields(const Operation& op) {
  Operation out;
  out.verb = op.verb;
  visit_form(op.verb, [&](const auto& row) {
    row.parts.each([&](const auto& part) {
      if constexpr (requires { part.of(out); }) part.of(out) = part.of(op);
    });
  });
  return out;
}

}  // namespace

void simplify(Verb verb, const Attempt& attempt) {
  visit_form(verb, [&](const auto& row) {
    for (int turn = 0; turn < kTurns; ++turn)
      row.parts.each([&](const auto& part) {
        if (turn_of(part) == turn) simplify(part, attempt);
      });
  });
  attempt([](Operation& op) {
    op.verb = form(op.verb).simpler;
    op = without_foreign_fields(op);
  });
}

}  // namespace mprogcheck::simpler

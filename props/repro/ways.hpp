// SPDX-License-Identifier: GPL-2.0-only
// How a format writes the verbs: a table of ways, one for each verb that it has. A verb without a
// way, and a field that a way does not write, is refused with a sentence. Not for use elsewhere.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "props/repro/plan.hpp"

namespace mprogcheck::repro {

template <class Write>
struct Way {
  Verb verb;
  Write write;
  bool (*has_words_for)(const Operation& op, const void* member);  // see writes<>
};

// Why a format does not have the verbs with a trait. Of several that apply the first counts.
struct Refusal {
  Trait trait;
  std::string_view why;
};

// For the third member of a Way: writes<&Operation::prog, &Operation::point>.
template <auto... Members>
bool writes([[maybe_unused]] const Operation& op, [[maybe_unused]] const void* member) {
  return ((static_cast<const void*>(&(op.*Members)) == member) || ...);
}

// Throws std::invalid_argument where the format cannot write the step.
template <class Write, std::size_t N>
Write way_of(const Way<Write> (&ways)[N], std::span<const Refusal> refusals, const Step& step,
             std::string_view format) {
  for (const Way<Write>& way : ways) {
    if (way.verb != step.op.verb) continue;
    for (const SetField& field : set_fields(step.op))
      if (!way.has_words_for(step.op, field.member))
        cannot_express(step, format, fmt::format("it has no words for '{}'", field.usage));
    return way.write;
  }
  for (const Refusal& refusal : refusals)
    if (has_trait(step.op.verb, refusal.trait)) cannot_express(step, format, refusal.why);
  cannot_express(step, format, fmt::format("it has no words for {}", word(step.op.verb)));
}

}  // namespace mprogcheck::repro

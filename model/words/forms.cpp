// SPDX-License-Identifier: GPL-2.0-only
#include "model/words/forms.hpp"

#include <string>
#include <vector>

#include "model/words/show.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

// Every member of an operation. A new one fails to compile here until it is listed, and then until
// a verb has a field that is stored in it.
constexpr auto members(const Operation& op) {
  const auto& [verb, point, flags, arrays, fault, prog, link, relative, old, room, bits, revision,
               says, provocation, caller, kind, change, size, dirty, space, peer, attrs, bytes,
               mark, priority, key] = op;
  const auto at = [](const auto& member) -> const void* { return &member; };
  return std::array{at(point),    at(flags),    at(arrays),      at(fault),    at(prog),
                    at(link),     at(relative), at(old),         at(room),     at(bits),
                    at(revision), at(says),     at(provocation), at(caller),   at(kind),
                    at(change),   at(size),     at(dirty),       at(space),    at(peer),
                    at(attrs),    at(bytes),    at(mark),        at(priority), at(key)};
}

template <class Part>
constexpr const void* stored_at([[maybe_unused]] const Part& part,
                                [[maybe_unused]] const Operation& op) {
  if constexpr (requires { Part::outer; })
    return &(op.*Part::outer);
  else
    return nullptr;
}

constexpr bool every_member_is_a_field() {
  for (const void* member : members(words::kBlank)) {
    bool found = false;
    forms.each([&](const auto& row) {
      row.parts.each(
          [&](const auto& part) { found = found || stored_at(part, words::kBlank) == member; });
    });
    if (!found) return false;
  }
  return true;
}
static_assert(every_member_is_a_field(),
              "a member of Operation is written by no verb: give it a field in forms.hpp");

}  // namespace

std::vector<SetField> set_fields(const Operation& op) {
  std::vector<SetField> out;
  visit_form(op.verb, [&](const auto& row) {
    row.parts.each([&](const auto& part) {
      const std::string written = words::print(part, op);
      if (const void* const member = stored_at(part, op); member && !written.empty())
        out.push_back({member, written.substr(1)});
    });
  });
  return out;
}

std::uint64_t operations_fingerprint() {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  const auto add = [&](std::uint64_t byte) { hash = (hash ^ (byte & 0xff)) * 0x100000001b3U; };
  for (const char c : language_reference()) add(static_cast<unsigned char>(c));
  const auto* const begin = reinterpret_cast<const char*>(&words::kBlank);
  for (const void* const member : members(words::kBlank))
    add(static_cast<std::uint64_t>(static_cast<const char*>(member) - begin));
  add(sizeof(Operation));
  return hash;
}

std::string_view word(Verb verb) {
  return form(verb).word;
}
std::optional<Verb> verb_from(std::string_view w) {
  for (const auto& head : kHeads)
    if (head.word == w) return head.verb;
  return std::nullopt;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "model/words/bpf_attribute.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "model/words/forms.hpp"

namespace mprogcheck {
namespace {

using words::Gaps;
using words::Slot;

// The sizes a shorter attribute may have.
struct Ends {
  std::array<std::uint8_t, words::kMostSlots> ends{};
  std::size_t count = 0;
};
constexpr std::array<Ends, kVerbs> kEnds = [] {
  std::array<Ends, kVerbs> out{};
  for (std::size_t v = 0; v < kVerbs; ++v)
    for (const Slot& slot : kHeads[v].slots) out[v].ends[out[v].count++] = slot.end;
  return out;
}();

constexpr std::size_t end_of(Verb verb, words::Text name) {
  for (const Slot& slot : form(verb).slots)
    if (slot.name == name) return slot.end;
  throw "the command has no such field";
}
constexpr std::size_t kCount = end_of(Verb::query, "count");
constexpr std::size_t kRevision = end_of(Verb::query, "revision");

bool within(std::size_t at, std::size_t begin, std::size_t end) {
  return begin <= at && at < end;
}

std::size_t reach(const Operation& op) {
  return op.size == kWhole ? attribute_size(op.verb) : op.size;
}

}  // namespace

std::size_t attribute_size(Verb verb) {
  const std::span<const Slot> slots = form(verb).slots;
  return slots.empty() ? 0 : slots.back().end;
}

std::span<const std::uint8_t> sizes_of(Verb verb) {
  const Ends& of = kEnds[static_cast<std::size_t>(verb)];
  return {of.ends.data(), of.count};
}

std::size_t bytes_given(const Operation& op) {
  const bool grows = op.dirty != kClean && op.size == kWhole;
  return grows ? std::max<std::size_t>(reach(op), op.dirty + 1u) : reach(op);
}

bool long_attribute(const Operation& op) {
  return op.odd_attribute() && bytes_given(op) > kPage;
}

bool dirty_tail(const Operation& op) {
  if (op.dirty == kClean) return false;
  const std::size_t end =
      std::max<std::size_t>(attribute_size(op.verb), form(op.verb).gaps.other_end);
  return within(op.dirty, end, bytes_given(op));
}

bool dirty_gap(const Operation& op) {
  if (op.dirty == kClean || op.dirty >= bytes_given(op)) return false;
  const Gaps& gaps = form(op.verb).gaps;
  return within(op.dirty, gaps.begin, gaps.end) ||
         within(op.dirty, gaps.other_begin, gaps.other_end);
}

bool dirty_flags(const Operation& op) {
  const Gaps& gaps = form(op.verb).gaps;
  return op.dirty < bytes_given(op) && within(op.dirty, gaps.flags_begin, gaps.flags_end);
}

bool tells_revision(const Operation& query) {
  return reach(query) >= kRevision;
}
bool tells_count(const Operation& query) {
  return reach(query) >= kCount;
}
std::uint8_t slots_to_fill(const Operation& query) {
  return query.arrays & array::progs ? query.room : std::uint8_t{0};
}

Operation shortened(const Operation& op) {
  if (op.size == kWhole) return op;
  Operation out = op;
  for (const Slot& slot : form(op.verb).slots)
    if (op.size < slot.end && slot.forget) slot.forget(out);
  return out;
}

std::optional<std::string> size_complaint(const Operation& op) {
  if (op.size == kWhole) return std::nullopt;
  if (op.size > kLongestAttribute)
    return "an attribute has " + std::to_string(kLongestAttribute) + " bytes at most here";
  if (op.size >= attribute_size(op.verb)) return std::nullopt;
  std::string sizes;
  for (const std::uint8_t end : sizes_of(op.verb)) {
    if (end == op.size) return std::nullopt;
    sizes += (sizes.empty() ? "" : ", ") + std::to_string(int{end});
  }
  return "a shorter attribute ends where a field does: one of " + sizes;
}

std::optional<std::string> dirty_complaint(const Operation& op) {
  if (op.dirty == kClean) return std::nullopt;
  if (op.dirty >= kLongestAttribute)
    return "an attribute has " + std::to_string(kLongestAttribute) + " bytes at most here";
  const Gaps& gaps = form(op.verb).gaps;
  if (op.dirty < attribute_size(op.verb) && !within(op.dirty, gaps.begin, gaps.end) &&
      !within(op.dirty, gaps.flags_begin, gaps.flags_end))
    return "byte " + std::to_string(op.dirty) +
           " is in a field, which has a word of its own; fields end at byte " +
           std::to_string(attribute_size(op.verb));
  return std::nullopt;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "model/words/bpf_attribute.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace mprogcheck {
namespace {

// Where fields end, the attach type's first: with less of it the request would be about cgroups.
struct Layout {
  std::span<const std::uint8_t> ends;
  std::uint8_t gap_begin = 0, gap_end = 0;      // bytes that are no field
  std::uint8_t other_begin = 0, other_end = 0;  // fields of other users of the command
};

constexpr std::array<std::uint8_t, 5> kAttach{12, 16, 20, 24, 32};
constexpr std::array<std::uint8_t, 9> kQuery{8, 12, 16, 24, 28, 40, 48, 56, 64};
constexpr std::array<std::uint8_t, 4> kLinkCreate{12, 16, 20, 32};
constexpr std::array<std::uint8_t, 5> kLinkUpdate{0, 4, 8, 12, 16};
constexpr std::array<std::uint8_t, 2> kLinkDetach{0, 4};

// Of query.
constexpr std::size_t kProgIds = 24, kRoom = 28, kProgFlags = 40, kLinkIds = 48, kLinkFlags = 56,
                      kRevision = 64;

Layout layout(Verb verb) {
  switch (verb) {
    case Verb::attach:
    case Verb::detach:
      return {.ends = kAttach};
    case Verb::query:
      return {.ends = kQuery, .gap_begin = 28, .gap_end = 32};
    case Verb::link_create:
      return {
          .ends = kLinkCreate, .gap_begin = 20, .gap_end = 24, .other_begin = 32, .other_end = 64};
    case Verb::link_update:
      return {.ends = kLinkUpdate};
    case Verb::link_detach:
      return {.ends = kLinkDetach};
    default:
      return {};
  }
}

bool within(std::size_t at, std::size_t begin, std::size_t end) {
  return begin <= at && at < end;
}

std::size_t reach(const Operation& op) {
  return op.size == kWhole ? attribute_size(op.verb) : op.size;
}

}  // namespace

std::size_t attribute_size(Verb verb) {
  const Layout l = layout(verb);
  return l.ends.empty() ? 0 : l.ends.back();
}

std::span<const std::uint8_t> sizes_of(Verb verb) {
  return layout(verb).ends;
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
  const Layout l = layout(op.verb);
  const std::size_t end = std::max<std::size_t>(attribute_size(op.verb), l.other_end);
  return within(op.dirty, end, bytes_given(op));
}

bool dirty_gap(const Operation& op) {
  if (op.dirty == kClean || op.dirty >= bytes_given(op)) return false;
  const Layout l = layout(op.verb);
  return within(op.dirty, l.gap_begin, l.gap_end) || within(op.dirty, l.other_begin, l.other_end);
}

bool tells_revision(const Operation& query) {
  return reach(query) >= kRevision;
}
bool tells_count(const Operation& query) {
  return reach(query) >= kRoom;
}

Operation shortened(const Operation& op) {
  if (op.size == kWhole) return op;
  Operation out = op;
  const auto from = [&](std::size_t end, auto&& forget) {
    if (op.size < end) forget();
  };
  switch (op.verb) {
    case Verb::attach:
    case Verb::detach:
    case Verb::link_create: {
      const bool link = op.verb == Verb::link_create;
      from(16, [&] { out.flags = 0, out.bits = 0; });
      if (!link) from(20, [&] { out.old = {}; });
      from(link ? 20 : 24, [&] { out.relative = {}; });
      from(32, [&] { out.revision = 0; });
      break;
    }
    case Verb::query:
      from(12, [&] { out.bits = 0; });
      for (const auto& [end, array] : {std::pair{kProgIds, array::progs},
                                       {kProgFlags, array::prog_flags},
                                       {kLinkIds, array::links},
                                       {kLinkFlags, array::link_flags}})
        if (op.size < end) out.arrays = static_cast<std::uint8_t>(out.arrays & ~array);
      from(kRoom, [&] { out.room = 0; });
      break;
    case Verb::link_update:
      from(4, [&] { out.link = {}; });
      from(8, [&] { out.prog = {}; });
      from(12, [&] { out.flags = 0, out.bits = 0; });
      from(16, [&] { out.old = {}; });
      break;
    case Verb::link_detach:
      from(4, [&] { out.link = {}; });
      break;
    default:
      break;
  }
  return out;
}

std::optional<std::string> size_complaint(const Operation& op) {
  if (op.size == kWhole) return std::nullopt;
  const Layout l = layout(op.verb);
  if (op.size > kLongestAttribute)
    return "an attribute has " + std::to_string(kLongestAttribute) + " bytes at most here";
  if (op.size >= attribute_size(op.verb)) return std::nullopt;
  std::string sizes;
  for (const std::uint8_t end : l.ends) {
    if (end == op.size) return std::nullopt;
    sizes += (sizes.empty() ? "" : ", ") + std::to_string(int{end});
  }
  return "a shorter attribute ends where a field does: one of " + sizes;
}

std::optional<std::string> dirty_complaint(const Operation& op) {
  if (op.dirty == kClean) return std::nullopt;
  if (op.dirty >= kLongestAttribute)
    return "an attribute has " + std::to_string(kLongestAttribute) + " bytes at most here";
  const Layout l = layout(op.verb);
  if (op.dirty < attribute_size(op.verb) && !within(op.dirty, l.gap_begin, l.gap_end))
    return "byte " + std::to_string(op.dirty) +
           " is in a field, which has a word of its own; fields end at byte " +
           std::to_string(attribute_size(op.verb));
  return std::nullopt;
}

}  // namespace mprogcheck

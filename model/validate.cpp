// SPDX-License-Identifier: GPL-2.0-only
// Which operations make sense as the next one of a trace, whatever a target may answer.
#include "model/attribute.hpp"
#include "model/text.hpp"

namespace mprogcheck {

std::uint32_t wire_flags(Dialect dialect, std::uint8_t flags) {
  const bool rfc2 = dialect == Dialect::rfc2;
  std::uint32_t bits = 0;
  if (flags & flag::replace) bits |= 1U << 2;
  if (flags & flag::before) bits |= 1U << 3;
  if (flags & flag::after) bits |= 1U << 4;
  if (flags & flag::first) bits |= 1U << 5;
  if (flags & flag::last) bits |= 1U << 6;
  if (flags & flag::id) bits |= rfc2 ? 1U << 7 : 1U << 5;
  if (flags & flag::link) bits |= 1U << 13;
  return bits;
}

namespace {

constexpr std::uint8_t kFlagsOfMainline =
    flag::replace | flag::before | flag::after | flag::id | flag::link;
constexpr std::uint8_t kFlagsOfRfc2 = kFlagsOfMainline | flag::first | flag::last;

bool takes_list_flags(Verb v) {
  return v == Verb::attach || v == Verb::detach || v == Verb::link_create;
}

std::string name(char kind, std::uint8_t raw) {
  return kind + std::to_string(int{raw});
}

}  // namespace

std::optional<Complaint> NameCheck::ref(const Operation& op, Ref r, Field field) const {
  if (r.kind == Ref::Kind::prog && (r.raw >= kMaxProgs || !header_.loaded[r.raw]))
    return Complaint{field, name('p', r.raw) + " is used before it is loaded; add 'load " +
                                name('p', r.raw) + "' to the header"};
  if (r.kind == Ref::Kind::link && !links_[r.raw])
    return Complaint{field, name('l', r.raw) + " is used before a link_create names it"};
  if (field != Field::relative || !op.has(flag::id)) return std::nullopt;
  const bool wants_link = op.has(flag::link);
  if (r.kind == Ref::Kind::file || r.kind == Ref::Kind::map || r.kind == Ref::Kind::foreign ||
      (r.kind == Ref::Kind::prog && wants_link) || (r.kind == Ref::Kind::link && !wants_link))
    return Complaint{field, std::string("with 'id', rel must be ") +
                                (wants_link ? "a link" : "a program") +
                                ", bad or none: ids of other kinds are another number space"};
  return std::nullopt;
}

std::optional<Complaint> NameCheck::next(const Operation& op) {
  const bool rfc2 = header_.dialect == Dialect::rfc2;
  if (takes_list_flags(op.verb)) {
    if (op.flags & ~(rfc2 ? kFlagsOfRfc2 : kFlagsOfMainline))
      return Complaint{Field::flags, "dialect mainline has no FIRST and LAST"};
    if (op.bits & wire_flags(header_.dialect, kFlagsOfRfc2 & (rfc2 ? 0xff : kFlagsOfMainline)))
      return Complaint{Field::bits, "these bits have names in this dialect; use the names"};
    if (rfc2 && op.old.given())
      return Complaint{Field::old,
                       "dialect rfc2 has no old=: 'replace' means the program that rel= names"};
  }
  if (op.verb == Verb::link_update && (op.bits & wire_flags(header_.dialect, flag::replace)))
    return Complaint{Field::bits, "these bits have names in this dialect; use the names"};
  const bool every = op.verb == Verb::remove && op.point.device == kAllDevices;
  if (op.point.device != kNoDevice && !every && op.point.device >= header_.devices)
    return Complaint{Field::point,
                     name('d', op.point.device) + " is not declared; add it to the 'device' line"};
  if (rfc2 && op.revision > 0xffffffffU)
    return Complaint{Field::revision, "revisions have 32 bits in dialect rfc2"};
  for (const auto& [r, field] :
       {std::pair{op.prog, Field::prog}, std::pair{op.relative, Field::relative},
        std::pair{op.old, Field::old}})
    if (auto c = ref(op, r, field)) return c;
  if (op.verb == Verb::packet && op.says[0].prog == op.says[1].prog &&
      op.says[1].action != Action::next)
    return Complaint{Field::says, name('p', op.says[0].prog.raw) +
                                      " says two things; a program has one verdict"};
  for (const Ref r : {op.prog, op.old, op.link})
    if (r.kind == Ref::Kind::foreign) return Complaint{Field::verb, "'foreign' is for rel= only"};
  for (const Says& says : op.says)
    if (says.action != Action::next)
      if (auto c = ref(op, mprogcheck::ref(says.prog), Field::says)) return c;
  if (auto c = size_complaint(op)) return Complaint{Field::size, *c};
  if (auto c = dirty_complaint(op)) return Complaint{Field::dirty, *c};
  if (op.verb == Verb::info && op.link.kind == Ref::Kind::prog)
    return Complaint{Field::link, "a program has information of its own, which is not asked here"};
  if (op.verb == Verb::link_create) {
    if (links_[op.link.raw])
      return Complaint{Field::link, name('l', op.link.raw) + " is created twice"};
    links_[op.link.raw] = true;
  } else if (auto c = ref(op, op.link, Field::link)) {
    return c;
  }
  return std::nullopt;
}

std::optional<std::pair<std::size_t, Complaint>> complaint(const Trace& trace) {
  NameCheck names(trace.header);
  for (std::size_t i = 0; i < trace.operations.size(); ++i)
    if (auto c = names.next(trace.operations[i])) return std::pair{i, *c};
  return std::nullopt;
}

}  // namespace mprogcheck

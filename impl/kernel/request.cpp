// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/request.hpp"

#include <algorithm>
#include <stdexcept>

#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

std::uint32_t flag_bits(const Operation& op, Dialect dialect) {
  if (op.has(flag::first | flag::last) && !dialect->has_ends())
    throw CannotRun("the flags first and last are of dialect rfc2, which no kernel has");
  return op.bits | wire_flags(dialect, op.flags);
}

std::uint32_t attach_type(Hook hook) {
  switch (hook) {
    case Hook::ingress:
      return abi::kTcxIngress;
    case Hook::egress:
      return abi::kTcxEgress;
    case Hook::primary:
      return abi::kNetkitPrimary;
    case Hook::peer:
      return abi::kNetkitPeer;
    case Hook::bogus:
      return abi::kNoSuchType;
  }
  return abi::kNoSuchType;
}

std::uint32_t relative(const Operation& op, const Names& names) {
  const auto wanted = op.has(flag::link) ? Ref::Kind::link : Ref::Kind::prog;
  return op.has(flag::id) ? names.id(op.relative, wanted) : names.descriptor(op.relative);
}

abi::Attach attach(const Operation& op, const Names& names) {
  return {.ifindex = names.interface(op.point.device),
          .attach_bpf_fd = names.descriptor(op.prog),
          .attach_type = attach_type(op.point.hook),
          .attach_flags = flag_bits(op, names.dialect),
          .replace_bpf_fd = names.descriptor(op.old),
          .relative = relative(op, names),
          .expected_revision = op.revision};
}

abi::LinkCreate link_create(const Operation& op, const Names& names) {
  return {.prog_fd = names.descriptor(op.prog),
          .ifindex = names.interface(op.point.device),
          .attach_type = attach_type(op.point.hook),
          .flags = flag_bits(op, names.dialect),
          .relative = relative(op, names),
          .unused = 0,
          .expected_revision = op.revision};
}

abi::LinkUpdate link_update(const Operation& op, const Names& names) {
  return {.link_fd = names.descriptor(op.link),
          .new_prog_fd = names.descriptor(op.prog),
          .flags = flag_bits(op, names.dialect),
          .old_prog_fd = names.descriptor(op.old)};
}

abi::Query query(const Operation& op, const Names& names, Room& room) {
  // The first page is never mapped; 8 keeps it apart from "not given".
  constexpr std::uint64_t kUnmapped = 8;
  const auto address = [&](std::uint8_t array, std::span<std::uint32_t> memory) -> std::uint64_t {
    if ((op.arrays & array) == 0) return 0;
    return op.fault ? kUnmapped : reinterpret_cast<std::uintptr_t>(memory.data());
  };
  return {.ifindex = names.interface(op.point.device),
          .attach_type = attach_type(op.point.hook),
          .query_flags = flag_bits(op, names.dialect),
          .attach_flags = 0,
          .prog_ids = address(array::progs, room.progs),
          .count = op.room,
          .unused = 0,
          .prog_attach_flags = address(array::prog_flags, room.prog_flags),
          .link_ids = address(array::links, room.links),
          .link_attach_flags = address(array::link_flags, room.link_flags),
          .revision = 0};
}

}  // namespace

std::uint32_t Names::descriptor(Ref ref) const {
  switch (ref.kind) {
    case Ref::Kind::none:
      return 0;
    case Ref::Kind::bad:
      return kNotOpen;
    case Ref::Kind::file:
      return file;
    case Ref::Kind::map:
      return map;
    case Ref::Kind::prog:
      return ref.raw < progs.size() ? progs[ref.raw].descriptor : kNotOpen;
    case Ref::Kind::link:
      return ref.raw < links.size() ? links[ref.raw].descriptor : kNotOpen;
    case Ref::Kind::foreign:
      if (foreign[ref.raw % kForeigns] != kNotOpen) return foreign[ref.raw % kForeigns];
  }
  throw CannotRun(
      "a link of another type has crashed kernels; this one's own is not shown any, or it has none "
      "of this type");
}

std::uint32_t Names::id(Ref ref, Ref::Kind wanted) const {
  if (!ref.given()) return 0;
  if (ref.kind != wanted) return kUnknownId;
  if (wanted == Ref::Kind::prog) return ref.raw < progs.size() ? progs[ref.raw].id : kUnknownId;
  return ref.raw < links.size() ? links[ref.raw].id : kUnknownId;
}

std::uint32_t Names::interface(std::uint8_t device) const {
  if (device == kLoopback) return 1;  // in every namespace
  return device < interfaces.size() ? interfaces[device] : kNoInterface;
}

void Room::clear(std::size_t slots) {
  for (auto* memory : {&progs, &links, &prog_flags, &link_flags})
    std::fill_n(memory->begin(), slots, kUntouched);
}

bool Room::overran(std::size_t slots) const {
  for (const auto* memory : {&progs, &links, &prog_flags, &link_flags})
    for (std::size_t i = slots; i < memory->size(); ++i)
      if ((*memory)[i] != kUntouched) return true;
  return false;
}

abi::Call whole_list(std::uint32_t ifindex, Hook hook, Room& room, bool with_flags) {
  const auto flags = [&](std::span<std::uint32_t> memory) -> std::uint64_t {
    return with_flags ? reinterpret_cast<std::uintptr_t>(memory.data()) : 0;
  };
  return {abi::kProgQuery,
          abi::Query{.ifindex = ifindex,
                     .attach_type = attach_type(hook),
                     .query_flags = 0,
                     .attach_flags = 0,
                     .prog_ids = reinterpret_cast<std::uintptr_t>(room.progs.data()),
                     .count = kWholeList,
                     .unused = 0,
                     .prog_attach_flags = flags(room.prog_flags),
                     .link_ids = reinterpret_cast<std::uintptr_t>(room.links.data()),
                     .link_attach_flags = flags(room.link_flags),
                     .revision = 0}};
}

abi::Call translate(const Operation& op, const Names& names, Room& room) {
  switch (op.verb) {
    case Verb::attach:
      return {abi::kProgAttach, attach(op, names)};
    case Verb::detach:
      return {abi::kProgDetach, attach(op, names)};
    case Verb::query:
      return {abi::kProgQuery, query(op, names, room)};
    case Verb::link_create:
      return {abi::kLinkCreate, link_create(op, names)};
    case Verb::link_update:
      return {abi::kLinkUpdate, link_update(op, names)};
    case Verb::link_detach:
      return {abi::kLinkDetach, abi::LinkDetach{.link_fd = names.descriptor(op.link)}};
    case Verb::info:
    case Verb::fdinfo:
    case Verb::close:
    case Verb::remove:
    case Verb::qdisc:
    case Verb::packet:
    case Verb::create:
    case Verb::change:
    case Verb::set:
    case Verb::send:
    case Verb::filter:
    case Verb::filter_link:
    case Verb::chain:
    case Verb::provoke:
      break;
  }
  throw std::logic_error("this operation is not a call of bpf(2)");
}

}  // namespace mprogcheck::kernel

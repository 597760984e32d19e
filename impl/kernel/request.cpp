// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/request.hpp"

#include <algorithm>

#include "impl/bpf_request.hpp"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

std::uint32_t flag_bits(const Operation& op, Dialect dialect) {
  if (op.has(flag::first | flag::last) && !dialect->has_ends())
    throw CannotRun("the flags first and last are of dialect rfc2, which no kernel has");
  return op.bits | wire_flags(dialect, op.flags);
}

std::uint32_t relative(const Operation& op, const Names& names) {
  const auto wanted = op.has(flag::link) ? Ref::Kind::link : Ref::Kind::prog;
  return op.has(flag::id) ? names.id(op.relative, wanted) : names.descriptor(op.relative);
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

void QueryBuffers::clear(std::size_t slots) {
  for (auto* memory : {&progs, &links, &prog_flags, &link_flags})
    std::fill_n(memory->begin(), slots, kUntouched);
}

bool QueryBuffers::overran(std::size_t slots) const {
  for (const auto* memory : {&progs, &links, &prog_flags, &link_flags})
    for (std::size_t i = slots; i < memory->size(); ++i)
      if ((*memory)[i] != kUntouched) return true;
  return false;
}

abi::Call whole_list(std::uint32_t ifindex, Hook hook, QueryBuffers& buffers, bool with_flags) {
  const auto flags = [&](std::span<std::uint32_t> memory) -> std::uint64_t {
    return with_flags ? reinterpret_cast<std::uintptr_t>(memory.data()) : 0;
  };
  return {abi::kProgQuery,
          abi::Query{.ifindex = ifindex,
                     .attach_type = abi::attach_type_of(hook),
                     .query_flags = 0,
                     .attach_flags = 0,
                     .prog_ids = reinterpret_cast<std::uintptr_t>(buffers.progs.data()),
                     .count = kWholeList,
                     .unused = 0,
                     .prog_attach_flags = flags(buffers.prog_flags),
                     .link_ids = reinterpret_cast<std::uintptr_t>(buffers.links.data()),
                     .link_attach_flags = flags(buffers.link_flags),
                     .revision = 0}};
}

abi::Call translate(const Operation& op, const Names& names, QueryBuffers& buffers) {
  // The first page is never mapped; 8 keeps it apart from "not given".
  constexpr std::uint64_t kUnmapped = 8;
  const auto address = [&](std::uint8_t array, std::span<std::uint32_t> memory) -> std::uint64_t {
    if ((op.arrays & array) == 0) return 0;
    return op.fault ? kUnmapped : reinterpret_cast<std::uintptr_t>(memory.data());
  };
  return abi::call_of(op.verb, {.ifindex = names.interface(op.point.device),
                                .attach_type = abi::attach_type_of(op.point.hook),
                                .flags = flag_bits(op, names.dialect),
                                .prog_fd = names.descriptor(op.prog),
                                .old_fd = names.descriptor(op.old),
                                .link_fd = names.descriptor(op.link),
                                .relative = relative(op, names),
                                .revision = op.revision,
                                .room = op.room,
                                .prog_ids = address(array::progs, buffers.progs),
                                .prog_flags = address(array::prog_flags, buffers.prog_flags),
                                .link_ids = address(array::links, buffers.links),
                                .link_flags = address(array::link_flags, buffers.link_flags)});
}

}  // namespace mprogcheck::kernel

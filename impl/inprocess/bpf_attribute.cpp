// SPDX-License-Identifier: GPL-2.0-only
// Requests whose attribute is not just its fields, as bytes with watched memory around them.
#include "impl/guarded_attribute.hpp"
#include "impl/inprocess/state.hpp"

namespace mprogcheck::inprocess {
namespace {

namespace abi = abi;

abi::Call call_of(Verb verb, const mprog_attr& a, const mprog_query& q) {
  const auto address = [](const std::uint32_t* array) {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(array));
  };
  switch (verb) {
    case Verb::attach:
    case Verb::detach:
      return {verb == Verb::attach ? abi::kProgAttach : abi::kProgDetach,
              abi::Attach{a.ifindex, a.prog_fd, a.attach_type, a.flags, a.old_fd, a.relative,
                          a.expected_revision}};
    case Verb::link_create:
      return {abi::kLinkCreate, abi::LinkCreate{a.prog_fd, a.ifindex, a.attach_type, a.flags,
                                                a.relative, 0, a.expected_revision}};
    case Verb::link_update:
      return {abi::kLinkUpdate, abi::LinkUpdate{a.link_fd, a.prog_fd, a.flags, a.old_fd}};
    case Verb::link_detach:
      return {abi::kLinkDetach, abi::LinkDetach{a.link_fd}};
    default:
      return {abi::kProgQuery,
              abi::Query{q.ifindex, q.attach_type, q.query_flags, 0, address(q.prog_ids), q.room, 0,
                         address(q.prog_flags), address(q.link_ids), address(q.link_flags), 0}};
  }
}

}  // namespace

Errno State::odd(const Operation& op, Observation* seen) {
  const Operation asked = shortened(op);
  const mprog_attr attr = attr_of(op);
  abi::Call call = call_of(op.verb, attr, op.verb == Verb::query ? query_of(asked) : mprog_query{});
  GuardedAttribute memory(op, call);
  const int ret =
      mprog_bpf(&net, op.space, static_cast<std::uint32_t>(call.command), memory.bytes(),
                static_cast<std::uint32_t>(memory.size()), attr.capable);
  if (ret >= 0 && op.verb == Verb::link_create) name_link(op, static_cast<std::uint32_t>(ret));
  const Errno error = errno_of(std::min(ret, 0));
  if (!seen) return error;
  seen->strayed = memory.strayed();
  if (op.verb != Verb::query) return error;
  memory.answer(call);
  mprog_query told{};
  if (tells_count(op)) told.count = call.as<abi::Query>().count;
  if (tells_revision(op)) told.revision = call.as<abi::Query>().revision;
  answered(asked, told, error, *seen);
  return error;
}

}  // namespace mprogcheck::inprocess

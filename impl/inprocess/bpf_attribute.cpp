// SPDX-License-Identifier: GPL-2.0-only
// Requests whose attribute is longer or shorter than its fields, as bytes with guarded memory
// around them.
#include "impl/bpf_request.hpp"
#include "impl/guarded_attribute.hpp"
#include "impl/inprocess/state.hpp"

namespace mprogcheck::inprocess {
namespace {

std::uint64_t address(const std::uint32_t* array) {
  return reinterpret_cast<std::uintptr_t>(array);
}

abi::Fields fields_of(const mprog_attr& a, const mprog_query& q) {
  return {.ifindex = a.ifindex,
          .attach_type = a.attach_type,
          .flags = a.flags,
          .prog_fd = a.prog_fd,
          .old_fd = a.old_fd,
          .link_fd = a.link_fd,
          .relative = a.relative,
          .revision = a.expected_revision,
          .room = q.room,
          .prog_ids = address(q.prog_ids),
          .prog_flags = address(q.prog_flags),
          .link_ids = address(q.link_ids),
          .link_flags = address(q.link_flags)};
}

}  // namespace

Errno State::odd(const Operation& op, Observation* seen) {
  const Operation asked = shortened(op);
  const mprog_attr attr = attr_of(op);
  abi::Call call = abi::call_of(op.verb, fields_of(attr, query_of(asked)));
  GuardedAttribute memory(op, call);
  const int ret =
      mprog_bpf(&net, op.space, static_cast<std::uint32_t>(call.command), memory.bytes(),
                static_cast<std::uint32_t>(memory.size()), attr.capable);
  if (ret >= 0 && has_trait(op.verb, Trait::makes_link))
    name_link(op, static_cast<std::uint32_t>(ret));
  const Errno error = errno_of(std::min(ret, 0));
  if (!seen) return error;
  seen->strayed = memory.strayed();
  if (!has_trait(op.verb, Trait::only_asks)) return error;
  memory.answer(call);
  mprog_query told{};
  if (tells_count(op)) told.count = call.as<abi::Query>().count;
  if (tells_revision(op)) told.revision = call.as<abi::Query>().revision;
  answered(asked, told, error, *seen);
  return error;
}

}  // namespace mprogcheck::inprocess

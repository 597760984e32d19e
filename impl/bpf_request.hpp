// SPDX-License-Identifier: GPL-2.0-only
// From the fields of an operation, as the numbers that a target has for them, to the call of bpf(2)
// that it stands for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <stdexcept>

#include "impl/bpf_abi.hpp"
#include "model/words/operation.hpp"

namespace mprogcheck::abi {

constexpr std::uint32_t attach_type_of(Hook hook) {
  switch (hook) {
    case Hook::ingress:
      return kTcxIngress;
    case Hook::egress:
      return kTcxEgress;
    case Hook::primary:
      return kNetkitPrimary;
    case Hook::peer:
      return kNetkitPeer;
    case Hook::bogus:
      break;
  }
  return kNoSuchType;
}

// Those of an operation that has no such field are 0, and not used.
struct Fields {
  std::uint32_t ifindex, attach_type, flags, prog_fd, old_fd, link_fd, relative;
  std::uint64_t revision;
  std::uint32_t room;
  std::uint64_t prog_ids, prog_flags, link_ids, link_flags;  // addresses; 0: not given
};

constexpr Attach attach_of(const Fields& f) {
  return {f.ifindex, f.prog_fd, f.attach_type, f.flags, f.old_fd, f.relative, f.revision};
}

// Throws std::logic_error for a verb that is no such call.
inline Call call_of(Verb verb, const Fields& fields) {
  struct Row {
    Verb verb;
    Call (*call)(const Fields& f);
  };
  static constexpr Row kRows[] = {
      {Verb::attach, [](const Fields& f) { return Call(kProgAttach, attach_of(f)); }},
      {Verb::detach, [](const Fields& f) { return Call(kProgDetach, attach_of(f)); }},
      {Verb::query,
       [](const Fields& f) {
         return Call(kProgQuery, Query{f.ifindex, f.attach_type, f.flags, 0, f.prog_ids, f.room, 0,
                                       f.prog_flags, f.link_ids, f.link_flags, 0});
       }},
      {Verb::link_create,
       [](const Fields& f) {
         return Call(kLinkCreate, LinkCreate{f.prog_fd, f.ifindex, f.attach_type, f.flags,
                                             f.relative, 0, f.revision});
       }},
      {Verb::link_update,
       [](const Fields& f) {
         return Call(kLinkUpdate, LinkUpdate{f.link_fd, f.prog_fd, f.flags, f.old_fd});
       }},
      {Verb::link_detach, [](const Fields& f) { return Call(kLinkDetach, LinkDetach{f.link_fd}); }},
  };
  const Row* const row = std::find_if(std::begin(kRows), std::end(kRows),
                                      [&](const Row& one) { return one.verb == verb; });
  if (row == std::end(kRows)) throw std::logic_error("this operation is not a call of bpf(2)");
  return row->call(fields);
}

}  // namespace mprogcheck::abi

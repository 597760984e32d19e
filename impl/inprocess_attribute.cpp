// SPDX-License-Identifier: GPL-2.0-only
// Requests whose attribute is not just its fields, as bytes with watched memory around them.
#include <cstring>
#include <vector>

#include "impl/inprocess_state.hpp"
#include "impl/kernel/abi.hpp"

namespace mprogcheck::inprocess {
namespace {

// Bytes on either side of an attribute that nobody may write to, and what stands in them.
constexpr std::size_t kAround = 64;
constexpr std::uint8_t kUnwritten = 0xa5;

}  // namespace

Errno State::odd(const Operation& op, Observation* seen) {
  const std::size_t size = bytes_given(op);
  std::vector<std::uint8_t> memory(kAround + size + kAround, kUnwritten);
  std::uint8_t* const attribute = memory.data() + kAround;
  std::fill_n(attribute, size, std::uint8_t{0});
  const auto give = [&](const auto& fields) {
    std::memcpy(attribute, &fields, std::min(size, sizeof(fields)));
  };
  const mprog_attr a = attr_of(op);
  namespace abi = kernel::abi;
  int command = 0;
  switch (op.verb) {
    case Verb::attach:
    case Verb::detach:
      command = op.verb == Verb::attach ? abi::kProgAttach : abi::kProgDetach;
      give(abi::Attach{a.ifindex, a.prog_fd, a.attach_type, a.flags, a.old_fd, a.relative,
                       a.expected_revision});
      break;
    case Verb::link_create:
      command = abi::kLinkCreate;
      give(abi::LinkCreate{a.prog_fd, a.ifindex, a.attach_type, a.flags, a.relative, 0,
                           a.expected_revision});
      break;
    case Verb::link_update:
      command = abi::kLinkUpdate;
      give(abi::LinkUpdate{a.link_fd, a.prog_fd, a.flags, a.old_fd});
      break;
    case Verb::link_detach:
      command = abi::kLinkDetach;
      give(abi::LinkDetach{a.link_fd});
      break;
    default: {
      command = abi::kProgQuery;
      const mprog_query q = query_of(shortened(op));
      const auto address = [](const std::uint32_t* array) {
        return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(array));
      };
      give(abi::Query{q.ifindex, q.attach_type, q.query_flags, 0, address(q.prog_ids), q.room, 0,
                      address(q.prog_flags), address(q.link_ids), address(q.link_flags), 0});
    }
  }
  if (op.dirty < size) attribute[op.dirty] = 1;
  const int ret = mprog_bpf(&net, static_cast<std::uint32_t>(command), attribute,
                            static_cast<std::uint32_t>(size), a.capable);
  if (ret >= 0 && op.verb == Verb::link_create) name_link(op, static_cast<std::uint32_t>(ret));
  const Errno error = errno_of(std::min(ret, 0));
  if (!seen) return error;
  const auto written = [](std::uint8_t byte) { return byte != kUnwritten; };
  seen->strayed = std::any_of(memory.data(), attribute, written) ||
                  std::any_of(attribute + size, memory.data() + memory.size(), written);
  if (op.verb != Verb::query || (error != Errno::ok && error != Errno::nospc)) return error;
  mprog_query q{};
  if (tells_count(op)) std::memcpy(&q.count, attribute + 24, sizeof(q.count));
  if (tells_revision(op)) std::memcpy(&q.revision, attribute + 56, sizeof(q.revision));
  answered(shortened(op), q, error, *seen);
  return error;
}

}  // namespace mprogcheck::inprocess

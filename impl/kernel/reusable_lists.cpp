// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/reusable_lists.hpp"

#include "impl/descriptor.hpp"
#include "impl/kernel/request.hpp"

namespace mprogcheck::kernel {
namespace {

// By id: the trace may have closed its own descriptor.
bool detach(std::uint32_t prog, std::uint32_t ifindex, abi::AttachType type) {
  abi::Call open(abi::kProgGetFdById, abi::GetFdById{.id = prog, .next_id = 0, .open_flags = 0});
  const Descriptor descriptor(abi::make(open));
  if (!descriptor.is_open()) return false;
  abi::Call call(abi::kProgDetach,
                 abi::Attach{.ifindex = ifindex,
                             .attach_bpf_fd = static_cast<std::uint32_t>(descriptor.number()),
                             .attach_type = type,
                             .attach_flags = 0,
                             .replace_bpf_fd = 0,
                             .relative = 0,
                             .expected_revision = 0});
  return abi::make(call) == 0;
}

bool make_like_new(std::uint32_t ifindex, Hook hook, abi::AttachType type) {
  QueryBuffers buffers;
  const auto found = [&] {
    abi::Call call = whole_list(ifindex, hook, buffers);
    // Where the kernel refuses, revision 0 stands, which no list has.
    return abi::make(call) < 0 ? abi::Query{} : call.as<abi::Query>();
  };
  abi::Query list = found();
  if (list.count > kMaxCapacity) return false;
  for (std::uint32_t i = 0; i < list.count; ++i)
    if (buffers.links[i] != 0 || !detach(buffers.progs[i], ifindex, type)) return false;
  if (list.count != 0) list = found();
  return list.count == 0 && list.revision == 1;
}

}  // namespace

bool make_like_new(std::uint32_t ifindex) {
  return make_like_new(ifindex, Hook::ingress, abi::kTcxIngress) &&
         make_like_new(ifindex, Hook::egress, abi::kTcxEgress);
}

}  // namespace mprogcheck::kernel

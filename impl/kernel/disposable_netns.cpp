// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/disposable_netns.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "impl/bpf_abi.hpp"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

}  // namespace

DisposableNetns::DisposableNetns(const Netns& home, const Lists& lists, int prog) {
  const ScopedNetns scope(home);
  inside_ = std::make_unique<Inside>(lists);
  inside_->witness = inside_->devices.create(false);
  abi::Call call(abi::kLinkCreate, abi::LinkCreate{.prog_fd = static_cast<std::uint32_t>(prog),
                                                   .ifindex = inside_->witness.ifindex,
                                                   .attach_type = abi::kTcxIngress,
                                                   .flags = 0,
                                                   .relative = 0,
                                                   .unused = 0,
                                                   .expected_revision = 0});
  link_ = Descriptor(abi::make(call));
  if (!link_.is_open()) cannot("attach a program to a device of a new namespace");
}

// All devices of a namespace go together, and a link is asked under the same lock.
void DisposableNetns::end() {
  inside_.reset();
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    abi::LinkInfo info{};
    abi::Call call(abi::kGetInfoByFd,
                   abi::GetInfo{.bpf_fd = static_cast<std::uint32_t>(link_.number()),
                                .info_len = sizeof(info),
                                .info = reinterpret_cast<std::uintptr_t>(&info)});
    if (abi::make(call) < 0) cannot("ask a link whether its device is gone");
    if (info.ifindex == 0) return;
    if (std::chrono::steady_clock::now() > until)
      throw CannotRun("a network namespace that nobody uses any more does not go");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace mprogcheck::kernel

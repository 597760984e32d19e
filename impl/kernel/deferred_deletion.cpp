// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/deferred_deletion.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

// Group 0 is that of a device of which nobody said anything, 1 that of devices.cpp.
constexpr std::uint32_t kGroup = 2;

void require(Errno error, const char* what) {
  if (error != Errno::ok)
    throw CannotRun(std::string("could not ") + what + ": " + to_string(error));
}

void delete_all(Netns& netns) {
  Message message(RTM_DELLINK);
  message.about(0);
  message.put(IFLA_GROUP, kGroup);
  const Errno error = netns.netlink.request(message);
  if (error != Errno::nodev)  // none of them is here
    require(error, "delete the netkit devices of finished traces");
}

}  // namespace

void DeferredDeletion::add(Netns& netns, std::uint32_t ifindex) {
  Message message(RTM_SETLINK);
  message.about(static_cast<std::int32_t>(ifindex));
  message.put(IFLA_GROUP, kGroup);
  require(netns.netlink.request(message), "discard a netkit device");
  ++pairs_;
}

void DeferredDeletion::sweep(Netns& one, Netns* other) {
  if (pairs_ == 0) return;
  delete_all(one);
  if (other != nullptr) delete_all(*other);
  pairs_ = 0;
}

}  // namespace mprogcheck::kernel

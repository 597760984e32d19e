// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/devices.hpp"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <utility>

#include "impl/kernel/lists.hpp"
#include "impl/kernel/reusable_lists.hpp"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

// All devices of ours are in one group, which one request deletes. Group 0 has `lo` in it.
constexpr std::uint32_t kOurGroup = 1;

// What is discarded holds descriptors until it is swept. With these bounds and a trace full of
// programs and links under way they stay below 1024, the usual limit.
constexpr std::size_t kDevicesPerBatch = 64;
constexpr std::size_t kLinksPerBatch = 128;

// After so many a device goes, with what is attached to it.
constexpr std::uint32_t kTracesPerDevice = 256;

// Of include/uapi/linux/if_link.h, 6.7 on, which headers of a distribution may lack.
constexpr std::uint16_t kNetkitPeerInfo = 1, kNetkitMode = 5;
constexpr std::uint32_t kNetkitL2 = 0;

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

[[noreturn]] void cannot(const std::string& what, Errno error) {
  errno = static_cast<int>(error);
  cannot(what);
}

}  // namespace

// Any device has lists of the kernel's own; of the module only its own kind has.
Devices::Devices(Netlink& netlink, const Lists& lists, bool reuse)
    : netlink_(netlink), lists_(lists), reuse_(reuse), taps_(lists.on_any_device()) {}

Devices::~Devices() {
  try {
    sweep();
  } catch (const CannotRun&) {
    // They go with the namespace.
  }
}

Device Devices::create(bool up) {
  const auto found = std::find_if(as_new_.begin(), as_new_.end(),
                                  [&](const Device& device) { return device.up == up; });
  if (found != as_new_.end()) {
    Device device = std::move(*found);
    as_new_.erase(found);
    return device;
  }
  const std::string name = "mp" + std::to_string(made_++);
  if (taps_) {
    Device device = create_tap(name, up);
    if (device.is_there()) return device;
    taps_ = false;
  }
  return create_netkit(name, up);
}

// None where the kernel has no TAP devices.
Device Devices::create_tap(const std::string& name, bool up) {
  Device device;
  device.up = up;
  device.tap = Descriptor(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!device.tap.is_open()) {
    if (errno == ENOENT || errno == ENXIO || errno == ENODEV) return {};
    cannot("open /dev/net/tun");
  }
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  name.copy(request.ifr_name, sizeof(request.ifr_name) - 1);
  if (::ioctl(device.tap.number(), TUNSETIFF, &request) < 0)
    cannot("make a TAP device (run as root, or with CAP_NET_ADMIN)");
  device.ifindex = made_as(name);
  device.name = name;
  const Errno error = change(device.ifindex, up);
  if (error != Errno::ok) cannot("set a TAP device up", error);
  return device;
}

Device Devices::create_netkit(const std::string& name, bool up) {
  Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  message.about(0, up);
  message.put(IFLA_IFNAME, name);
  message.put(IFLA_GROUP, kOurGroup);
  message.nest(IFLA_LINKINFO, [&] {
    message.put(IFLA_INFO_KIND, lists_.kind());
    message.nest(IFLA_INFO_DATA, [&] {
      lists_.describe(message);
      message.put(kNetkitMode, kNetkitL2);
      message.nest(kNetkitPeerInfo, [&] {
        message.about(0);
        message.put(IFLA_IFNAME, name + "p");
      });
    });
  });
  const Errno error = netlink_.request(message);
  if (error == Errno::opnotsupp)
    throw CannotRun(
        "this kernel makes neither TAP nor netkit devices (needs CONFIG_TUN, try: modprobe tun; or "
        "CONFIG_NETKIT)");
  if (error != Errno::ok) cannot("make a pair of netkit devices", error);
  Device device;
  device.up = up;
  device.ifindex = made_as(name);
  device.name = name;
  device.peer = made_as(name + "p");
  // What the request says of a peer's state is not looked at.
  if (up && change(device.peer, true) != Errno::ok) cannot("set a netkit peer up");
  return device;
}

// Up or down, and in the group of ours.
Errno Devices::change(std::uint32_t ifindex, bool up) {
  Message message(RTM_SETLINK);
  message.about(static_cast<std::int32_t>(ifindex), up);
  message.put(IFLA_GROUP, kOurGroup);
  return netlink_.request(message);
}

std::uint32_t Devices::made_as(const std::string& name) {
  const std::uint32_t ifindex = netlink_.index_of(name);
  if (ifindex == 0) cannot("find the device just made");
  return ifindex;
}

Errno Devices::remove(Device& device) {
  const Errno error = delete_one_or_all(device.ifindex);
  device = {};
  return error;
}

Errno Devices::add_qdisc(const Device& device, Qdisc qdisc, bool replace) {
  Message message(RTM_NEWQDISC, NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL));
  message.about_qdisc_of(device.ifindex);
  message.put(TCA_KIND, qdisc == Qdisc::clsact ? "clsact" : "ingress");
  return netlink_.request(message);
}

Errno Devices::remove_qdisc(const Device& device) {
  Message message(RTM_DELQDISC);
  message.about_qdisc_of(device.ifindex);
  return netlink_.request(message);
}

void Devices::leave(std::vector<Device> devices, std::vector<Descriptor> links, bool usual) {
  const auto is_due = [](Device& device) { return ++device.traces >= kTracesPerDevice; };
  const bool again = reuse_ && usual && std::count_if(devices.begin(), devices.end(), is_due) == 0;
  if (again) links.clear();
  for (Device& device : devices)
    (again && make_like_new(device.ifindex) ? as_new_ : discarded_devices_)
        .push_back(std::move(device));
  std::move(links.begin(), links.end(), std::back_inserter(discarded_links_));
}

bool Devices::is_due() const {
  return discarded_devices_.size() >= kDevicesPerBatch || discarded_links_.size() >= kLinksPerBatch;
}

void Devices::sweep() {
  if (!discarded_devices_.empty()) {
    const Errno error = delete_one_or_all(0);
    if (error != Errno::ok) cannot("delete the devices of finished traces", error);
    as_new_.clear();
  }
  discarded_devices_.clear();
  discarded_links_.clear();
}

Errno Devices::delete_one_or_all(std::uint32_t ifindex) {
  Message message(RTM_DELLINK);
  message.about(static_cast<std::int32_t>(ifindex));
  if (ifindex == 0) message.put(IFLA_GROUP, kOurGroup);
  return netlink_.request(message);
}

}  // namespace mprogcheck::kernel

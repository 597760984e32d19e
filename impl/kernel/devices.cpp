// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/devices.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>

#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

// All devices of ours are in one group, which one request deletes. Group 0 has `lo` in it.
constexpr std::uint32_t kOurGroup = 1;

// What is discarded holds descriptors until it is swept. With these bounds and a trace full of
// programs and links under way they stay below 1024, the usual limit.
constexpr std::size_t kDevicesPerBatch = 64;
constexpr std::size_t kLinksPerBatch = 128;

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

[[noreturn]] void cannot(const std::string& what, Errno error) {
  errno = static_cast<int>(error);
  cannot(what);
}

}  // namespace

// A request of rtnetlink about one device, or about all of a group.
struct Devices::LinkMessage {
  nlmsghdr header{};
  ifinfomsg link{};
  rtattr group_header{};
  std::uint32_t group = 0;

  explicit LinkMessage(std::uint16_t type) {
    header.nlmsg_len = offsetof(LinkMessage, group_header);
    header.nlmsg_type = type;
    header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    link.ifi_family = AF_UNSPEC;
  }

  void add_group(std::uint32_t value) {
    group_header = {.rta_len = RTA_LENGTH(sizeof(value)), .rta_type = IFLA_GROUP};
    group = value;
    header.nlmsg_len = sizeof(*this);
  }
};

Devices::Devices() : netlink_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
  if (!netlink_.is_open()) cannot("open a netlink socket");
}

Devices::~Devices() {
  try {
    sweep();
  } catch (const CannotRun&) {
    // The devices go when their taps are closed, one by one.
  }
}

Device Devices::create(bool up) {
  Device device;
  device.tap = Descriptor(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!device.tap.is_open()) {
    if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
      throw CannotRun(
          "there is no /dev/net/tun to make TAP devices with (needs CONFIG_TUN; try: modprobe "
          "tun)");
    cannot("open /dev/net/tun");
  }
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  std::snprintf(request.ifr_name, sizeof(request.ifr_name), "mp%u", made_++);
  if (::ioctl(device.tap.number(), TUNSETIFF, &request) < 0)
    cannot("make a TAP device (run as root, or with CAP_NET_ADMIN)");
  if (::ioctl(netlink_.number(), SIOCGIFINDEX, &request) < 0)
    cannot("find the TAP device just made");
  device.ifindex = static_cast<std::uint32_t>(request.ifr_ifindex);
  const Errno error = prepare(device.ifindex, up);
  if (error != Errno::ok) cannot("set a TAP device up", error);
  return device;
}

Errno Devices::remove(Device& device) {
  const Errno error = delete_one_or_all(device.ifindex);
  device.tap.reset();
  return error;
}

void Devices::discard(std::vector<Device> devices, std::vector<Descriptor> links) {
  std::move(devices.begin(), devices.end(), std::back_inserter(discarded_devices_));
  std::move(links.begin(), links.end(), std::back_inserter(discarded_links_));
}

void Devices::sweep_if_due() {
  if (discarded_devices_.size() >= kDevicesPerBatch || discarded_links_.size() >= kLinksPerBatch)
    sweep();
}

void Devices::sweep() {
  if (!discarded_devices_.empty()) {
    const Errno error = delete_one_or_all(0);
    if (error != Errno::ok) cannot("delete the devices of finished traces", error);
  }
  discarded_devices_.clear();
  discarded_links_.clear();
}

Errno Devices::prepare(std::uint32_t ifindex, bool up) {
  LinkMessage message(RTM_SETLINK);
  message.link.ifi_index = static_cast<int>(ifindex);
  message.link.ifi_flags = up ? IFF_UP : 0;
  message.link.ifi_change = IFF_UP;
  message.add_group(kOurGroup);
  return request(message);
}

Errno Devices::delete_one_or_all(std::uint32_t ifindex) {
  LinkMessage message(RTM_DELLINK);
  message.link.ifi_index = static_cast<int>(ifindex);
  if (ifindex == 0) message.add_group(kOurGroup);
  return request(message);
}

Errno Devices::request(LinkMessage& message) {
  message.header.nlmsg_seq = ++sequence_;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(netlink_.number(), &message, message.header.nlmsg_len, 0,
               reinterpret_cast<sockaddr*>(&kernel), sizeof(kernel)) < 0)
    cannot("send a netlink request");
  for (;;) {
    // An answer of error carries the request back, and may carry attributes behind it.
    alignas(nlmsghdr) std::byte buffer[4096];
    const ssize_t length = ::recv(netlink_.number(), buffer, sizeof(buffer), 0);
    if (length < 0) cannot("read a netlink answer");
    nlmsghdr header;
    nlmsgerr answer;
    if (static_cast<std::size_t>(length) < sizeof(header) + sizeof(answer)) continue;
    std::memcpy(&header, buffer, sizeof(header));
    std::memcpy(&answer, buffer + sizeof(header), sizeof(answer));
    if (header.nlmsg_type == NLMSG_ERROR && header.nlmsg_seq == sequence_)
      return static_cast<Errno>(-answer.error);
  }
}

}  // namespace mprogcheck::kernel

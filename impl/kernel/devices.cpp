// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/devices.hpp"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <new>
#include <optional>
#include <utility>

#include "impl/kernel/emptied.hpp"
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

// A request of rtnetlink about one device, or about all of a group, or about a qdisc.
class Devices::Message {
 public:
  explicit Message(int type, int flags = 0)
      : message_(nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_ACK | flags), nlmsg_free) {
    if (!message_) throw std::bad_alloc();
  }
  // The device, and what it is to be from now on.
  void about(std::uint32_t ifindex, std::optional<bool> up = {}) {
    ifinfomsg link{};
    link.ifi_index = static_cast<int>(ifindex);
    link.ifi_flags = up.value_or(false) ? IFF_UP : 0;
    link.ifi_change = up ? IFF_UP : 0;
    nlmsg_append(get(), &link, sizeof(link), NLMSG_ALIGNTO);
  }
  void about_qdisc_of(std::uint32_t ifindex) {
    tcmsg qdisc{};
    qdisc.tcm_ifindex = static_cast<int>(ifindex);
    qdisc.tcm_parent = TC_H_CLSACT;  // the same place as TC_H_INGRESS
    nlmsg_append(get(), &qdisc, sizeof(qdisc), NLMSG_ALIGNTO);
  }
  void put(int type, std::uint32_t value) { nla_put_u32(get(), type, value); }
  void put(int type, const std::string& text) { nla_put_string(get(), type, text.c_str()); }
  template <class Inside>
  void nest(int type, Inside&& inside) {
    nlattr* const begin = nla_nest_start(get(), type);
    inside();
    nla_nest_end(get(), begin);
  }
  nl_msg* get() { return message_.get(); }

 private:
  std::unique_ptr<nl_msg, void (*)(nl_msg*)> message_;
};

Devices::Devices(bool reuse) : netlink_(nl_socket_alloc(), nl_socket_free), reuse_(reuse) {
  if (!netlink_ || nl_connect(netlink_.get(), NETLINK_ROUTE) < 0) cannot("open a netlink socket");
}

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
  device.ifindex = index_of(name);
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
    message.put(IFLA_INFO_KIND, "netkit");
    message.nest(IFLA_INFO_DATA, [&] {
      message.put(kNetkitMode, kNetkitL2);
      message.nest(kNetkitPeerInfo, [&] {
        message.about(0);
        message.put(IFLA_IFNAME, name + "p");
      });
    });
  });
  const Errno error = request(message);
  if (error == Errno::opnotsupp)
    throw CannotRun(
        "this kernel makes neither TAP nor netkit devices (needs CONFIG_TUN, try: modprobe tun; or "
        "CONFIG_NETKIT)");
  if (error != Errno::ok) cannot("make a pair of netkit devices", error);
  Device device;
  device.up = up;
  device.ifindex = index_of(name);
  device.peer = index_of(name + "p");
  // What the request says of a peer's state is not looked at.
  if (up && change(device.peer, true) != Errno::ok) cannot("set a netkit peer up");
  return device;
}

// Up or down, and in the group of ours.
Errno Devices::change(std::uint32_t ifindex, bool up) {
  Message message(RTM_SETLINK);
  message.about(ifindex, up);
  message.put(IFLA_GROUP, kOurGroup);
  return request(message);
}

std::uint32_t Devices::index_of(const std::string& name) {
  ifreq request{};
  name.copy(request.ifr_name, sizeof(request.ifr_name) - 1);
  if (::ioctl(nl_socket_get_fd(netlink_.get()), SIOCGIFINDEX, &request) < 0)
    cannot("find the device just made");
  return static_cast<std::uint32_t>(request.ifr_ifindex);
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
  return request(message);
}

Errno Devices::remove_qdisc(const Device& device) {
  Message message(RTM_DELQDISC);
  message.about_qdisc_of(device.ifindex);
  return request(message);
}

void Devices::leave(std::vector<Device> devices, std::vector<Descriptor> links, bool usual) {
  const auto is_due = [](Device& device) { return ++device.traces >= kTracesPerDevice; };
  const bool again = reuse_ && usual && std::count_if(devices.begin(), devices.end(), is_due) == 0;
  if (again) links.clear();
  for (Device& device : devices)
    (again && emptied(device.ifindex) ? as_new_ : discarded_devices_).push_back(std::move(device));
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
    as_new_.clear();
  }
  discarded_devices_.clear();
  discarded_links_.clear();
}

Errno Devices::delete_one_or_all(std::uint32_t ifindex) {
  Message message(RTM_DELLINK);
  message.about(ifindex);
  if (ifindex == 0) message.put(IFLA_GROUP, kOurGroup);
  return request(message);
}

Errno Devices::request(Message& message) {
  // The library has error numbers of its own; the kernel's are in the answer.
  int error = 0;
  const auto keep = [](sockaddr_nl*, nlmsgerr* answer, void* to) -> int {
    *static_cast<int*>(to) = -answer->error;
    return NL_STOP;
  };
  nl_socket_modify_err_cb(netlink_.get(), NL_CB_CUSTOM, keep, &error);
  if (nl_send_auto(netlink_.get(), message.get()) < 0) cannot("send a netlink request");
  if (nl_wait_for_ack(netlink_.get()) < 0 && error == 0) cannot("read a netlink answer");
  return static_cast<Errno>(error);
}

}  // namespace mprogcheck::kernel

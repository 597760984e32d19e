// SPDX-License-Identifier: GPL-2.0-only
// For a guest with our module: packets that programs at egress send elsewhere. From device to
// device and back without end they are dropped at some point; to another one's ingress they come as
// what arrives there, whatever route had been found for them. Ends with 1 where not; a kernel that
// goes round and round dies of it.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "impl/kernel/fixture.hpp"
#include "impl/target.hpp"
#include "impl/vm/agent/program.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr std::uint16_t kPort = 4242;
constexpr int kSecond = 1000;

Descriptor redirecting(const Device& to, std::int32_t flags) {
  const auto set = [](std::uint8_t reg, std::int32_t value) {
    return bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K,
                    .dst_reg = static_cast<std::uint8_t>(reg & 0xf),
                    .src_reg = 0,
                    .off = 0,
                    .imm = value};
  };
  const bpf_insn code[] = {
      set(BPF_REG_1, static_cast<std::int32_t>(to.ifindex)),
      set(BPF_REG_2, flags),
      {.code = BPF_JMP | BPF_CALL, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = BPF_FUNC_redirect},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  Descriptor loaded(
      ::bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "redirect", "GPL", code, std::size(code), nullptr));
  if (!loaded.is_open()) throw CannotRun("a program is not loaded");
  return loaded;
}

// A link that is there as long as this.
Descriptor at_egress(SharedResources& resources, const Device& device, const Descriptor& program) {
  abi::Call call(abi::kLinkCreate,
                 abi::LinkCreate{.prog_fd = static_cast<std::uint32_t>(program.number()),
                                 .ifindex = device.ifindex,
                                 .attach_type = abi::kTcxEgress,
                                 .flags = 0,
                                 .relative = 0,
                                 .unused = 0,
                                 .expected_revision = 0});
  Descriptor link(resources.lists->make(resources.home, call));
  if (!link.is_open()) throw CannotRun("a program is not attached");
  return link;
}

void go_round(SharedResources& resources, const Device& one, const Device& other) {
  {
    const auto link = at_egress(resources, one, redirecting(one, 0));
    resources.home.packets.send(one, Hook::egress);
  }
  const auto there = at_egress(resources, one, redirecting(other, 0));
  const auto back = at_egress(resources, other, redirecting(one, 0));
  for (const Device* from : {&one, &other}) resources.home.packets.send(*from, Hook::egress);
  std::puts("packets that go round are dropped");
}

Descriptor datagrams() {
  Descriptor out(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!out.is_open()) throw CannotRun("no socket for datagrams");
  return out;
}

sockaddr_in address(const char* text) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(kPort);
  ::inet_pton(AF_INET, text, &out.sin_addr);
  return out;
}

void give_address(const Device& device, const char* text) {
  const Descriptor socket = datagrams();
  ifreq request{};
  device.name.copy(request.ifr_name, sizeof(request.ifr_name) - 1);
  sockaddr_in is = address(text), mask = address("255.255.255.0");
  std::memcpy(&request.ifr_addr, &is, sizeof(is));
  if (::ioctl(socket.number(), SIOCSIFADDR, &request) != 0) throw CannotRun("no address");
  std::memcpy(&request.ifr_netmask, &mask, sizeof(mask));
  if (::ioctl(socket.number(), SIOCSIFNETMASK, &request) != 0) throw CannotRun("no netmask");
  // What is sent from an own address may come back.
  std::ofstream file("/proc/sys/net/ipv4/conf/" + device.name + "/accept_local");
  if (!(file << 1 << std::flush)) throw CannotRun("accept_local is not to be had");
}

// Whoever has the address is that device, seen from the other one.
void make_neighbour(const Device& from, const Device& to, const char* text) {
  const Descriptor socket = datagrams();
  ifreq asked{};
  to.name.copy(asked.ifr_name, sizeof(asked.ifr_name) - 1);
  if (::ioctl(socket.number(), SIOCGIFHWADDR, &asked) != 0) throw CannotRun("no link address");
  arpreq request{};
  const sockaddr_in is = address(text);
  std::memcpy(&request.arp_pa, &is, sizeof(is));
  request.arp_ha = asked.ifr_hwaddr;
  request.arp_flags = ATF_COM | ATF_PERM;
  from.name.copy(request.arp_dev, sizeof(request.arp_dev) - 1);
  if (::ioctl(socket.number(), SIOCSARP, &request) != 0) throw CannotRun("no neighbour");
}

// To an address here, by a socket that may not know that: its way is out by its device.
bool arrives(SharedResources& resources, const Device& from, const Device& to) {
  constexpr const char* kThere = "10.2.0.1";
  give_address(from, "10.1.0.1");
  give_address(to, kThere);
  make_neighbour(from, to, kThere);
  const Descriptor sender = datagrams(), receiver = datagrams();
  const sockaddr_in any = address("0.0.0.0"), there = address(kThere);
  const auto bind_to = [](const Descriptor& socket, const Device& device) {
    return ::setsockopt(socket.number(), SOL_SOCKET, SO_BINDTODEVICE, device.name.c_str(),
                        static_cast<socklen_t>(device.name.size())) == 0;
  };
  if (!bind_to(sender, from) || !bind_to(receiver, to) ||
      ::bind(receiver.number(), reinterpret_cast<const sockaddr*>(&any), sizeof(any)) != 0)
    throw CannotRun("the sockets are not bound");
  const auto link = at_egress(resources, from, redirecting(to, BPF_F_INGRESS));
  if (::sendto(sender.number(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&there),
               sizeof(there)) != 1)
    throw CannotRun(std::string("no datagram is sent: ") + std::strerror(errno));
  pollfd wanted{.fd = receiver.number(), .events = POLLIN, .revents = 0};
  const bool arrived = ::poll(&wanted, 1, 30 * kSecond) == 1;
  std::puts(arrived ? "a datagram of the stack's arrives" : "a datagram of the stack's is lost");
  return arrived;
}

bool redirect() {
  if (::unshare(CLONE_NEWNET) != 0) throw CannotRun("no network namespace can be made");
  SharedResources resources(false, false, true);
  const Device one = resources.devices.create(true), other = resources.devices.create(true);
  for (const Device* device : {&one, &other}) resources.home.packets.wait_until_open(*device);
  go_round(resources, one, other);
  return arrives(resources, one, other);
}

}  // namespace
}  // namespace mprogcheck::kernel

int main() {
  return mprogcheck::kernel::status_of(mprogcheck::kernel::redirect);
}

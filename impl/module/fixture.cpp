// SPDX-License-Identifier: GPL-2.0-only
#include "impl/module/fixture.hpp"

#include <bpf/bpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "impl/kernel/lists.hpp"
#include "impl/module/netlink.h"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

using namespace message_fixture;

// Attributes of INFO_DATA that the module adds to those of netkit (kmod/device.h).
constexpr int kDialect = 48, kCapacity = 49, kRevision = 50;
constexpr const char* kKind = "mprog";
constexpr uid_t kNobody = 65534;
constexpr std::size_t kLongestAnswer = 32 << 10, kMostAnswers = 64;

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

Descriptor opened(int protocol) {
  Descriptor out(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  constexpr int kOn = 1;
  sockaddr_nl self{};
  self.nl_family = AF_NETLINK;
  if (!out.is_open() || ::bind(out.number(), reinterpret_cast<sockaddr*>(&self), sizeof(self)) != 0)
    cannot("open a netlink socket");
  for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK})
    if (::setsockopt(out.number(), SOL_NETLINK, option, &kOn, sizeof(kOn)) != 0)
      cannot("ask a netlink socket for more than error numbers");
  return out;
}

// In the namespace of the first process, where a device may be sent by a message.
Descriptor opened_outside(int protocol) {
  const Descriptor here(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  const Descriptor outside(::open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC));
  if (::setns(outside.number(), CLONE_NEWNET) != 0) cannot("visit a namespace");
  Descriptor out = opened(protocol);
  if (::setns(here.number(), CLONE_NEWNET) != 0) cannot("come back from a namespace");
  return out;
}

// FNV-1a.
std::uint64_t checksum(std::string_view bytes, std::uint64_t sum = 0xcbf29ce484222325U) {
  for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return sum;
}

// The effective user of this thread alone; its capabilities go and come with that.
void become(uid_t user) {
  if (::syscall(SYS_setresuid, -1, user, -1) != 0) cannot("become another user");
}

// A link that is none of ours.
Descriptor other_link() {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  const Descriptor program(
      bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "other", "GPL", code, 2, nullptr));
  return Descriptor(bpf_raw_tracepoint_open("task_newtask", program.number()));
}

const nlmsghdr* head_of(const std::string& datagram) {
  return reinterpret_cast<const nlmsghdr*>(datagram.data());
}

std::uint32_t genl_number(const std::string& datagram, int type) {
  const nlattr* const found =
      nlmsg_find_attr(const_cast<nlmsghdr*>(head_of(datagram)), sizeof(genlmsghdr), type);
  return found != nullptr ? nla_get_u32(found) : 0;
}

}  // namespace

MessageFixture::MessageFixture()
    : generic_(opened(NETLINK_GENERIC)),
      route_(opened(NETLINK_ROUTE)),
      route_outside_(opened_outside(NETLINK_ROUTE)) {
  for (std::uint32_t p = 0; p < kProgs; ++p) {
    Program program = programs_.own(Prog{static_cast<std::uint8_t>(p)}, ProgType::sched_cls);
    prog_ids_[p] = program.id;
    put(kFirstProg + p, std::move(program.descriptor));
  }
  put(kXdp, std::move(programs_.own(Prog{0}, ProgType::xdp).descriptor));
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) cannot("make a pipe");
  put(kPipe, Descriptor(pipe[0]));
  ::close(pipe[1]);
  put(kMap, Descriptor(::fcntl(programs_.map(), F_DUPFD_CLOEXEC, 3)));
  put(kForeignLink, other_link());
}

void MessageFixture::put(std::uint32_t number, Descriptor from) {
  if (!from.is_open() || ::dup3(from.number(), static_cast<int>(number), O_CLOEXEC) < 0)
    cannot("open what messages are to speak of");
}

void MessageFixture::make_device(std::uint32_t ifindex, std::uint32_t peer, std::uint32_t dialect,
                                 std::uint32_t capacity, std::uint64_t revision) {
  Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  message.about(static_cast<std::int32_t>(ifindex));
  message.put(IFLA_IFNAME, "m" + std::to_string(ifindex));
  message.nest(IFLA_LINKINFO, [&] {
    message.put(IFLA_INFO_KIND, std::string(kKind));
    message.nest(IFLA_INFO_DATA, [&] {
      message.put(kDialect, dialect);
      message.put(kCapacity, capacity);
      message.put(kRevision, revision);
      if (peer == 0) return message.put(row(Key::pairing).type, netkit::single);
      message.nest(row(Key::peer).type, [&] {
        message.about(static_cast<std::int32_t>(peer));
        message.put(IFLA_IFNAME, "m" + std::to_string(peer));
      });
    });
  });
  if (home_.netlink.request(message) != Errno::ok)
    throw CannotRun("the module makes no device for messages to speak of");
}

Errno MessageFixture::change_qdisc(Message message, std::uint32_t ifindex) {
  message.about_qdisc_of(ifindex);
  message.put(TCA_KIND, std::string("clsact"));
  return home_.netlink.request(message);
}

void MessageFixture::make() {
  family_ = family_named(home_, MPROGCHECK_FAMILY_NAME);
  if (family_ == 0) throw CannotRun("nobody knows the module's netlink family");
  make_device(kPair, kPairPeer, MPROGCHECK_DIALECT_MAINLINE, 63, 1);
  make_device(kSmall, kSmallPeer, MPROGCHECK_DIALECT_RFC2, 3, 7);
  make_device(kSingle, 0, MPROGCHECK_DIALECT_MAINLINE, 1, 1);
  if (change_qdisc(Message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL), kFiltered) != Errno::ok)
    throw CannotRun("no device takes a qdisc for messages to speak of");
  links_made_ = 0;
  questions_.clear();
  const auto ask = [&](int command, const List* list) {
    Message message(family_);
    message.command(command);
    if (list != nullptr) {
      message.put(MPROGCHECK_A_IFINDEX, list->ifindex);
      message.put(MPROGCHECK_A_ATTACH_TYPE, list->attach_type);
      message.put(MPROGCHECK_A_ROOM, std::uint32_t{64});
      message.put(MPROGCHECK_A_ARRAYS, std::uint32_t{15});
    }
    const nlmsghdr* const head = nlmsg_hdr(message.get());
    questions_.append(reinterpret_cast<const char*>(head), NLMSG_ALIGN(head->nlmsg_len));
  };
  ask(MPROGCHECK_CMD_REFERENCES, nullptr);
  for (const List& list : message_fixture::kLists) ask(MPROGCHECK_CMD_QUERY, &list);
}

// Links wherever they are, as one may have come that nobody was told of.
void MessageFixture::take_down() {
  std::vector<int> links;
  if (DIR* const folder = ::opendir("/proc/self/fd")) {
    while (const dirent* const entry = ::readdir(folder)) {
      char what[64] = {};
      if (::readlinkat(::dirfd(folder), entry->d_name, what, sizeof(what) - 1) > 0 &&
          std::strcmp(what, "anon_inode:mprog_link") == 0)
        links.push_back(std::atoi(entry->d_name));
    }
    ::closedir(folder);
  }
  for (const int link : links) ::close(link);
  // The one device that stays may have been sent one.
  change_qdisc(Message(RTM_DELQDISC), message_fixture::kLoopback);
  for (const int socket : {route_.number(), route_outside_.number()})
    for (const std::uint32_t ifindex : devices(socket)) {
      Message message(RTM_DELLINK);
      message.about(static_cast<std::int32_t>(ifindex));
      nlmsghdr* const head = nlmsg_hdr(message.get());
      if (::send(socket, head, head->nlmsg_len, 0) < 0) cannot("delete a device");
      receive(socket);  // one side goes with the other, and may be gone
    }
}

std::vector<std::string> MessageFixture::send(const MessageBuffer& buffer) {
  const bool routed = buffer.sender == Sender::route || buffer.sender == Sender::route_unprivileged;
  const bool unprivileged =
      buffer.sender == Sender::generic_unprivileged || buffer.sender == Sender::route_unprivileged;
  const int socket = routed ? route_.number() : generic_.number();
  if (unprivileged) become(kNobody);
  const ssize_t sent = ::send(socket, buffer.bytes.data(), buffer.bytes.size(), 0);
  const int error = errno;
  if (unprivileged) become(0);
  errno = error;
  if (sent < 0) cannot("send a message");
  std::vector<std::string> datagrams = receive(socket);
  for (const std::string& datagram : datagrams) keep_link(datagram);
  return datagrams;
}

// All there is: a kernel has answered by the time that the request is sent, or, of a dump, by the
// time that what came before was taken.
std::vector<std::string> MessageFixture::receive(int socket) {
  static std::array<std::array<char, kLongestAnswer>, kMostAnswers> room;
  std::array<iovec, kMostAnswers> parts;
  std::array<mmsghdr, kMostAnswers> heads{};
  for (std::size_t i = 0; i < kMostAnswers; ++i) {
    parts[i] = {room[i].data(), room[i].size()};
    heads[i].msg_hdr.msg_iov = &parts[i];
    heads[i].msg_hdr.msg_iovlen = 1;
  }
  std::vector<std::string> out;
  for (;;) {
    const int got = ::recvmmsg(socket, heads.data(), kMostAnswers, MSG_DONTWAIT, nullptr);
    if (got < 0 && errno == EAGAIN) return out;
    if (got < 0) cannot("read what a message was answered");
    for (int i = 0; i < got; ++i) out.emplace_back(room[i].data(), heads[i].msg_len);
  }
}

void MessageFixture::keep_link(const std::string& datagram) {
  if (datagram.size() < NLMSG_HDRLEN + GENL_HDRLEN || head_of(datagram)->nlmsg_type != family_)
    return;
  const auto command = static_cast<const genlmsghdr*>(nlmsg_data(head_of(datagram)))->cmd;
  if (command != MPROGCHECK_CMD_LINK_CREATE && command != MPROGCHECK_CMD_FILTER_LINK_CREATE) return;
  put(kFirstLink + links_made_++ % kLinks,
      Descriptor(static_cast<int>(genl_number(datagram, MPROGCHECK_A_LINK_FD))));
}

Holdings MessageFixture::holdings(bool with_devices) {
  Holdings out;
  if (::send(generic_.number(), questions_.data(), questions_.size(), 0) < 0)
    cannot("ask the module what it holds");
  const std::vector<std::string> told = receive(generic_.number());
  if (told.size() != 1 + std::size(message_fixture::kLists) ||
      head_of(told[0])->nlmsg_type != family_)
    throw CannotRun("the module does not tell what it holds");
  out.progs_held = genl_number(told[0], MPROGCHECK_A_PROGS_HELD);
  out.links_held = genl_number(told[0], MPROGCHECK_A_LINKS_HELD);
  for (std::size_t i = 0; i < out.lists.size(); ++i) out.lists[i] = checksum(told[i + 1]);
  out.filters = filters_checksum();
  if (with_devices) out.devices = devices_checksum();
  return out;
}

// Those of our kind, in the namespace of that socket.
std::vector<std::uint32_t> MessageFixture::devices(int socket) {
  Message message(RTM_GETLINK, NLM_F_DUMP);
  message.about(0);
  nlmsghdr* const head = nlmsg_hdr(message.get());
  if (::send(socket, head, head->nlmsg_len, 0) < 0) cannot("ask for devices");
  std::vector<std::uint32_t> out;
  for (const std::string& datagram : receive(socket)) {
    int left = static_cast<int>(datagram.size());
    for (auto* one = const_cast<nlmsghdr*>(head_of(datagram)); nlmsg_ok(one, left);
         one = nlmsg_next(one, &left)) {
      nlattr* const info = one->nlmsg_type == RTM_NEWLINK
                               ? nlmsg_find_attr(one, sizeof(ifinfomsg), IFLA_LINKINFO)
                               : nullptr;
      nlattr* const kind = info != nullptr ? nla_find(static_cast<nlattr*>(nla_data(info)),
                                                      nla_len(info), IFLA_INFO_KIND)
                                           : nullptr;
      if (kind != nullptr && nla_strcmp(kind, kKind) == 0)
        out.push_back(
            static_cast<std::uint32_t>(static_cast<const ifinfomsg*>(nlmsg_data(one))->ifi_index));
    }
  }
  return out;
}

std::uint64_t MessageFixture::filters_checksum() {
  std::uint64_t sum = 0;
  for (const std::uint32_t hook : {TC_H_MIN_INGRESS, TC_H_MIN_EGRESS}) {
    tcmsg head{};
    head.tcm_ifindex = static_cast<int>(kFiltered);
    head.tcm_parent = TC_H_MAKE(TC_H_CLSACT, hook);
    Message message(RTM_GETTFILTER, NLM_F_DUMP);
    message.about(head);
    nlmsghdr* const request = nlmsg_hdr(message.get());
    if (::send(route_.number(), request, request->nlmsg_len, 0) < 0) cannot("ask for filters");
    for (const std::string& datagram : receive(route_.number())) sum = checksum(datagram, sum);
  }
  return sum;
}

// Which there are. What else is told of them a refused request may have changed in part, as
// rtnetlink does one thing after the other.
std::uint64_t MessageFixture::devices_checksum() {
  std::uint64_t sum = 0;
  for (const std::uint32_t ifindex : devices(route_.number()))
    sum = checksum({reinterpret_cast<const char*>(&ifindex), sizeof(ifindex)}, sum);
  return sum;
}

}  // namespace mprogcheck::kernel

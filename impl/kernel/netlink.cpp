// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/netlink.hpp"

#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

constexpr std::size_t kLongestAnswer = 32 << 10;

[[noreturn]] void cannot(const std::string& what) {
  throw CannotRun("could not " + what + ": " + std::strerror(errno));
}

// Behind the error stand attributes; the request itself is left out, as NETLINK_CAP_ACK asks.
std::string words_in(nlmsghdr* answer) {
  if ((answer->nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
  auto* const begin = static_cast<char*>(nlmsg_data(answer)) + sizeof(nlmsgerr);
  const nlattr* const text =
      nla_find(reinterpret_cast<nlattr*>(begin),
               nlmsg_datalen(answer) - static_cast<int>(sizeof(nlmsgerr)), NLMSGERR_ATTR_MSG);
  if (text == nullptr) return {};
  const auto* const words = static_cast<const char*>(nla_data(text));
  return {words, ::strnlen(words, static_cast<std::size_t>(nla_len(text)))};
}

}  // namespace

Message::Message(int type, int flags)
    : message_(nlmsg_alloc_simple(type, NLM_F_REQUEST | flags), nlmsg_free) {
  if (!message_) throw std::bad_alloc();
}

void Message::about(std::int32_t ifindex, std::optional<bool> up) {
  ifinfomsg link{};
  link.ifi_index = ifindex;
  link.ifi_flags = up.value_or(false) ? IFF_UP : 0;
  link.ifi_change = up ? IFF_UP : 0;
  nlmsg_append(get(), &link, sizeof(link), NLMSG_ALIGNTO);
}

void Message::about(const tcmsg& filter) {
  tcmsg head = filter;
  nlmsg_append(get(), &head, sizeof(head), NLMSG_ALIGNTO);
}

void Message::about_qdisc_of(std::uint32_t ifindex) {
  tcmsg qdisc{};
  qdisc.tcm_ifindex = static_cast<int>(ifindex);
  qdisc.tcm_parent = TC_H_CLSACT;  // the same place as TC_H_INGRESS
  nlmsg_append(get(), &qdisc, sizeof(qdisc), NLMSG_ALIGNTO);
}

void Message::about_counters_of(std::uint32_t ifindex) {
  if_stats_msg wanted{};
  wanted.ifindex = ifindex;
  wanted.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
  nlmsg_append(get(), &wanted, sizeof(wanted), NLMSG_ALIGNTO);
}

void Message::command(int number) {
  genlmsghdr head{};
  head.cmd = static_cast<std::uint8_t>(number);
  head.version = 1;
  nlmsg_append(get(), &head, sizeof(head), NLMSG_ALIGNTO);
}

void Message::put(int type, std::uint64_t value) {
  nla_put_u64(get(), type, value);
}
void Message::put(int type, std::uint16_t value) {
  nla_put_u16(get(), type, value);
}
void Message::put(int type, std::uint32_t value) {
  nla_put_u32(get(), type, value);
}
void Message::put(int type, const std::string& text) {
  nla_put_string(get(), type, text.c_str());
}
void Message::put(int type, std::span<const std::uint8_t> bytes) {
  nla_put(get(), type, static_cast<int>(bytes.size()), bytes.data());
}
nlattr* Message::start(int type) {
  return nla_nest_start(get(), type);
}
void Message::end(nlattr* begin) {
  nla_nest_end(get(), begin);
}

Netlink::Netlink(Protocol protocol)
    : socket_(nl_socket_alloc(), nl_socket_free),
      answer_(std::make_unique<char[]>(kLongestAnswer)) {
  const int number = protocol == Protocol::generic ? NETLINK_GENERIC : NETLINK_ROUTE;
  if (!socket_ || nl_connect(socket_.get(), number) < 0) cannot("open a netlink socket");
  nl_socket_disable_auto_ack(socket_.get());  // what is asked for is an answer already
  const int fd = nl_socket_get_fd(socket_.get());
  for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK}) {
    constexpr int kOn = 1;
    if (::setsockopt(fd, SOL_NETLINK, option, &kOn, sizeof(kOn)) != 0)
      cannot("ask a netlink socket for more than error numbers");
  }
}

void Netlink::send(Message& message) {
  if (nl_send_auto(socket_.get(), message.get()) < 0) cannot("send a netlink request");
  receive();
}

std::size_t Netlink::receive() {
  const ssize_t length = ::recv(nl_socket_get_fd(socket_.get()), answer_.get(), kLongestAnswer, 0);
  if (length < static_cast<ssize_t>(sizeof(nlmsghdr))) cannot("read a netlink answer");
  return static_cast<std::size_t>(length);
}

Errno Netlink::request(Message& message, std::string* extack) {
  nlmsg_hdr(message.get())->nlmsg_flags |= NLM_F_ACK;
  send(message);
  auto* const answer = reinterpret_cast<nlmsghdr*>(answer_.get());
  if (answer->nlmsg_type != NLMSG_ERROR)
    throw CannotRun("netlink gave something other than an answer to a request");
  const int error = -static_cast<const nlmsgerr*>(nlmsg_data(answer))->error;
  if (extack != nullptr && error != 0) *extack = words_in(answer);
  return static_cast<Errno>(error);
}

Errno Netlink::exchange(Message& message, std::span<const char>& body) {
  send(message);
  auto* const answer = reinterpret_cast<nlmsghdr*>(answer_.get());
  body = {static_cast<const char*>(nlmsg_data(answer)),
          static_cast<std::size_t>(nlmsg_datalen(answer))};
  if (answer->nlmsg_type != NLMSG_ERROR) return Errno::ok;
  return static_cast<Errno>(-reinterpret_cast<const nlmsgerr*>(body.data())->error);
}

std::span<const char> Netlink::ask(Message& message) {
  std::span<const char> body;
  return exchange(message, body) == Errno::ok ? body : std::span<const char>();
}

void Netlink::dump(Message& message, const std::function<void(std::span<const char>)>& each) {
  if (nl_send_auto(socket_.get(), message.get()) < 0) cannot("send a netlink request");
  for (;;) {
    int left = static_cast<int>(receive());
    for (auto* one = reinterpret_cast<nlmsghdr*>(answer_.get()); nlmsg_ok(one, left);
         one = nlmsg_next(one, &left)) {
      if ((one->nlmsg_flags & NLM_F_DUMP_INTR) != 0 || one->nlmsg_type == NLMSG_ERROR)
        throw CannotRun("netlink did not tell all it was asked for");
      if (one->nlmsg_type == NLMSG_DONE) return;
      each({static_cast<const char*>(nlmsg_data(one)),
            static_cast<std::size_t>(nlmsg_datalen(one))});
    }
  }
}

// Not by ioctl(2): for a name that nobody has that starts a process to load a module.
std::uint32_t Netlink::index_of(const std::string& name) {
  Message message(RTM_GETLINK);
  message.about(0);
  message.put(IFLA_IFNAME, name);
  const std::span<const char> answer = ask(message);
  ifinfomsg head{};
  if (answer.size() >= sizeof(head)) std::memcpy(&head, answer.data(), sizeof(head));
  return static_cast<std::uint32_t>(head.ifi_index);
}

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/pair_throughput.hpp"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "impl/kernel/lists.hpp"
#include "impl/kernel/netkit.hpp"
#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

[[noreturn]] void cannot(const std::string& what, Errno error) {
  throw CannotRun("could not " + what + ": " + to_string(error));
}

Descriptor program() {
  const bpf_insn says_next[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K,
       .dst_reg = BPF_REG_0,
       .src_reg = 0,
       .off = 0,
       .imm = -1},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  Descriptor loaded(
      ::bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "next", "GPL", says_next, std::size(says_next), {}));
  if (!loaded.is_open()) cannot("load a program", static_cast<Errno>(errno));
  return loaded;
}

// A pair of one kind, up, with programs on the primary's list; it goes with this.
class Pair {
 public:
  Pair(Netns& here, Lists& lists, std::uint32_t programs) : here_(here) {
    const std::string name = std::string("x") + lists.kind();
    Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    message.about(0);
    message.put(IFLA_IFNAME, name);
    message.nest(IFLA_LINKINFO, [&] { message.put(IFLA_INFO_KIND, std::string(lists.kind())); });
    ask(message, "make a pair");
    primary_ = here.netlink.index_of(name);
    peer_ = dump_of(here, primary_).link;
    for (const std::uint32_t side : {peer_, primary_}) {
      Message up(RTM_SETLINK);
      up.about(static_cast<std::int32_t>(side), true);
      ask(up, "set a device up");
    }
    while (!dump_of(here, primary_).settled)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    for (std::uint32_t i = 0; i < programs; ++i) {
      programs_.push_back(program());
      abi::Call call(abi::kProgAttach,
                     abi::Attach{.ifindex = primary_,
                                 .attach_bpf_fd = static_cast<std::uint32_t>(programs_[i].number()),
                                 .attach_type = abi::kNetkitPrimary,
                                 .attach_flags = 0,
                                 .replace_bpf_fd = 0,
                                 .relative = 0,
                                 .expected_revision = 0});
      if (lists.make(here, call) < 0) cannot("attach a program", static_cast<Errno>(errno));
    }
  }
  ~Pair() {
    Message message(RTM_DELLINK);
    message.about(static_cast<std::int32_t>(primary_));
    here_.netlink.request(message);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  std::uint32_t primary() const { return primary_; }

  std::uint64_t arrived() const {
    Message message(RTM_GETSTATS);
    message.about_counters_of(peer_);
    const auto body = here_.netlink.ask(message);
    const auto* const first =
        reinterpret_cast<const nlattr*>(body.data() + NLMSG_ALIGN(sizeof(if_stats_msg)));
    rtnl_link_stats64 counters{};
    if (body.size() < NLMSG_ALIGN(sizeof(if_stats_msg)) + NLA_HDRLEN + sizeof(counters))
      throw CannotRun("the kernel does not tell what a device has counted");
    std::memcpy(&counters, reinterpret_cast<const char*>(first) + NLA_HDRLEN, sizeof(counters));
    return counters.rx_packets;
  }

 private:
  void ask(Message& message, const char* what) {
    if (const Errno error = here_.netlink.request(message); error != Errno::ok) cannot(what, error);
  }

  Netns& here_;
  std::uint32_t primary_ = 0, peer_ = 0;
  std::vector<Descriptor> programs_;
};

double seconds_of(int socket, const Pair& pair, std::uint32_t packets) {
  constexpr std::size_t kTogether = 64;
  // Nobody listens to this protocol: what arrives is counted and let go of.
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(ETHERTYPE_LOOPBACK);
  to.sll_ifindex = static_cast<int>(pair.primary());
  std::array<std::uint8_t, ETHER_MIN_LEN - ETHER_CRC_LEN> frame{};
  frame[12] = ETHERTYPE_LOOPBACK >> 8;
  iovec bytes{.iov_base = frame.data(), .iov_len = frame.size()};
  std::array<mmsghdr, kTogether> messages{};
  for (mmsghdr& message : messages) {
    message.msg_hdr.msg_name = &to;
    message.msg_hdr.msg_namelen = sizeof(to);
    message.msg_hdr.msg_iov = &bytes;
    message.msg_hdr.msg_iovlen = 1;
  }
  const std::uint64_t before = pair.arrived();
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint32_t sent = 0; sent < packets;) {
    const auto some = std::min<std::size_t>(kTogether, packets - sent);
    const int done = ::sendmmsg(socket, messages.data(), static_cast<unsigned>(some), 0);
    if (done < 0) cannot("send packets", static_cast<Errno>(errno));
    sent += static_cast<std::uint32_t>(done);
  }
  const auto end = std::chrono::steady_clock::now();
  if (pair.arrived() != before + packets)
    throw CannotRun("of " + std::to_string(packets) + " packets " +
                    std::to_string(pair.arrived() - before) + " arrived");
  return std::chrono::duration<double>(end - begin).count();
}

}  // namespace

PairThroughput measure_pair_throughput(std::uint32_t programs, std::uint32_t packets) {
  Netns here;
  BpfLists of_kernel;
  ModuleLists of_module(here);
  const Pair netkit(here, of_kernel, programs), module(here, of_module, programs);
  const Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) cannot("open a packet socket", static_cast<Errno>(errno));
  PairThroughput throughput;
  // By turns, and the first of each for nothing: caches and the emulator's translations.
  for (const bool counts : {false, true}) {
    const double one = seconds_of(socket.number(), netkit, packets);
    const double other = seconds_of(socket.number(), module, packets);
    if (counts) throughput = {one, other};
  }
  return throughput;
}

}  // namespace mprogcheck::kernel

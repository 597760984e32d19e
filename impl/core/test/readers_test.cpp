// SPDX-License-Identifier: GPL-2.0-only
// Readers walk a list while writers change it. What a reader sees must be a list that was once
// published, as a whole, and every program on it alive. Packets cross from device to device while
// both come and go. Run it under ThreadSanitizer as well.
#include <gtest/gtest.h>
#include <linux/rcupdate.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "impl/fake_kernel/netdev.h"

namespace {

constexpr std::uint32_t kProgs = 12;
constexpr int kReaders = 2, kWriters = 2, kChangesEach = 1500, kPatience = 200'000;
constexpr std::size_t kEnoughSeen = 100;

using Seen = std::vector<std::uint8_t>;

struct Walk {
  Seen seen;
  bool met_a_freed_one = false;
};

int note(const mprog_prog* prog, void* packet) {
  auto& walk = *static_cast<Walk*>(packet);
  walk.seen.push_back(static_cast<std::uint8_t>(prog->cookie));
  walk.met_a_freed_one |= prog->id == 0;
  return MPROG_NEXT;
}

// All commands go through one lock, as under the rtnl; each list that a command leaves is kept.
class World {
 public:
  explicit World(mprog_dialect dialect) {
    mprog_params params{};
    params.dialect = dialect;
    params.capacity = 6;
    params.devices = 1;
    params.revision = 1;
    params.synchronize = synchronize_rcu;
    mprog_net_init(net_.get(), &params);
    for (std::uint32_t i = 0; i < kProgs; ++i) load(i);
    published_.insert(Seen{});
  }

  const mprog_list& list() const { return net_->devices[0].lists[0]; }
  const std::set<Seen>& published() const { return published_; }
  std::uint64_t changes() const { return list().revision - 1; }

  void change(std::mt19937& random) {
    const std::lock_guard guard(lock_);
    const auto pick = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    const std::uint32_t prog = pick(kProgs), other = pick(kProgs);
    mprog_attr attr{};
    attr.ifindex = MPROG_FIRST_IFINDEX;
    attr.attach_type = MPROG_INGRESS;
    attr.prog_fd = fd_[prog];
    std::uint32_t fd = 0;
    switch (pick(9)) {
      case 0:
        attr.flags = MPROG_F_BEFORE;
        [[fallthrough]];
      case 1:
        mprog_prog_attach(net_.get(), &attr);
        break;
      case 2:
        attr.flags = MPROG_F_REPLACE;
        if (net_->params.dialect == MPROG_MAINLINE) {
          attr.old_fd = fd_[other];
        } else if (list().count) {
          // By id what is closed can be replaced too, and then nobody else
          // holds it.
          attr.flags |= MPROG_F_ID;
          attr.relative = list().active->fp[pick(list().count)]->id;
        }
        mprog_prog_attach(net_.get(), &attr);
        break;
      case 3:
        if (mprog_link_create(net_.get(), &attr, &fd) == 0) links_.push_back(fd);
        break;
      case 4:
        if (links_.empty()) break;
        attr.link_fd = links_[pick(static_cast<std::uint32_t>(links_.size()))];
        mprog_link_update(net_.get(), &attr);
        break;
      case 5:
        if (links_.empty()) break;
        mprog_close(net_.get(), links_.back());
        links_.pop_back();
        break;
      // Unnamed: the programs that were closed while attached can be had out in no other
      // way.
      case 6:
        attr.prog_fd = 0;
        attr.flags = pick(2) ? MPROG_F_BEFORE : MPROG_F_AFTER;
        mprog_prog_detach(net_.get(), &attr);
        break;
      // Loaded afresh, its old self is freed as soon as it is on no list; the memory is
      // used again.
      case 7:
        mprog_close(net_.get(), fd_[prog]);
        load(prog);
        break;
      // Gone with all that is on its lists, and there again: readers stay on its list.
      case 8:
        if (pick(4)) break;
        mprog_device_remove(net_.get(), MPROG_FIRST_IFINDEX);
        net_->devices[0].present = true;
        break;
    }
    remember();
  }

 private:
  void load(std::uint32_t i) {
    mprog_prog_load(net_.get(), MPROG_SCHED_CLS, note, next_cookie_++ % 251, &fd_[i]);
  }

  void remember() {
    Seen now;
    for (std::uint32_t i = 0; i < list().count; ++i)
      now.push_back(static_cast<std::uint8_t>(list().active->fp[i]->cookie));
    published_.insert(now);
  }

  std::unique_ptr<mprog_net> net_ = std::make_unique<mprog_net>();
  std::mutex lock_;
  std::uint32_t fd_[kProgs] = {};
  std::uint32_t next_cookie_ = 0;
  std::vector<std::uint32_t> links_;
  std::set<Seen> published_;
};

class Readers : public testing::TestWithParam<mprog_dialect> {};

TEST_P(Readers, SeeOnlyListsThatWerePublishedAndProgramsThatLive) {
  World world(GetParam());
  std::atomic<int> writing{kWriters};
  std::atomic<std::size_t> different{0};  // lists that readers have met
  std::vector<std::set<Seen>> seen(kReaders);
  std::vector<int> freed(kReaders);

  std::vector<std::thread> threads;
  for (int r = 0; r < kReaders; ++r)
    threads.emplace_back([&, r] {
      Walk walk;
      while (writing.load(std::memory_order_relaxed) > 0) {
        walk.seen.clear();
        mprog_run(&world.list(), &walk);
        if (seen[r].insert(walk.seen).second) different.fetch_add(1, std::memory_order_relaxed);
      }
      freed[r] = walk.met_a_freed_one;
    });
  for (int w = 0; w < kWriters; ++w)
    threads.emplace_back([&, w] {
      std::mt19937 random(static_cast<unsigned>(w + 1));
      const auto enough = [&] { return different.load(std::memory_order_relaxed) >= kEnoughSeen; };
      // On a busy machine readers may hardly get to run: go on until they have.
      for (int i = 0; i < kChangesEach || (!enough() && i < kPatience); ++i) world.change(random);
      writing.fetch_sub(1, std::memory_order_relaxed);
    });
  for (std::thread& t : threads) t.join();

  for (int r = 0; r < kReaders; ++r) {
    EXPECT_FALSE(freed[r]);
    for (const Seen& list : seen[r]) {
      EXPECT_TRUE(world.published().contains(list)) << testing::PrintToString(list);
      EXPECT_EQ(std::set<std::uint8_t>(list.begin(), list.end()).size(), list.size());
    }
  }
  // Else the test has shown nothing.
  EXPECT_GT(world.changes(), 200u);
  EXPECT_GE(different.load(), kEnoughSeen);
}

// A packet between two devices, and what it meets: programs of one pair, all of them alive.
struct Crossing : mprog_packet {
  std::set<std::uint32_t> pairs;
  bool met_a_freed_one = false;
};

int note_pair(const mprog_prog* prog, void* packet) {
  auto& crossing = *static_cast<Crossing*>(static_cast<mprog_packet*>(packet));
  crossing.pairs.insert(prog->cookie);
  crossing.met_a_freed_one |= prog->id == 0;
  return MPROG_NEXT;
}

// One pair at a time, each in the slots of the one before it, with programs wherever there is a
// place for them.
class Pairs {
 public:
  Pairs() {
    mprog_params params{};
    params.capacity = 6;
    params.revision = 1;
    params.synchronize = synchronize_rcu;
    mprog_net_init(net_.get(), &params);
  }
  mprog_net* net() { return net_.get(); }

  void live(std::uint32_t number) {
    mprog_netdev_request request{};
    mprog_extack extack{};
    std::uint32_t primary = 0;
    ASSERT_EQ(mprog_netdev_new(net(), &request, &extack, &primary), 0);
    mprog_netdev_info info{};
    mprog_netdev_get(net(), primary, &info);
    const std::uint32_t peer = info.link;
    attach(primary, MPROG_PRIMARY, number);
    up(peer, true);
    up(primary, true);
    attach(primary, MPROG_PEER, number);
    for (const std::uint32_t device : {primary, peer})
      for (const std::uint32_t hook : {MPROG_INGRESS, MPROG_EGRESS}) attach(device, hook, number);
    if (number % 3 == 0) up(peer, false);
    if (number % 5 == 0) drop_by_policy(primary);
    if (number % 2 == 0) move(peer);
    if (number % 2 == 0) up(peer, true, 1);
    if (number % 7 == 0)
      mprog_space_remove(net(), 0), net_->ended[0] = false;
    else
      mprog_device_remove(net(), number % 3 ? primary : peer);
  }

 private:
  void attach(std::uint32_t ifindex, std::uint32_t attach_type, std::uint32_t number) {
    mprog_attr attr{};
    attr.ifindex = ifindex;
    attr.attach_type = attach_type;
    mprog_prog_load(net(), MPROG_SCHED_CLS, note_pair, number, &attr.prog_fd);
    EXPECT_EQ(mprog_prog_attach(net(), &attr), 0);
    mprog_close(net(), attr.prog_fd);  // the list alone has it
  }
  void up(std::uint32_t ifindex, bool up, std::uint32_t space = 0) {
    mprog_netdev_request request{};
    request.space = space;
    request.ifindex = static_cast<int>(ifindex);
    request.change_up = true;
    request.up = up;
    EXPECT_EQ(mprog_netdev_set(net(), &request, &extack_), 0);
  }
  void drop_by_policy(std::uint32_t ifindex) {
    mprog_nlattr policy{MPROG_NETKIT_POLICY, 4, {MPROG_DROP}};
    mprog_netdev_request request{};
    request.ifindex = static_cast<int>(ifindex);
    request.data = {&policy, 1};
    EXPECT_EQ(mprog_netdev_change(net(), &request, &extack_), 0);
  }
  void move(std::uint32_t ifindex) {
    mprog_nlattr space{MPROG_IFLA_NET_NS_FD, 4, {MPROG_FD_SPACES + 1}};
    mprog_netdev_request request{};
    request.ifindex = static_cast<int>(ifindex);
    request.attrs = {&space, 1};
    EXPECT_EQ(mprog_netdev_set(net(), &request, &extack_), 0);
  }

  std::unique_ptr<mprog_net> net_ = std::make_unique<mprog_net>();
  mprog_extack extack_{};
};

TEST(Packets, MeetProgramsOfOnePairWhilePairsComeAndGo) {
  constexpr int kPairs = 3000, kMost = 20'000, kEnoughCrossed = 100;
  Pairs pairs;
  std::atomic<bool> over{false};
  std::atomic<int> crossed{0};
  std::vector<int> mixed(kReaders), freed(kReaders), untold(kReaders);
  std::vector<std::thread> threads;
  for (int r = 0; r < kReaders; ++r)
    threads.emplace_back([&, r] {
      for (std::uint32_t i = 0; !over.load(std::memory_order_relaxed); ++i) {
        Crossing packet{{60, 1, 1, 0, MPROG_REFUSED}, {}};
        const int ret = mprog_xmit(pairs.net(), MPROG_FIRST_IFINDEX + i % 2, &packet);
        mixed[r] += packet.pairs.size() > 1;
        freed[r] += packet.met_a_freed_one;
        untold[r] += packet.fate == MPROG_DROPPED
                         ? ret != 0 && ret != -ENOBUFS
                         : packet.fate != (ret == 0 ? MPROG_PASSED : MPROG_REFUSED);
        if (packet.fate == MPROG_PASSED && !packet.pairs.empty())
          crossed.fetch_add(1, std::memory_order_relaxed);
      }
    });
  for (int i = 1; i < kPairs || (crossed.load() < kEnoughCrossed && i < kMost); ++i)
    pairs.live(static_cast<std::uint32_t>(i));
  over = true;
  for (std::thread& t : threads) t.join();
  for (int r = 0; r < kReaders; ++r) {
    EXPECT_EQ(mixed[r], 0);
    EXPECT_EQ(freed[r], 0);
    EXPECT_EQ(untold[r], 0);
  }
  EXPECT_GE(crossed.load(), kEnoughCrossed);
  EXPECT_EQ(pairs.net()->held, 0u);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Readers, testing::Values(MPROG_MAINLINE, MPROG_RFC2),
                         [](const auto& info) {
                           return info.param == MPROG_RFC2 ? "rfc2" : "mainline";
                         });

}  // namespace

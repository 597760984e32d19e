// SPDX-License-Identifier: GPL-2.0-only
// Packets walk the filters of a hook while these come, change and go, by netlink and with links.
// What a packet meets is in their order, of chain 0, and alive. Run it under ThreadSanitizer as
// well.
#include <gtest/gtest.h>
#include <linux/rcupdate.h>

#include <atomic>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "impl/core/cls.h"
#include "impl/fake_kernel/environment.h"

namespace {

constexpr std::uint32_t kPriorities = 4, kProgsEach = 3, kOtherChain = 1;
constexpr int kReaders = 2, kChanges = 100'000, kPatience = 2'000'000;
constexpr std::size_t kEnoughSeen = 30;

// A program says which priority it is used at; those of the other chain have none of these.
struct Walk {
  std::vector<std::uint32_t> met;
  bool met_a_freed_one = false;
};

int note(const mprog_prog* prog, void* packet) {
  auto& walk = *static_cast<Walk*>(packet);
  walk.met.push_back(prog->cookie);
  walk.met_a_freed_one |= prog->id == 0;
  return MPROG_NEXT;
}

class Filters {
 public:
  Filters() {
    mprog_params params{};
    params.dialect = MPROG_MAINLINE;
    params.capacity = 63;
    params.devices = 1;
    params.revision = 1;
    params.synchronize = synchronize_rcu;
    mprog_net_init(net_.get(), &params);
    for (std::uint32_t i = 0; i < std::size(fds_); ++i) load(i);
    mprog_qdisc_set(net_.get(), MPROG_FIRST_IFINDEX, MPROG_CLSACT, false);
  }

  void walk(Walk& walk) const {
    const mprog_device& device = net_->devices[0];
    mprog_hook_run(&device.lists[MPROG_AT_INGRESS], &device.classifier, MPROG_AT_INGRESS, &walk);
  }

  void change(std::mt19937& random) {
    const auto pick = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    mprog_filter_request r{};
    r.ifindex = MPROG_FIRST_IFINDEX;
    r.attach_type = MPROG_INGRESS;
    r.chain = pick(8) == 0 ? kOtherChain : 0;
    r.priority = pick(kPriorities) + 1;
    r.handle = 1;
    r.create = r.capable = true;
    const std::uint32_t prog = prog_of(r, pick(kProgsEach));
    r.prog_fd = fds_[prog];
    mprog_attr attr{};
    std::uint32_t fd = 0;
    switch (pick(8)) {
      case 0:
        mprog_filter_del(net_.get(), &r);
        break;
      case 1:
        if (!r.chain && mprog_filter_link_create(net_.get(), &r, &fd) == 0)
          links_.push_back({fd, r.priority});
        break;
      case 2:
        if (links_.empty()) break;
        attr.link_fd = links_.back().fd;
        r.chain = 0, r.priority = links_.back().priority;
        attr.prog_fd = fds_[prog_of(r, pick(kProgsEach))];
        mprog_link_update(net_.get(), &attr);
        break;
      case 3:
        if (links_.empty()) break;
        if (pick(2)) mprog_link_detach(net_.get(), links_.back().fd);
        mprog_close(net_.get(), links_.back().fd);
        links_.pop_back();
        break;
      case 4:
        if (pick(6) == 0) mprog_chain_del(net_.get(), &r);
        break;
      // Closed and loaded afresh, the old one is freed with the filter it is in.
      case 5:
        mprog_close(net_.get(), fds_[prog]);
        load(prog);
        break;
      default:
        mprog_filter_set(net_.get(), &r);
    }
  }

 private:
  struct Link {
    std::uint32_t fd, priority;
  };

  // A place among the programs; the last are those of the other chain.
  static std::uint32_t prog_of(const mprog_filter_request& r, std::uint32_t which) {
    return (r.chain ? kPriorities : r.priority - 1) * kProgsEach + which;
  }
  void load(std::uint32_t i) {
    mprog_prog_load(net_.get(), MPROG_SCHED_CLS, note, i / kProgsEach, &fds_[i]);
  }

  std::unique_ptr<mprog_net> net_ = std::make_unique<mprog_net>();
  std::uint32_t fds_[(kPriorities + 1) * kProgsEach] = {};
  std::vector<Link> links_;
};

TEST(FilterReaders, MeetLivingProgramsOfChain0InTheirOrder) {
  Filters filters;
  std::atomic<bool> writing{true};
  std::atomic<std::size_t> different{0};  // walks that readers have made
  std::vector<std::set<std::vector<std::uint32_t>>> seen(kReaders);
  std::vector<int> freed(kReaders), disordered(kReaders);
  std::vector<std::thread> threads;
  for (int r = 0; r < kReaders; ++r)
    threads.emplace_back([&, r] {
      Walk walk;
      while (writing.load(std::memory_order_relaxed)) {
        walk.met.clear();
        filters.walk(walk);
        for (std::size_t i = 0; i < walk.met.size(); ++i)
          disordered[r] |= walk.met[i] >= kPriorities || (i > 0 && walk.met[i] <= walk.met[i - 1]);
        if (seen[r].insert(walk.met).second) different.fetch_add(1, std::memory_order_relaxed);
      }
      freed[r] = walk.met_a_freed_one;
    });
  std::mt19937 random(1);
  // On a busy machine readers may hardly get to run: go on until they have.
  for (int i = 0; i < kChanges || (different.load() < kEnoughSeen && i < kPatience); ++i)
    filters.change(random);
  writing = false;
  for (std::thread& t : threads) t.join();
  for (int r = 0; r < kReaders; ++r) {
    EXPECT_FALSE(freed[r]);
    EXPECT_FALSE(disordered[r]);
  }
  // Else the test has shown nothing.
  EXPECT_GE(different.load(), kEnoughSeen);
}

}  // namespace

// SPDX-License-Identifier: GPL-2.0-only
// Filters of the core by themselves: every step of their making that can fail fails once, and
// leaves nothing behind.
#include "impl/core/cls.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "impl/fake_kernel/environment.h"

namespace {

int pass_on(const mprog_prog*, void*) {
  return MPROG_NEXT;
}

// What is in use of an environment, and what its filters are.
struct Used {
  std::uint32_t held = 0;
  std::size_t files = 0, links = 0, filters = 0, progs = 0;
  std::vector<std::vector<std::uint32_t>> dump;
  bool operator==(const Used&) const = default;
};

class Classifier : public testing::Test {
 protected:
  Classifier() {
    mprog_params params{};
    params.dialect = MPROG_MAINLINE;
    params.capacity = 63;
    params.devices = 1;
    params.revision = 1;
    mprog_net_init(net.get(), &params);
    for (std::uint32_t& fd : fds) mprog_prog_load(net.get(), MPROG_SCHED_CLS, pass_on, 0, &fd);
    mprog_qdisc_set(net.get(), MPROG_FIRST_IFINDEX, MPROG_CLSACT, false);
  }

  mprog_filter_request at(std::uint32_t priority, std::uint32_t handle = 1) const {
    mprog_filter_request r{};
    r.ifindex = MPROG_FIRST_IFINDEX;
    r.attach_type = MPROG_INGRESS;
    r.priority = priority;
    r.handle = handle;
    r.prog_fd = fds[0];
    r.create = r.excl = r.capable = true;
    return r;
  }
  int add(const mprog_filter_request& r) { return mprog_filter_set(net.get(), &r); }
  int link(const mprog_filter_request& r) {
    return mprog_filter_link_create(net.get(), &r, &link_fd);
  }

  Used used() const {
    Used u;
    const auto count = [](const auto& all, auto&& in_use) {
      return static_cast<std::size_t>(std::count_if(std::begin(all), std::end(all), in_use));
    };
    u.held = net->held;
    u.files = count(net->files, [](const mprog_file& f) { return f.kind != MPROG_FILE_CLOSED; });
    u.links = count(net->links, [](const mprog_link& l) { return l.id != 0; });
    u.progs = count(net->progs, [](const mprog_prog& p) { return p.id != 0; });
    u.filters = count(net->filters, [](const mprog_filter& f) { return f.taken; });
    const mprog_classifier& classifier = net->devices[0].classifier;
    for (const mprog_filter* first : {classifier.filters[0], classifier.filters[1]})
      for (const mprog_filter* f = first; f; f = f->next)
        u.dump.push_back(
            {f->hook, f->chain, f->priority, f->handle, f->prog->id, f->link ? f->link->id : 0});
    return u;
  }

  // Makes it fail at its first, second, ... step, each time from the same start; returns with
  // what.
  template <class Make>
  std::vector<int> walk(Make&& make) {
    std::vector<int> errors;
    for (std::uint32_t step = 1;; ++step) {
      const Used before = used();
      net->params.fail_at = step;
      net->steps = 0;
      const int ret = make();
      net->params.fail_at = 0;
      if (ret == 0) return errors;
      errors.push_back(-ret);
      EXPECT_EQ(used(), before) << "step " << step;
    }
  }

  std::unique_ptr<mprog_net> net = std::make_unique<mprog_net>();
  std::array<std::uint32_t, 3> fds{};
  std::uint32_t link_fd = 0;
};

TEST_F(Classifier, creation_of_a_link_releases_once_whichever_step_fails) {
  ASSERT_EQ(add(at(2)), 0);
  const Used before = used();
  // Of the link its id, its descriptor and itself; the filter; the installation.
  EXPECT_EQ(walk([&] { return link(at(1)); }),
            (std::vector{ENOSPC, EMFILE, ENOMEM, ENOMEM, ENOMEM}));
  EXPECT_EQ(used().filters, before.filters + 1);
  EXPECT_EQ(used().held, before.held + 2);
  ASSERT_EQ(mprog_close(net.get(), link_fd), 0);
  EXPECT_EQ(used(), before);
}

TEST_F(Classifier, creation_by_netlink_releases_once_whichever_step_fails) {
  EXPECT_EQ(walk([&] { return add(at(1)); }), (std::vector{ENOMEM, ENOMEM}));
  EXPECT_EQ(used().filters, 1U);
}

TEST_F(Classifier, creation_of_a_link_on_a_list_releases_once_whichever_step_fails) {
  mprog_attr attr{};
  attr.ifindex = MPROG_FIRST_IFINDEX;
  attr.attach_type = MPROG_INGRESS;
  attr.prog_fd = fds[0];
  const Used before = used();
  EXPECT_EQ(walk([&] { return mprog_link_create(net.get(), &attr, &link_fd); }),
            (std::vector{ENOSPC, EMFILE, ENOMEM}));
  ASSERT_EQ(mprog_close(net.get(), link_fd), 0);
  EXPECT_EQ(used(), before);
}

// The errors behind the link's making that need no want of memory.
TEST_F(Classifier, what_is_there_or_needs_hardware_leaves_no_link) {
  ASSERT_EQ(add(at(1)), 0);
  ASSERT_EQ(link(at(2)), 0);
  const Used before = used();
  EXPECT_EQ(link(at(1)), -EEXIST);
  EXPECT_EQ(link(at(2)), -EEXIST);
  mprog_filter_request hardware = at(3);
  hardware.gen_flags = MPROG_CLS_SKIP_SW;
  EXPECT_EQ(link(hardware), -EINVAL);
  EXPECT_EQ(used(), before);
}

TEST_F(Classifier, takes_as_many_filters_as_there_are_slots_and_all_go_with_the_qdisc) {
  const Used before = used();
  for (std::uint32_t i = 0; i < MPROG_MAX_FILTERS; ++i) ASSERT_EQ(add(at(1 + i % 5, 1 + i)), 0);
  EXPECT_TRUE(std::ranges::is_sorted(
      used().dump, {}, [](const auto& row) { return std::vector(row.begin(), row.begin() + 4); }));
  EXPECT_EQ(add(at(9)), -ENOMEM);
  EXPECT_EQ(link(at(9)), -ENOMEM);
  ASSERT_EQ(mprog_qdisc_set(net.get(), MPROG_FIRST_IFINDEX, MPROG_NO_QDISC, false), 0);
  EXPECT_EQ(used(), before);
}

// The slot of a filter that went is another's; its link has no part in that.
TEST_F(Classifier, an_orphan_touches_nothing_that_is_not_its_own) {
  ASSERT_EQ(link(at(1)), 0);
  const std::uint32_t orphan = link_fd;
  const mprog_filter_request chain = at(1);
  ASSERT_EQ(mprog_chain_del(net.get(), &chain), 0);
  ASSERT_EQ(link(at(1)), 0);
  const Used before = used();
  mprog_attr update{};
  update.link_fd = orphan;
  update.prog_fd = fds[1];
  EXPECT_EQ(mprog_link_update(net.get(), &update), -ENOLINK);
  EXPECT_EQ(mprog_link_detach(net.get(), orphan), 0);
  struct mprog_link_info info {};
  EXPECT_EQ(::mprog_link_info(net.get(), orphan, &info), 0);
  EXPECT_EQ(info.ifindex, 0U);
  EXPECT_EQ(used(), before);
  EXPECT_EQ(mprog_close(net.get(), orphan), 0);
  EXPECT_EQ(used().dump, before.dump);
  EXPECT_EQ(used().held, before.held - 2);
}

}  // namespace

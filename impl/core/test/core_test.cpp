// SPDX-License-Identifier: GPL-2.0-only
// The core by itself: what the model does not say, such as which array is read and who holds what.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

#include "impl/fake_kernel/environment.h"
#include "impl/inprocess/inprocess.hpp"

namespace {

// The programs of this file answer NEXT and note that they ran.
int note(const mprog_prog* prog, void* packet) {
  static_cast<std::vector<std::uint32_t>*>(packet)->push_back(prog->cookie);
  return MPROG_NEXT;
}

// An environment with one device, by default of today's dialect, and programs 1, 2, 3, ...
class Core : public testing::Test {
 protected:
  void start(mprog_dialect dialect = MPROG_MAINLINE, std::uint32_t capacity = 63,
             std::uint64_t revision = 1) {
    mprog_params params{};
    params.dialect = dialect;
    params.capacity = capacity;
    params.devices = 1;
    params.revision = revision;
    mprog_net_init(net.get(), &params);
    fds.assign(1, 0);
    for (std::uint32_t i = 1; i <= 70; ++i) {
      std::uint32_t fd = 0;
      mprog_prog_load(net.get(), MPROG_SCHED_CLS, note, i, &fd);
      fds.push_back(fd);
    }
  }
  mprog_attr to(std::uint32_t prog, std::uint32_t flags = 0, std::uint32_t relative = 0) const {
    mprog_attr attr{};
    attr.ifindex = MPROG_FIRST_IFINDEX;
    attr.attach_type = MPROG_INGRESS;
    attr.flags = flags;
    attr.prog_fd = fds[prog];
    attr.relative = fds[relative];
    attr.capable = true;
    return attr;
  }
  int attach(std::uint32_t prog, std::uint32_t flags = 0, std::uint32_t relative = 0) {
    const mprog_attr attr = to(prog, flags, relative);
    return mprog_prog_attach(net.get(), &attr);
  }
  int detach(std::uint32_t prog, std::uint32_t flags = 0, std::uint32_t relative = 0) {
    const mprog_attr attr = to(prog, flags, relative);
    return mprog_prog_detach(net.get(), &attr);
  }
  int replace(std::uint32_t prog, std::uint32_t old) {
    mprog_attr attr = to(prog, MPROG_F_REPLACE);
    attr.old_fd = fds[old];
    return mprog_prog_attach(net.get(), &attr);
  }
  std::uint32_t link(std::uint32_t prog) {
    const mprog_attr attr = to(prog);
    std::uint32_t fd = 0;
    EXPECT_EQ(mprog_link_create(net.get(), &attr, &fd), 0);
    return fd;
  }
  const mprog_list& list() const { return net->devices[0].lists[0]; }
  std::vector<std::uint32_t> run() const {
    std::vector<std::uint32_t> ran;
    mprog_run(&list(), &ran);
    return ran;
  }
  int references(std::uint32_t prog) const { return refcount_read(&net->progs[prog - 1].refs); }

  using Order = std::vector<std::uint32_t>;
  std::unique_ptr<mprog_net> net = std::make_unique<mprog_net>();
  std::vector<std::uint32_t> fds;
};

TEST_F(Core, RunsProgramsInTheOrderTheDirectivesSay) {
  start();
  EXPECT_EQ(attach(1), 0);                     // 1
  EXPECT_EQ(attach(2, MPROG_F_BEFORE), 0);     // 2 1
  EXPECT_EQ(attach(3, MPROG_F_AFTER, 2), 0);   // 2 3 1
  EXPECT_EQ(attach(4, MPROG_F_BEFORE, 1), 0);  // 2 3 4 1
  EXPECT_EQ(run(), (Order{2, 3, 4, 1}));
  EXPECT_EQ(replace(5, 3), 0);
  EXPECT_EQ(detach(0, MPROG_F_BEFORE), 0);
  EXPECT_EQ(run(), (Order{5, 4, 1}));
  EXPECT_EQ(detach(0, MPROG_F_BEFORE, 5), -ERANGE);
  EXPECT_EQ(list().revision, 7u);
}

TEST_F(Core, EveryChangeSwapsThePairAndLeavesTheOtherHalfAsItWas) {
  start();
  attach(1);
  attach(2);
  const mprog_array* before = list().active;
  const mprog_prog* old_second = before->fp[1];
  EXPECT_EQ(replace(3, 2), 0);
  EXPECT_NE(list().active, before);
  EXPECT_EQ(before->fp[1], old_second)
      << "a reader that was inside still sees the list it came for";
  EXPECT_EQ(detach(1), 0);
  EXPECT_EQ(list().active, before);
  EXPECT_EQ(list().active->fp[1], nullptr);
}

TEST_F(Core, ARefusedRequestDoesNotSwapThePair) {
  start(MPROG_MAINLINE, 1);
  attach(1);
  const mprog_array* before = list().active;
  const std::uint32_t held = net->held;
  EXPECT_EQ(attach(2), -ERANGE);
  EXPECT_EQ(attach(1), -EEXIST);
  EXPECT_EQ(replace(3, 2), -ENOENT);
  EXPECT_EQ(detach(2), -ENOENT);
  EXPECT_EQ(list().active, before);
  EXPECT_EQ(net->held, held);
  EXPECT_EQ(list().revision, 2u);
}

TEST_F(Core, AListTakesExactlyItsCapacityAndKeepsAnEndMark) {
  for (std::uint32_t capacity = 1; capacity <= MPROG_MAX_CAPACITY; ++capacity) {
    for (const auto dialect : {MPROG_MAINLINE, MPROG_RFC2}) {
      start(dialect, capacity);
      for (std::uint32_t i = 1; i <= capacity; ++i)
        ASSERT_EQ(attach(i, i % 2 ? MPROG_F_BEFORE : 0), 0);
      const int full = dialect == MPROG_RFC2 ? -ENOSPC : -ERANGE;
      EXPECT_EQ(attach(capacity + 1), full);
      EXPECT_EQ(attach(capacity + 1, MPROG_F_BEFORE, 1), full);
      EXPECT_EQ(list().active->fp[capacity], nullptr);
      EXPECT_EQ(run().size(), capacity);
      EXPECT_EQ(detach(1), 0);
      EXPECT_EQ(run().size(), capacity - 1);
      EXPECT_EQ(attach(capacity + 1), 0);
    }
  }
}

TEST_F(Core, TheRevisionOfRfc2StepsOverZeroAndThatOfMainlineCountsOn) {
  start(MPROG_RFC2, 63, 0xffff'ffff);
  attach(1);
  EXPECT_EQ(list().revision, 1u);
  start(MPROG_MAINLINE, 63, 0xffff'ffff);
  attach(1);
  EXPECT_EQ(list().revision, 0x1'0000'0000u);
}

TEST_F(Core, TheRevisionOutlivesAnEmptyList) {
  start();
  attach(1);
  detach(1);
  EXPECT_EQ(list().revision, 3u);
  mprog_query query{};
  query.ifindex = MPROG_FIRST_IFINDEX;
  query.attach_type = MPROG_INGRESS;
  query.capable = true;
  EXPECT_EQ(mprog_prog_query(net.get(), &query), 0);
  EXPECT_EQ(query.revision, 3u);
  EXPECT_EQ(query.count, 0u);
}

TEST_F(Core, AProgramLivesAsLongAsItsEntry) {
  start();
  attach(1);
  EXPECT_EQ(references(1), 2);
  const std::uint32_t id = net->progs[0].id;
  EXPECT_EQ(mprog_close(net.get(), fds[1]), 0);
  EXPECT_EQ(run(), Order{1});
  EXPECT_NE(mprog_prog_of_id(net.get(), id), nullptr);
  EXPECT_EQ(detach(0), 0);
  EXPECT_EQ(references(1), 0);
  EXPECT_EQ(mprog_prog_of_id(net.get(), id), nullptr);
}

TEST_F(Core, ALinkHoldsItsProgramAndTheEntryHoldsNeither) {
  start();
  const std::uint32_t fd = link(1);
  EXPECT_EQ(references(1), 2);
  EXPECT_EQ(detach(1), -EBUSY);
  EXPECT_EQ(mprog_link_detach(net.get(), fd), 0);
  EXPECT_EQ(references(1), 2) << "detached, the link still has its program";
  EXPECT_EQ(list().count, 0u);
  EXPECT_EQ(mprog_close(net.get(), fd), 0);
  EXPECT_EQ(references(1), 1);
  EXPECT_EQ(net->held, 70u);
}

TEST_F(Core, ARevisionStepsOver0InEitherDialect) {
  start(MPROG_RFC2, 63, 0xffffffffU);
  attach(1);
  EXPECT_EQ(list().revision, 1u);
  start(MPROG_MAINLINE, 63, 0xffffffffU);
  attach(1);
  EXPECT_EQ(list().revision, 1ULL << 32);
  start(MPROG_MAINLINE, 63, ~0ULL);
  attach(1);
  EXPECT_EQ(list().revision, 1u);
}

TEST_F(Core, WhatIsFreedCannotBeHadByItsIdAnyMore) {
  start();
  attach(2);
  mprog_attr attr = to(1, MPROG_F_BEFORE | MPROG_F_ID_MAINLINE);
  attr.relative = net->progs[1].id;
  refcount_set(&net->progs[1].refs, 0);
  EXPECT_EQ(mprog_prog_attach(net.get(), &attr), -ENOENT);

  start();
  const std::uint32_t fd = link(2);
  attr = to(1, MPROG_F_BEFORE | MPROG_F_ID_MAINLINE | MPROG_F_LINK);
  attr.relative = net->links[0].id;
  refcount_set(&net->links[0].refs, 0);
  EXPECT_EQ(mprog_prog_attach(net.get(), &attr), -ENOENT);
  EXPECT_GT(fd, 0u);
}

TEST_F(Core, AReferenceTooFewIsNoSmallMatter) {
  start();
  const std::uint32_t fd = link(2);
  refcount_set(&net->progs[0].refs, 0);
  refcount_set(&net->links[0].refs, 0);
  EXPECT_DEATH(mprog_close(net.get(), fds[1]), "WARN_ON");
  EXPECT_DEATH(mprog_close(net.get(), fd), "WARN_ON");
  EXPECT_DEATH(attach(1), "WARN_ON");
}

TEST_F(Core, NoIdComesBackAndNoneIs0) {
  start();
  net->serial = MPROG_MAX_SERIAL - 2;
  std::uint32_t fd = 0;
  const mprog_prog* prog = mprog_prog_load(net.get(), MPROG_SCHED_CLS, note, 71, &fd);
  EXPECT_EQ(prog->id >> MPROG_ID_SLOT_BITS, MPROG_MAX_SERIAL - 1);
  link(1);
  EXPECT_EQ(net->links[0].id >> MPROG_ID_SLOT_BITS, MPROG_MAX_SERIAL);
  const std::uint32_t held = net->held;
  prog = mprog_prog_load(net.get(), MPROG_SCHED_CLS, note, 72, &fd);
  EXPECT_EQ(reinterpret_cast<std::intptr_t>(prog), -ENOSPC);
  const mprog_attr attr = to(2);
  EXPECT_EQ(mprog_link_create(net.get(), &attr, &fd), -ENOSPC);
  EXPECT_EQ(net->held, held);
}

TEST_F(Core, AFailedLinkCreateLeavesNothing) {
  start();
  attach(1);
  const std::uint32_t held = net->held;
  const mprog_attr attr = to(1);
  std::uint32_t fd = 0;
  const std::uint16_t files = net->used_files;
  EXPECT_EQ(mprog_link_create(net.get(), &attr, &fd), -EEXIST);
  EXPECT_EQ(net->used_files, files) << "nobody has had a descriptor of it, not even for a moment";
  EXPECT_EQ(net->held, held);
  EXPECT_EQ(references(1), 2);
}

TEST_F(Core, ADeviceThatGoesOrphansLinksAndDropsPlainEntries) {
  start();
  attach(1);
  const std::uint32_t fd = link(2);
  EXPECT_EQ(mprog_device_remove(net.get(), MPROG_FIRST_IFINDEX), 0);
  EXPECT_EQ(references(1), 1);
  EXPECT_EQ(references(2), 2);
  mprog_attr attr = to(3);
  attr.link_fd = fd;
  EXPECT_EQ(mprog_link_update(net.get(), &attr), -ENOLINK);
  EXPECT_EQ(mprog_link_detach(net.get(), fd), 0);
  EXPECT_EQ(mprog_close(net.get(), fd), 0);
  EXPECT_EQ(net->held, 70u);
  EXPECT_EQ(mprog_device_remove(net.get(), MPROG_FIRST_IFINDEX), -ENODEV);
}

TEST_F(Core, Rfc2KeepsFirstAtTheHeadAndLastAtTheTail) {
  start(MPROG_RFC2);
  EXPECT_EQ(attach(1, MPROG_F_LAST), 0);
  EXPECT_EQ(attach(2, MPROG_F_FIRST), 0);
  EXPECT_EQ(attach(3), 0);
  EXPECT_EQ(attach(4, MPROG_F_BEFORE), 0);
  EXPECT_EQ(run(), (Order{2, 4, 3, 1}));
  EXPECT_EQ(attach(5, MPROG_F_BEFORE, 2), -EBUSY);
  EXPECT_EQ(attach(5, MPROG_F_AFTER, 1), -EBUSY);
  EXPECT_EQ(attach(5, MPROG_F_FIRST), -EBUSY);
  EXPECT_EQ(detach(0, MPROG_F_BEFORE), 0) << "of nothing: the first that is not FIRST";
  EXPECT_EQ(run(), (Order{2, 3, 1}));
}

// Over the adapter: the environment is as new after begin(), whatever happened before.
TEST(InProcess, AnswersTheSameAfterAnyOtherTrace) {
  using namespace mprogcheck;
  Header header;
  header.loaded[0] = header.loaded[1] = true;
  Operation create;
  create.verb = Verb::link_create;
  create.point = {0, Hook::ingress};
  create.prog = ref(Prog{1});
  create.link = ref(Link{3});
  Operation close;
  close.verb = Verb::close;
  close.prog = ref(Link{3});

  InProcess target;
  Observation fresh, later;
  target.begin(header);
  target.apply(create, fresh);
  for (int i = 0; i < 5; ++i) {
    target.begin(header);
    target.apply(create, later);
    EXPECT_EQ(later, fresh);
    if (i % 2) target.apply(close, later);
  }
  EXPECT_EQ(fresh.references, 4);
  EXPECT_EQ(fresh.after.entries[0], (Entry{Prog{1}, Link{3}, 0}));
}

TEST(InProcess, KnowsItsFaultsByName) {
  using namespace mprogcheck;
  std::set<std::string_view> names;
  for (const FaultInfo& fault : InProcess::faults()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
    EXPECT_TRUE(fault.mainline || fault.rfc2) << fault.name;
    EXPECT_TRUE(fault.sentence.ends_with('.')) << fault.name;
  }
  EXPECT_GE(names.size(), 36u);
  EXPECT_THROW(InProcess("no_such_fault"), CannotRun);
}

}  // namespace

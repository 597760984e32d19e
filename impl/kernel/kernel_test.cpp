// SPDX-License-Identifier: GPL-2.0-only
// The target on the kernel of this machine: that operations reach it, that its answers come back by
// name, and that nothing is left. Whether the kernel keeps its promises is not asked here, so only
// answers on which all kernels agree are expected. Skipped where the target cannot run.
#include "impl/kernel/kernel.hpp"

#include <dirent.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "impl/kernel/baseline_loop.hpp"
#include "impl/kernel/devices.hpp"
#include "impl/kernel/netns_thread.hpp"
#include "impl/kernel/request.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

constexpr auto kBegin = "dialect mainline\ndevice d0 d1\nload p0 p1 p2 p3 p4:xdp\n\n";

Trace trace_of(const std::string& operations) {
  return parse(kBegin + operations, "test").at(0);
}

class KernelTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      kernel_ = std::make_unique<Kernel>();
    } catch (const CannotRun& reason) {
      GTEST_SKIP() << reason.what();
    }
  }

  // One line for each operation: what came back and, where a list was concerned, how it stood then.
  std::string answers(const std::string& operations) {
    const Trace trace = trace_of(operations);
    std::vector<std::vector<Observation>> seen;
    kernel_->run({&trace, 1}, seen);
    std::string lines;
    for (std::size_t i = 0; i < trace.operations.size(); ++i)
      lines += describe(trace.operations[i], seen.at(0).at(i)) + "\n";
    return lines;
  }

  std::unique_ptr<Kernel> kernel_;
};

TEST_F(KernelTest, shows_the_list_as_it_stood_after_each_operation) {
  EXPECT_EQ(answers("attach p0 d0/ingress\n"
                    "attach p1 d0/ingress before rel=p0\n"
                    "attach p1 d0/ingress\n"
                    "attach p2 d0/ingress replace old=p0\n"
                    "attach p3 d0/ingress rev=2\n"
                    "detach p1 d0/ingress\n"
                    "attach p0 d1/egress\n"),
            "ok [p0] rev 2\n"
            "ok [p1 p0] rev 3\n"
            "EEXIST [p1 p0] rev 3\n"
            "ok [p1 p2] rev 4\n"
            "ESTALE [p1 p2] rev 4\n"
            "ok [p2] rev 5\n"
            "ok [p0] rev 2\n");
}

TEST_F(KernelTest, follows_links_until_they_are_on_no_list) {
  EXPECT_EQ(answers("link_create l0 p0 d0/ingress\n"
                    "link_create l1 p1 d0/ingress before link id rel=l0\n"
                    "link_update l0 p2 replace old=p0\n"
                    "link_update l0 p0 replace old=p1\n"
                    "link_detach l1\n"
                    "link_detach l1\n"
                    "link_create l2 p3 d1/ingress\n"
                    "remove d1\n"
                    "link_update l2 p1\n"
                    "close l2\n"
                    "close l2\n"),
            "ok [p0/l0] rev 2\n"
            "ok [p1/l1 p0/l0] rev 3\n"
            "ok [p1/l1 p2/l0] rev 4\n"
            "EPERM [p1/l1 p2/l0] rev 4\n"
            "ok [p2/l0] rev 5\n"
            "ok\n"
            "ok [p3/l2] rev 2\n"
            "ok\n"
            "ENOLINK\n"
            "ok\n"
            "EBADF\n");
}

TEST_F(KernelTest, answers_queries_within_the_room_given) {
  EXPECT_EQ(answers("attach p0 d0/ingress\n"
                    "link_create l0 p1 d0/ingress\n"
                    "query d0/ingress room=64 progs links\n"
                    "query d0/ingress room=1 progs links\n"
                    "query d0/ingress\n"
                    "query d0/ingress room=2 progs fault\n"
                    "query d0/egress room=2 progs\n"
                    "query nodev/ingress room=2 progs\n"),
            "ok [p0] rev 2\n"
            "ok [p0 p1/l0] rev 3\n"
            "ok rev=3 count=2 progs=p0,p1 links=-,l0\n"
            "ENOSPC rev=3 count=2 progs=p0 links=-\n"
            "ok rev=3 count=2\n"
            "EFAULT\n"
            "ok rev=1 count=0 progs=none\n"
            "ENODEV\n");
}

TEST(QueryBuffers, tells_what_was_written_behind_it) {
  for (auto memory : {&kernel::QueryBuffers::progs, &kernel::QueryBuffers::links,
                      &kernel::QueryBuffers::prog_flags, &kernel::QueryBuffers::link_flags}) {
    kernel::QueryBuffers buffers;
    buffers.clear();
    (buffers.*memory)[2] = 0;
    EXPECT_FALSE(buffers.overran(3));
    EXPECT_TRUE(buffers.overran(2));
    EXPECT_TRUE(buffers.overran(0));
  }
}

TEST_F(KernelTest, puts_every_kind_of_reference_to_the_kernel) {
  EXPECT_EQ(answers("attach p4 d0/ingress\n"
                    "attach bad d0/ingress\n"
                    "attach file d0/ingress\n"
                    "attach none d0/ingress\n"
                    "attach p0 d0/bogus\n"
                    "attach p0 nodev/ingress\n"
                    "attach p0 d0/ingress before id rel=bad\n"
                    "attach p0 d0/ingress before rel=file\n"),
            "EINVAL [] rev 1\n"
            "EBADF [] rev 1\n"
            "EINVAL [] rev 1\n"
            "EINVAL [] rev 1\n"
            "EINVAL\n"
            "ENODEV\n"
            "ENOENT [] rev 1\n"
            "EINVAL [] rev 1\n");
}

TEST_F(KernelTest, remembers_the_id_of_a_program_that_has_gone) {
  const std::string operations =
      "attach p0 d0/ingress\n"
      "attach p1 d0/ingress\n"
      "close p0\n"
      "attach p2 d0/ingress before id rel=p0\n"
      "attach p3 d0/ingress before rel=p0\n"
      "detach none d0/ingress before rel=p1\n"
      "attach p3 d0/ingress before id rel=p0\n";
  const std::string expected =
      "ok [p0] rev 2\n"
      "ok [p0 p1] rev 3\n"
      "ok\n"
      "ok [p2 p0 p1] rev 4\n"
      "EBADF [p2 p0 p1] rev 4\n"
      "ok [p2 p1] rev 5\n"
      "ENOENT [p2 p1] rev 5\n";
  EXPECT_EQ(answers(operations), expected);
  // The first run's device is not deleted yet. It must not keep p0 alive for the second.
  EXPECT_EQ(answers(operations), expected);
}

TEST_F(KernelTest, sends_packets_and_tells_who_ran_and_what_became_of_them) {
  if (!kernel_->capabilities().packets) GTEST_SKIP() << "no packets here";
  EXPECT_EQ(answers("attach p0 d0/ingress\n"
                    "attach p1 d0/ingress\n"
                    "link_create l0 p2 d0/egress\n"
                    "packet d0/ingress\n"
                    "packet d0/ingress p0=drop\n"
                    "packet d0/ingress p0=pass p1=drop\n"
                    "packet d0/ingress p1=drop\n"
                    "packet d0/egress\n"
                    "packet d0/egress p2=drop\n"
                    "packet d1/egress\n"
                    "packet nodev/egress\n"
                    "attach p3 d1/ingress\n"
                    "close p3\n"
                    "packet d1/ingress\n"
                    "packet d1/ingress p3=drop\n"),
            "ok [p0] rev 2\n"
            "ok [p0 p1] rev 3\n"
            "ok [p2/l0] rev 2\n"
            "ok passed progs=p0,p1\n"
            "ok dropped progs=p0\n"
            "ok passed progs=p0\n"
            "ok dropped progs=p0,p1\n"
            "ok passed progs=p2\n"
            "ok dropped progs=p2\n"
            "ok passed progs=none\n"
            "ENODEV\n"
            "ok [p3] rev 2\n"
            "ok\n"
            "ok passed progs=p3\n"
            "ok dropped progs=p3\n");
}

TEST_F(KernelTest, refuses_what_is_not_for_it) {
  std::vector<std::vector<Observation>> seen;
  Trace hazardous = trace_of("attach p0 d0/ingress\n");
  hazardous.operations[0].relative.kind = Ref::Kind::foreign;
  EXPECT_THROW(kernel_->run({&hazardous, 1}, seen), CannotRun);
  Trace small = trace_of("attach p0 d0/ingress\n");
  small.header.capacity = 3;
  EXPECT_THROW(kernel_->run({&small, 1}, seen), CannotRun);
  Trace posting = trace_of("attach p0 d0/ingress\n");
  posting.header.dialect = Dialect::rfc2;
  EXPECT_THROW(kernel_->run({&posting, 1}, seen), CannotRun);
}

// Each trace leaves something behind: programs and links, also closed and without a name, on either
// hook and a full list; a device that has gone; packets. What a device that has served all of them
// answers is what a new one answers, to each of them.
TEST_F(KernelTest, a_device_used_again_answers_like_a_new_one) {
  std::string full = "dialect mainline\ndevice d0 d1\nload";
  for (int p = 0; p < 63; ++p) full += " p" + std::to_string(p);
  for (int p = 0; p < 63; ++p) full += "\nattach p" + std::to_string(p) + " d0/egress";
  std::vector<Trace> traces{
      trace_of("attach p0 d0/ingress\nattach p1 d0/ingress\nattach p2 d0/egress rev=1\n"),
      trace_of("query d0/ingress room=9 progs links\nquery d0/egress room=9 progs links\n"
               "link_create l0 p0 d0/ingress\nlink_create l1 p1 d0/ingress before\n"
               "link_create l2 p2 d0/egress\nattach p3 d0/ingress after\nlink_detach l0\n"),
      trace_of("attach p0 d0/ingress rev=1\nattach p1 d0/ingress\nclose p1\n"
               "link_create l0 p2 d0/ingress\nclose p2\n"
               "detach p0 d0/ingress\nattach p3 d0/ingress rev=2\n"),
      parse(full + "\nquery d0/egress room=64 progs\n", "test").at(0),
      trace_of("attach p0 d0/egress rev=1\nattach p1 d1/ingress\nremove d1\n"
               "attach p1 d1/ingress\ndetach p0 d0/egress\nattach p0 d0/egress rev=1\n"),
      trace_of("link_create l0 p0 d1/ingress\nattach p0 d1/egress\nclose l0\n")};
  if (kernel_->capabilities().packets)
    traces.push_back(
        trace_of("packet d0/ingress\nattach p0 d0/ingress\npacket d0/ingress p0=drop\n"
                 "packet d0/ingress\npacket d0/egress\nattach p1 d1/egress\n"
                 "packet d1/egress p1=drop\npacket d1/egress p1=pass\n"));
  std::vector<std::vector<Observation>> from_new, from_used;
  kernel_->run(traces, from_new);
  kernel_.reset();
  Kernel reusing({.hazards = false, .reuse = true});
  for (int round = 0; round < 4; ++round) {
    const std::uint32_t made = reusing.devices_made();
    reusing.run(traces, from_used);
    for (std::size_t t = 0; t < traces.size(); ++t)
      EXPECT_TRUE(from_used[t] == from_new[t]) << "round " << round << ", trace " << t;
    // Only the one that a trace removes is made anew.
    if (round > 0) {
      EXPECT_EQ(reusing.devices_made() - made, 1U) << "round " << round;
    }
    std::rotate(traces.begin(), traces.begin() + 1, traces.end());
    std::rotate(from_new.begin(), from_new.begin() + 1, from_new.end());
  }
}

std::size_t open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  std::size_t count = 0;
  while (::readdir(folder.get()) != nullptr) ++count;
  return count;
}

TEST_F(KernelTest, keeps_no_more_descriptors_after_many_traces_than_after_some) {
  const std::vector<Trace> traces(
      100, trace_of("link_create l0 p4 d0/ingress\nclose p0\nquery d1/egress\n"));
  std::vector<std::vector<Observation>> seen;
  std::size_t most_before = 0, most_after = 0;
  for (int i = 0; i < 3; ++i)
    kernel_->run(traces, seen), most_before = std::max(most_before, open_descriptors());
  for (int i = 0; i < 6; ++i)
    kernel_->run(traces, seen), most_after = std::max(most_after, open_descriptors());
  EXPECT_LE(most_after, most_before + 128);
}

TEST_F(KernelTest, adds_replaces_and_removes_qdiscs) {
  if (!kernel_->capabilities().qdiscs) GTEST_SKIP() << "no qdiscs here";
  std::vector<Errno> answers;
  kernel::NetnsThread thread;
  thread.run([&] {
    kernel::Netlink netlink;
    const kernel::BpfLists lists;
    kernel::Devices devices(netlink, lists, false);
    std::vector<kernel::Device> all;
    const kernel::Device& device = all.emplace_back(devices.create(false));
    answers = {devices.remove_qdisc(device),
               devices.add_qdisc(device, Qdisc::clsact, false),
               devices.add_qdisc(device, Qdisc::clsact, false),
               devices.add_qdisc(device, Qdisc::clsact, true),
               devices.add_qdisc(device, Qdisc::ingress, true),
               devices.remove_qdisc(device),
               devices.remove_qdisc(device),
               devices.add_qdisc(device, Qdisc::ingress, true)};
    devices.leave(std::move(all), {}, false);
  });
  const std::vector<Errno> expected = {Errno::noent, Errno::ok, Errno::exist, Errno::ok,
                                       Errno::ok,    Errno::ok, Errno::noent, Errno::ok};
  EXPECT_EQ(answers, expected);
}

TEST_F(KernelTest, makes_netkit_devices_or_refuses_traces_with_them) {
  const std::string operations =
      "create d2 d3 ns=n1\n"
      "attach p0 d2/primary in=n1\n"
      "attach p0 d3/primary\n"
      "set d2 state=up\n"
      "set d3 state=up\n"
      "send d2\n"
      "send d2 p0=drop\n"
      "remove d3\n";
  if (!kernel_->capabilities().netkit) {
    for (const char* one : {"create d2 d3\n", "attach p0 lo/primary\n", "query lo/peer\n"}) {
      EXPECT_THROW(answers(one), CannotRun) << one;
    }
    return;
  }
  EXPECT_EQ(answers(operations),
            "ok\n"
            "ok [p0] rev 2\n"
            "EACCES\n"
            "ok\n"
            "ok\n"
            "ok passed progs=p0 [p0@d3] sent 1 of 60 bytes received 1 of 60 bytes\n"
            "ENOBUFS dropped progs=p0 [p0@d3] dropped 1\n"
            "ok\n");
}

TEST_F(KernelTest, the_baseline_loop_makes_the_same_calls) {
  const auto result =
      kernel::BaselineLoop().run(trace_of("attach p0 d0/ingress\n"
                                          "link_create l0 p1 d0/ingress\n"
                                          "attach p2 d0/ingress before link rel=l0\n"
                                          "close l0\n"),
                                 2);
  EXPECT_EQ(result.calls, 8u);
  EXPECT_GT(result.seconds, 0);
}

TEST_F(KernelTest, the_baseline_loop_refuses_what_is_no_plain_call) {
  kernel::BaselineLoop loop;
  for (const char* operation : {"packet d0/ingress p0=drop", "remove d0", "info bad",
                                "attach p0 d0/ingress size=12", "attach p0 d0/ingress in=n1"}) {
    const Trace trace = trace_of(operation);
    EXPECT_FALSE(kernel::BaselineLoop::can_run(trace.operations[0])) << operation;
    EXPECT_THROW(loop.run(trace, 1), CannotRun) << operation;
  }
}

}  // namespace
}  // namespace mprogcheck

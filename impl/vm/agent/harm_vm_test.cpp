// SPDX-License-Identifier: GPL-2.0-only
// A real kernel in a guest: what it answers comes back, and harm it comes to is found out, down to
// the operation. Where no kernel or no QEMU can be had these tests skip, with the reason.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "impl/vm/agent/testing.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

constexpr const char* kKernel = "6.12";

class RealKernel : public InAGuest {
 protected:
  static void SetUpTestSuite() { boot(kKernel, std::chrono::seconds(40)); }

  static Trace trace(const std::string& operations) {
    return parse("dialect mainline\ndevice d0 d1\nload p0 p1 p2 p3\n" + operations, "harm_vm_test")
        .at(0);
  }
  static std::vector<Observation> run_one(const Trace& t) { return run({t}).at(0); }
};

TEST_F(RealKernel, answers_as_the_model_says) {
  const Trace t = trace(
      "attach p0 d0/ingress\nattach p1 d0/ingress before rel=p0\nlink_create l0 p2 d0/ingress\n"
      "query d0/ingress room=4 progs links\npacket d0/ingress p0=drop\npacket d0/ingress p1=pass\n"
      "detach p2 d0/ingress\nclose l0\nattach p3 d1/egress\npacket d1/egress p3=drop\n"
      "packet d1/egress\nremove d0\n");
  const Verdict verdict = check(t, run_one(t));
  EXPECT_EQ(verdict.judged, t.operations.size());
  for (const Deviation& d : verdict.deviations) ADD_FAILURE() << explain(d, t);
  EXPECT_TRUE(vm_->capabilities().packets);
  EXPECT_TRUE(vm_->capabilities().qdiscs);  // of a module
  EXPECT_TRUE(vm_->describe().starts_with(std::string("Linux ") + kKernel)) << vm_->describe();
}

TEST_F(RealKernel, answers_many_traces_as_it_answers_each) {
  std::vector<Trace> traces;
  for (int i = 0; i < 40; ++i)
    traces.push_back(
        trace("attach p" + std::to_string(i % 4) +
              " d0/ingress\nattach p0 d0/ingress after\nquery d0/ingress room=2 progs\n"));
  const auto together = run(traces);
  ASSERT_EQ(together.size(), traces.size());
  for (std::size_t i = 0; i < traces.size(); ++i)
    EXPECT_TRUE(together[i] == run_one(traces[i])) << i;
}

// Of a line of /proc/PID/status.
std::string status_of(pid_t process, const std::string& name) {
  std::ifstream in("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name + ":")) return line.substr(name.size() + 2);
  return {};
}

TEST_F(RealKernel, runs_with_as_little_as_it_needs) {
  const pid_t qemu = vm_->guest().process();
  EXPECT_EQ(status_of(qemu, "Seccomp"), "2");
  EXPECT_EQ(status_of(qemu, "NoNewPrivs"), "1");
  if (::geteuid() != 0) GTEST_SKIP() << "without root there is less to give up";
  EXPECT_EQ(status_of(qemu, "Uid"), "65534\t65534\t65534\t65534");
  EXPECT_EQ(status_of(qemu, "Groups").find_first_not_of(' '), std::string::npos);
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
    EXPECT_EQ(status_of(qemu, set), "0000000000000000") << set;
  const std::string net = "/proc/" + std::to_string(qemu) + "/ns/net";
  EXPECT_NE(std::filesystem::read_symlink(net), std::filesystem::read_symlink("/proc/self/ns/net"));
}

// Provoked in the third of four traces that run together.
void found_out(Vm& vm, const Trace& well, const Trace& provoked, Harm harm, bool ends) {
  std::vector<std::vector<Observation>> seen;
  const std::vector<Trace> traces{well, well, provoked, well};
  vm.run(traces, seen);
  for (const std::size_t i : {0, 1, 3}) EXPECT_TRUE(check(traces[i], seen.at(i)).conforms()) << i;
  ASSERT_EQ(seen.at(2).size(), ends ? 2U : 3U);
  EXPECT_EQ(seen[2][0].harm, Harm::none);
  EXPECT_EQ(seen[2][1].harm, harm);
  const Verdict verdict = check(provoked, seen[2]);
  ASSERT_EQ(verdict.deviations.size(), 1U);
  EXPECT_EQ(verdict.deviations[0].step, 1U);
  EXPECT_EQ(verdict.deviations[0].aspect, Aspect::harm);
}

TEST_F(RealKernel, that_panics_is_found_out) {
  found_out(*vm_, trace("attach p0 d0/ingress\n"),
            trace("attach p0 d0/ingress\nprovoke panic\nattach p1 d0/ingress\n"), Harm::died, true);
  EXPECT_NE(vm_->last_words().console.find("sysrq"), std::string::npos);
  EXPECT_NE(vm_->last_words().title, "");
}

TEST_F(RealKernel, that_complains_is_found_out) {
  found_out(*vm_, trace("attach p0 d0/ingress\n"),
            trace("attach p0 d0/ingress\nprovoke warn\nattach p1 d0/ingress\n"), Harm::warned,
            false);
  EXPECT_EQ(vm_->last_words().title, "WARNING: provoked by mprogcheck");
}

// It is waited for in vain twice, so not for long.
class HangingKernel : public RealKernel {
 protected:
  static void SetUpTestSuite() { boot(kKernel, std::chrono::seconds(15)); }
};

TEST_F(HangingKernel, is_found_out) {
  found_out(*vm_, trace("attach p0 d0/ingress\n"),
            trace("attach p0 d0/ingress\nprovoke hang\nattach p1 d0/ingress\n"), Harm::silent,
            true);
}

TEST_F(RealKernel, that_is_ended_from_outside_is_no_finding) {
  std::vector<Trace> traces(4000, trace("attach p0 d0/ingress\nattach p1 d0/ingress\n"
                                        "detach p0 d0/ingress\nattach p0 d0/ingress before\n"));
  const int before = vm_->lost();
  const pid_t qemu = vm_->guest().process();
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ::kill(qemu, SIGKILL);
  });
  const auto seen = run(traces);
  killer.join();
  EXPECT_EQ(vm_->lost(), before + 1);
  for (std::size_t i = 0; i < traces.size(); ++i)
    ASSERT_TRUE(check(traces[i], seen.at(i)).conforms()) << i;
}

// Whatever it is asked, it refuses; and before that its kernel complains.
class Refuser : public InAGuest {
 protected:
  static void SetUpTestSuite() { boot(kKernel, std::chrono::seconds(40), MPROGCHECK_REFUSER); }
  static void expect_harm(Harm harm) {
    EXPECT_EQ(harm, Harm::warned);
    EXPECT_EQ(vm_->last_words().title, "WARNING: refused by mprogcheck");
  }
};

TEST_F(Refuser, that_complained_came_to_harm) {
  StressRound round;
  expect_harm(vm_->stress({}, round));
  expect_harm(vm_->exchange({.begin = true, .end = false, .buffers = {}}).harm);
  expect_harm(vm_->run_program("/proc/self/exe").value().harm);
  const Trace trace =
      parse("dialect mainline\ndevice d0\nquery d0/ingress\n", "harm_vm_test").at(0);
  for (const auto& one : run({trace, trace})) {
    ASSERT_EQ(one.size(), 1U);
    expect_harm(one[0].harm);
  }
  EXPECT_EQ(vm_->boots(), 6);  // each time afresh
}

TEST_F(Refuser, that_is_well_cannot_do_it) {
  EXPECT_THROW(vm_->run_baseline({{Trace{}}}), CannotRun);
}

TEST(NoKernel, IsNoGuest) {
  VmOptions options;
  options.name = "vm:none";
  options.boot.kernel = MPROGCHECK_AGENT;
  options.boot.agent = MPROGCHECK_AGENT;
  EXPECT_THROW(Vm{options}, CannotRun);
}

}  // namespace
}  // namespace mprogcheck

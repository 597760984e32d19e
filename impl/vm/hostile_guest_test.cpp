// SPDX-License-Identifier: GPL-2.0-only
// A guest that lies, in QEMU's place: what it says never passes for what a kernel did, never
// exhausts the host, and never keeps it waiting.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "impl/vm/test/bzimage.hpp"
#include "impl/vm/vm.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

namespace fs = std::filesystem;

class HostileGuest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "mprogcheck-liar-XXXXXX").string();
    ASSERT_TRUE(::mkdtemp(pattern.data()));
    folder_ = pattern;
    fs::permissions(folder_, fs::perms(0755));  // nobody runs it
    fs::copy_file(MPROGCHECK_LIAR, folder_ / "qemu-system-x86_64");
    std::ofstream(folder_ / "bzImage", std::ios::binary) << vm::bzimage("6.99.0 (a lie)");
    path_ = std::getenv("PATH");
    ::setenv("PATH", (folder_.string() + ":" + path_).c_str(), 1);
    ::setenv("MPROGCHECK_LIE", GetParam(), 1);
    options_.name = "vm:liar";
    options_.boot.kernel = folder_ / "bzImage";
    options_.boot.agent = MPROGCHECK_LIAR;
    options_.boot.patience = std::chrono::seconds(1);
    options_.boot.tries = 2;
    options_.patience = std::chrono::milliseconds(200);
  }
  void TearDown() override {
    ::setenv("PATH", path_.c_str(), 1);
    ::unsetenv("MPROGCHECK_LIE");
    fs::remove_all(folder_);
  }

  fs::path folder_;
  std::string path_;
  VmOptions options_;
};

const std::vector<Trace>& asked() {
  static const std::vector<Trace> traces = parse(
      "dialect mainline\ndevice d0\nload p0 p1\nattach p0 d0/ingress\nquery d0/ingress room=2 "
      "progs\ndetach p0 d0/ingress\n"
      "dialect mainline\ndevice d0\nload p0 p1\nattach p1 d0/egress\npacket d0/egress p1=drop\n",
      "asked");
  return traces;
}

// Whether what came back is what the model says, of all that was asked.
bool passes(Target& target, std::span<const Trace> traces) {
  std::vector<std::vector<Observation>> seen;
  target.run(traces, seen);
  bool all = true;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const Verdict verdict = check(traces[i], seen.at(i));
    all &= verdict.conforms() && verdict.judged == traces[i].operations.size();
  }
  return all;
}

class Lies : public HostileGuest {};

TEST_P(Lies, NeverPasses) {
  for (const std::size_t count : {2U, 1U}) {  // together, and one operation at a time
    try {
      Vm vm(options_);
      EXPECT_FALSE(passes(vm, std::span(asked()).first(count)));
    } catch (const CannotRun& why) {
      EXPECT_STRNE(why.what(), "");
    }
  }
  rusage used{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &used), 0);
  EXPECT_LT(used.ru_maxrss, 1 << 20) << "KiB";
}

INSTANTIATE_TEST_SUITE_P(Every, Lies,
                         ::testing::Values("empty", "short", "long", "error", "another_error",
                                           "fate", "harm", "bool", "hook", "answer_of_200",
                                           "list_of_72", "list_of_70_zeros", "journey_of_255",
                                           "devices_of_255", "address_of_200", "words", "exits",
                                           "killed", "silent", "other_kind", "unknown_kind",
                                           "checksum", "256_megabytes", "endless", "slow",
                                           "console", "panic", "no_hello", "noise", "other_layout",
                                           "hello_bool", "hello_devices", "hello_short",
                                           "hello_exit", "hello_cannot", "hello_endless"),
                         [](const auto& info) { return std::string(info.param); });

class Truth : public HostileGuest {};

TEST_P(Truth, Passes) {
  options_.patience = options_.boot.patience = std::chrono::seconds(60);
  Vm vm(options_);
  EXPECT_TRUE(passes(vm, asked()));
  EXPECT_TRUE(passes(vm, std::span(asked()).first(1)));
}

INSTANTIATE_TEST_SUITE_P(Every, Truth, ::testing::Values("honest"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mprogcheck

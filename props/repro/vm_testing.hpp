// SPDX-License-Identifier: GPL-2.0-only
// C reproducers that run in a guest. Where no kernel, no QEMU or no static libraries can be had,
// the tests skip. For tests only.
#pragma once

#include "impl/vm/agent/testing.hpp"
#include "props/repro/compile.hpp"
#include "props/repro/repro.hpp"
#include "props/repro/testing.hpp"
#include "props/search/known.hpp"

namespace mprogcheck::repro_testing {

class ProgramInAnyGuest : public InAGuest {
 protected:
  static void boot(const std::string& kernel) {
    InAGuest::boot(kernel);
    try {
      compiler_ = std::make_unique<Compiler>();
    } catch (const CannotRun& e) {
      vm_.reset();
      why_not_ = e.what();
    }
  }
  static void TearDownTestSuite() {
    InAGuest::TearDownTestSuite();
    compiler_.reset();
  }
  void SetUp() override {
    InAGuest::SetUp();
    if (IsSkipped()) return;
    if (compiler_->compile("int main(void) { return 0; }").executable.empty() ||
        vm_->run_program(compiled("int main(void) { return 0; }"))->status != 0)
      GTEST_SKIP() << "nothing that runs in a guest can be compiled here";
  }

  static std::filesystem::path compiled(const std::string& program) {
    const Compiled out = compiler_->compile(program);
    EXPECT_FALSE(out.executable.empty()) << out.said;
    return out.executable;
  }
  static std::string written(std::string_view operations, std::string_view header) {
    return reproduce(trace_of(operations, header), ReproFormat::c, "a test");
  }
  static ProgramResult run_text(const std::string& text) {
    const auto program = compiled(text);
    return program.empty() ? ProgramResult{.status = kCouldNotRun, .output = ""}
                           : vm_->run_program(program).value();
  }
  static ProgramResult run(std::string_view operations, std::string_view header = kHeader) {
    return run_text(written(operations, header));
  }
  static void conforms(std::string_view operations, std::string_view header = kHeader) {
    const ProgramResult ran = run(operations, header);
    EXPECT_EQ(ran.status, 0) << operations << "\n" << ran.output;
    EXPECT_EQ(ran.harm, Harm::none);
  }

  // Every known deviation of this kernel: its program says so, or the kernel dies of it.
  static void shows_what_is_known() {
    std::size_t shown = 0;
    for (const char* const file : {"kernel", "netkit", "vm"}) {
      std::ostringstream text;
      text << std::ifstream(std::filesystem::path(MPROGCHECK_SOURCE_DIR) / "known" /
                            (file + std::string(".trace")))
                  .rdbuf();
      for (const Trace& trace : parse(text.str(), file)) {
        if (listed(trace, *vm_) != Listed::release) continue;
        const ProgramResult ran = run_text(reproduce(trace, ReproFormat::c, "a test"));
        EXPECT_TRUE(ran.status == 1 || ran.harm == Harm::died) << print(trace) << ran.output;
        ++shown;
      }
    }
    EXPECT_GE(shown, 19U);
  }

  static inline std::unique_ptr<Compiler> compiler_;
};

}  // namespace mprogcheck::repro_testing

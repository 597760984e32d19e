// SPDX-License-Identifier: GPL-2.0-only
// C reproducers that run in a guest. Where no kernel, no QEMU or no static libraries can be had,
// the tests skip. For tests only.
#pragma once

#include <gtest/gtest.h>

#include "impl/vm/kernels.hpp"
#include "impl/vm/vm.hpp"
#include "props/repro/compile.hpp"
#include "props/repro/repro.hpp"
#include "props/repro/testing.hpp"

namespace mprogcheck::repro_testing {

class ProgramInAnyGuest : public testing::Test {
 protected:
  static void boot(const std::string& kernel) {
    try {
      VmOptions options;
      options.name = "vm:" + kernel;
      options.boot.kernel = vm::image_of(kernel, {});
      options.boot.agent = MPROGCHECK_AGENT;
      vm_ = std::make_unique<Vm>(options);
      compiler_ = std::make_unique<Compiler>();
    } catch (const CannotRun& e) {
      why_not_ = e.what();
    }
  }
  static void TearDownTestSuite() {
    vm_.reset();
    compiler_.reset();
  }
  void SetUp() override {
    if (!vm_) GTEST_SKIP() << why_not_;
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

  static inline std::unique_ptr<Vm> vm_;
  static inline std::unique_ptr<Compiler> compiler_;
  static inline std::string why_not_;
};

}  // namespace mprogcheck::repro_testing

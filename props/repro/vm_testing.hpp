// SPDX-License-Identifier: GPL-2.0-only
// C reproducers that run in a guest. Where no kernel, no QEMU or no static libraries can be had,
// the tests skip. For tests only.
#pragma once

#include "impl/vm/agent/testing.hpp"
#include "props/repro/compile.hpp"
#include "props/repro/repro.hpp"
#include "props/repro/testing.hpp"

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

  static inline std::unique_ptr<Compiler> compiler_;
};

}  // namespace mprogcheck::repro_testing

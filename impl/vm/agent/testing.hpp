// SPDX-License-Identifier: GPL-2.0-only
// What the tests in a guest share: one kernel, booted once for the tests of a class. Where no
// kernel or no QEMU can be had they skip, with the reason; a module that does not come up where its
// kernel does is a failure. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "impl/vm/kernels.hpp"
#include "impl/vm/modules.hpp"
#include "impl/vm/vm.hpp"
#include "test_paths.hpp"

namespace mprogcheck {

// All that a guest needs is there, but with our module it does not come up.
struct ModuleFails : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class InAGuest : public testing::Test {
 protected:
  // For SetUpTestSuite(). `patience` is how long an answer may take.
  static void boot(const std::string& kernel,
                   std::chrono::milliseconds patience = VmOptions{}.patience,
                   const char* agent = MPROGCHECK_AGENT) {
    boot_by([&] {
      VmOptions options;
      options.name = "vm:" + kernel;
      options.boot.kernel = vm::image_of(kernel, {});
      options.boot.agent = agent;
      options.patience = patience;
      return std::make_unique<Vm>(options);
    });
  }
#ifdef MPROGCHECK_MODULE
  // With our module, on the kernel it was built for. Throws CannotRun where there is something
  // missing, or the kernel does not come up without the module either; else ModuleFails.
  static std::unique_ptr<Vm> guest_with_module(
      const std::string& append = "", const std::filesystem::path& module = MPROGCHECK_MODULE,
      int processors = 1) {
    if (!std::filesystem::exists(module))
      throw CannotRun("the module was not built, as there were no kernel headers");
    VmOptions options;
    options.name = "kmod";
    options.boot.module = module;
    options.boot.agent = MPROGCHECK_AGENT;
    options.boot.append = append;
    options.boot.processors = processors;
    options.boot.kernel = vm::image_of(vm::release_of_module(options.boot.module), {});
    VmOptions without = options;
    without.boot.module.clear();
    for (int tries = 1;; ++tries) try {
        return std::make_unique<Vm>(options);
      } catch (const CannotRun& e) {
        Vm{without};
        if (tries == kMostTries) throw ModuleFails(e.what());
      }
  }
#endif
  template <class Make>
  static void boot_by(Make&& make) {
    try {
      vm_ = make();
    } catch (const CannotRun& e) {
      why_not_ = e.what();
    } catch (const ModuleFails& e) {
      why_fails_ = e.what();
    }
  }
  static void TearDownTestSuite() {
    vm_.reset();
    why_not_.clear(), why_fails_.clear();
  }
  void SetUp() override {
    if (!why_fails_.empty()) FAIL() << why_fails_;
    if (!vm_) GTEST_SKIP() << why_not_;
  }

  static std::vector<std::vector<Observation>> run(const std::vector<Trace>& traces) {
    std::vector<std::vector<Observation>> seen;
    vm_->run(traces, seen);
    return seen;
  }

  static inline std::unique_ptr<Vm> vm_;
  static inline std::string why_not_, why_fails_;

 private:
  static constexpr int kMostTries = 2;  // of as many boots each as the guest itself tries
};

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// What the module allocates and does not free is found by where it was allocated, in a guest whose
// kernel keeps track of that: seen of a module in which such a mistake is planted. That a sound one
// has none is part of each campaign with poisoned memory (kmod_vm_test.cpp). Where the module was
// not built, or no kernel or no QEMU can be had, these tests skip, with the reason.
#include "impl/vm/agent/leaks.hpp"
#include "impl/vm/agent/testing.hpp"
#include "model/words/text.hpp"
#include "test_paths.hpp"

namespace mprogcheck {
namespace {

TEST(Leaks, AreReadFromWhatAKernelTells) {
  const std::string traces =
      "      3 kmem_cache_alloc+0x1/0x2 waste=96/32 age=1/2/3 pid=1 cpus=0\n"
      "        kmem_cache_alloc+0x1/0x2\n        do_fork+0x3/0x4\n\n"
      "      2 prime+0x5/0x60 [mprogcheck] age=4 pid=1\n"
      "        __kmalloc+0x1/0x2\n        prime+0x5/0x60 [mprogcheck]\n"
      "        create+0x7/0x80 [mprogcheck]\n\n"
      "      1 alloc_fdtable+0x5/0x60 age=4 pid=1\n"
      "        alloc_fdtable+0x5/0x60\n        prime+0x9/0x60 [mprogcheck]\n\n";
  const std::vector<std::string> expect{"kmalloc-96: 2 of prime+0x5/0x60 [mprogcheck]"};
  EXPECT_EQ(vm::leaks_in(traces, "mprogcheck", "kmalloc-96"), expect);
  EXPECT_TRUE(vm::leaks_in(traces, "mprog", "kmalloc-96").empty());
  EXPECT_TRUE(vm::leaks_in("No data\n", "mprogcheck", "kmalloc-96").empty());
}

class PlantedLeak : public InAGuest {
 protected:
  static void SetUpTestSuite() {
    boot_by([] {
      return guest_with_module("slub_debug=FZPU mprogcheck.fault=relative_leaked_on_error",
                               MPROGCHECK_FAULTY_MODULE);
    });
  }
};

class SoundModule : public InAGuest {
 protected:
  static void SetUpTestSuite() {
    boot_by([] { return guest_with_module("slub_debug=FZPU"); });
  }
};

TEST_F(SoundModule, has_freed_all_that_traces_made_it_allocate) {
  const auto seen =
      run(parse("dialect mainline\ndevice d0\nload p0 p1\ncreate d1 d2 peer.ns=n1\n"
                "create d3 pairing=single in=n1\nlink_create l0 p0 d1/primary\nlink_create l1 p1 "
                "d0/egress\n"
                "attach p1 d2/ingress in=n1\nset d1 state=up\nset d2 state=up\nsend d1\nclose l0\n",
                "kmod_leaks_vm_test"));
  for (const Observation& one : seen.at(0)) EXPECT_EQ(one.harm, Harm::none);
  EXPECT_EQ(vm_->last_words().console, "");
}

// A link that is leaked keeps its memory, and that was allocated when it was made.
TEST_F(PlantedLeak, is_named_by_where_it_was_allocated) {
  run(
      parse("dialect mainline\ndevice d0\nload p0 p1\nlink_create l0 p0 d0/ingress\n"
            "attach p1 d0/egress before link rel=l0\nclose l0\n",
            "kmod_leaks_vm_test"));
  const LastWords words = vm_->last_words();
  EXPECT_NE(words.console.find("has not freed kmalloc-"), std::string::npos) << words.console;
  EXPECT_NE(words.console.find("of mprog_link_prime+"), std::string::npos) << words.console;
}

}  // namespace
}  // namespace mprogcheck

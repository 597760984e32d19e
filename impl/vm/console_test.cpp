// SPDX-License-Identifier: GPL-2.0-only
// What on a console tells of harm.
#include <gtest/gtest.h>

#include "impl/vm/guest.hpp"

namespace mprogcheck::vm {
namespace {

TEST(Console, AQuietKernelIsWell) {
  EXPECT_EQ(first_splat(""), "");
  EXPECT_EQ(first_splat("[    1.0] random: crng init done\r\n"), "");
}

TEST(Console, TheFirstSignIsTheTitle) {
  EXPECT_EQ(first_splat("[    3.1] ------------[ cut here ]------------\r\n"
                        "[    3.2] WARNING: CPU: 0 PID: 1 at kernel/bpf/mprog.c:12 x+0x1/0x2\r\n"
                        "[    3.3] Kernel panic - not syncing\r\n"),
            "WARNING: CPU: 0 PID: 1 at kernel/bpf/mprog.c:12 x+0x1/0x2");
  EXPECT_EQ(first_splat("BUG: kernel NULL pointer dereference, address: 0000000000000008"),
            "BUG: kernel NULL pointer dereference, address: 0000000000000008");
  EXPECT_EQ(first_splat("a\n[   9.0] refcount_t: underflow; use-after-free.\nb"),
            "refcount_t: underflow; use-after-free.");
  EXPECT_EQ(first_splat(
                "[    2.0] =====\r\n[    2.0] BUG kmalloc-64 (Not tainted): Poison overwritten\n"),
            "BUG kmalloc-64 (Not tainted): Poison overwritten");
  EXPECT_EQ(first_splat("[  5.0] Oops: int3: 0000 [#1] PREEMPT SMP\n[  5.0] CPU: 1"),
            "Oops: int3: 0000 [#1] PREEMPT SMP");
  EXPECT_NE(first_splat("[ 21.0] rcu: INFO: rcu_preempt self-detected stall on CPU"), "");
}

}  // namespace
}  // namespace mprogcheck::vm

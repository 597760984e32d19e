// SPDX-License-Identifier: GPL-2.0-only
// Our module beside the kernel's own netkit: packets per second through a pair, in the same guest.
#include <fmt/format.h>

#include "impl/vm/kernels.hpp"
#include "impl/vm/modules.hpp"
#include "impl/vm/vm.hpp"
#include "props/bench/bench.hpp"

namespace mprogcheck {

int bench_kmod() {
  constexpr double kWanted = 0.9;
  constexpr int kRounds = 9;
  constexpr std::uint32_t kPackets = 8192;
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  VmOptions options;
  options.name = "kmod";
  options.boot.agent = here / "agent";
  options.boot.module = here / "mprogcheck.ko";
  if (!std::filesystem::exists(options.boot.module)) throw CannotRun("the module was not built");
  options.boot.kernel = vm::image_of(vm::release_of_module(options.boot.module), {});
  Vm vm(options);
  bool fast = true;
  for (const std::uint32_t programs : {0, 1, 8, 63}) {
    std::vector<double> netkit, module, ratios;
    for (int round = 0; round < kRounds; ++round) {
      const Vm::PairThroughput throughput = vm.pair_throughput(programs, kPackets);
      netkit.push_back(kPackets / throughput.netkit);
      module.push_back(kPackets / throughput.module);
      ratios.push_back(module.back() / netkit.back());
    }
    fast &= median(ratios) >= kWanted;
    fmt::print(
        "kmod: {:2} programs: {:8.0f} packets per second, netkit of the same kernel {:8.0f}: "
        "{:.2f} "
        "of it (median of {}; {:.2f} to {:.2f}); wanted {}\n",
        programs, median(module), median(netkit), median(ratios), kRounds,
        *std::min_element(ratios.begin(), ratios.end()),
        *std::max_element(ratios.begin(), ratios.end()), kWanted);
  }
  return fast ? 0 : 1;
}

}  // namespace mprogcheck

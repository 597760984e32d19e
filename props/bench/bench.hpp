// SPDX-License-Identifier: GPL-2.0-only
// What the files of the program `bench` share: one for each group of figures.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

namespace mprogcheck {

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Of this process. Where work is done on one core this is what it costs however many others want
// the machine.
double cpu_seconds_of(const auto& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

// Each prints its figures; 1 where one is missed.
int bench_explore();
int bench_faults();
// Over so many seeds, from `first` on.
int bench_guided(std::uint64_t seeds, std::uint64_t first);
int bench_spin();
int bench_kmod();  // throws CannotRun
int bench_reproducers();
// loaded_boots: how many beside two busy loops.
int bench_vm(const std::string& kernel, int loaded_boots);
// times: that the guest is killed. Throws CannotRun.
int bench_killed(const std::string& kernel, int times);

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// What a process of a stress asks next: at random, but with an eye on what it saw last of each
// list, so that many requests meet what others have just done.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

#include "impl/stress/worker.hpp"

namespace mprogcheck::kernel {

// Where requests go. Of no two of these lists, when packets cross them, do programs see the packet
// on the same device; so what was met tells on which list.
inline constexpr Point kStressPoints[] = {{0, Hook::primary},
                                          {0, Hook::ingress},
                                          {0, Hook::egress},
                                          {2, Hook::primary},
                                          {2, Hook::ingress}};
inline constexpr std::size_t kStressPointCount = std::size(kStressPoints);

class StressGenerator {
 public:
  StressGenerator(const StressOptions& options, const SharedLog& log, std::uint32_t process);

  Operation next(Names& names);
  void saw(const Record& record, const Names& names);

 private:
  struct Seen {
    std::uint64_t revision = 0;
    std::vector<Prog> progs;
  };

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  Prog any_prog();
  Prog listed_prog();
  void attach(Operation& op, Names& names);
  void detach(Operation& op, Names& names);
  void directives(Operation& op, Names& names);
  void query(Operation& op);
  void update(Operation& op);
  Ref own_link();

  const StressOptions& options_;
  const SharedLog& log_;
  std::mt19937_64 random_;
  std::vector<Prog> progs_;
  std::uint8_t next_link_, end_link_;  // names of its own
  std::vector<Link> links_;            // that it has created
  std::array<Seen, kStressPointCount> seen_;
  std::size_t at_ = 0;  // of kStressPoints
};

}  // namespace mprogcheck::kernel

// SPDX-License-Identifier: GPL-2.0-only
// Draws the calls of one process of a stress. Many of them refer to what the process last saw of a
// list, so that they meet what other processes have just done.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <vector>

#include "impl/stress/worker.hpp"
#include "model/words/choices.hpp"

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

  // The next call. `names` gets the ids of links of other processes that it refers to.
  Operation next(Names& names);
  // What came of the call that was drawn last.
  void observe(const Record& record, const Names& names);

 private:
  struct Seen {
    std::uint64_t revision = 0;
    std::vector<Prog> progs;
  };

  Prog any_prog();
  Prog listed_prog();
  void attach(Operation& op, Names& names);
  void detach(Operation& op, Names& names);
  void directives(Operation& op, Names& names);
  void query(Operation& op, Names&);
  void link_create(Operation& op, Names& names);
  void link_update(Operation& op, Names&);
  void of_own_link(Operation& op, Names&);
  void close(Operation& op, Names&);
  Ref own_link();
  template <class T>
  const T& any_of(const std::vector<T>& all) {
    return all[choices_.below(static_cast<std::uint32_t>(all.size()))];
  }
  bool one_in(std::uint32_t n) { return mprogcheck::one_in(choices_, n); }

  const StressOptions& options_;
  const SharedLog& log_;
  Random choices_;
  std::vector<Prog> progs_;
  std::uint8_t next_link_, end_link_;  // names of its own
  std::vector<Link> links_;            // that it has created
  std::array<Seen, kStressPointCount> seen_;
  std::size_t at_ = 0;  // of kStressPoints
};

}  // namespace mprogcheck::kernel

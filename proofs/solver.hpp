// SPDX-License-Identifier: GPL-2.0-only
// A solver that ends where it is told to: at a limit of resources, which is the same everywhere, or
// by a flag that is set from outside.
#pragma once

#include <atomic>
#include <thread>

#include "proofs/step.hpp"

namespace mprogcheck::proofs {

// The flag was set. What was solved last means nothing.
struct Stopped {};

class Solver : public z3::solver {
 public:
  // Over the axioms of the step. Without a flag nothing stops it.
  Solver(const Step& step, std::uint64_t limit, const std::atomic<bool>* stop);
  z3::check_result check();  // throws Stopped

 private:
  const std::atomic<bool>* stop_;
  std::jthread watch_;
};

// What `work` returns. What Z3 throws once it has been interrupted is Stopped, too.
template <class Work>
auto stoppable(const std::atomic<bool>* stop, Work&& work) {
  try {
    return work();
  } catch (const z3::exception&) {
    if (stop && *stop) throw Stopped();
    throw;
  }
}

}  // namespace mprogcheck::proofs

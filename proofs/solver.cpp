// SPDX-License-Identifier: GPL-2.0-only
#include "proofs/solver.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace mprogcheck::proofs {
namespace {

// Z3_interrupt takes a lock, so that no signal handler may call it; and it ends only what has
// begun, so that it is called again and again.
void interrupt_when(const std::atomic<bool>& stop, z3::context& z3, const std::stop_token& over) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!never.wait_for(lock, over, std::chrono::milliseconds(50),
                         [&] { return over.stop_requested(); }))
    if (stop) z3.interrupt();
}

}  // namespace

Solver::Solver(const Step& step, std::uint64_t limit, const std::atomic<bool>* stop)
    : z3::solver(Session::z3()), stop_(stop) {
  z3::params how(Session::z3());
  how.set("rlimit", static_cast<unsigned>(limit));
  // Or it would take Ctrl-C for itself, and answer unknown.
  how.set("ctrl_c", false);
  set(how);
  for (const Bool& a : step.axioms) add(a.e);
  if (stop_)
    watch_ = std::jthread([stop, &z3 = Session::z3()](const std::stop_token& over) {
      interrupt_when(*stop, z3, over);
    });
}

z3::check_result Solver::check() {
  const z3::check_result answer = z3::solver::check();
  if (stop_ && *stop_) throw Stopped();
  return answer;
}

}  // namespace mprogcheck::proofs

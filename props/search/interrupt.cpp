// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/interrupt.hpp"

#include <csignal>
#include <ctime>

namespace mprogcheck {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

const std::atomic<bool>& end_on_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_flags = SA_RESTART;
    action.sa_handler = [](int signal) {
      static std::atomic<std::time_t> first;
      timespec now{};
      clock_gettime(CLOCK_MONOTONIC, &now);
      if (first == 0) first = now.tv_sec;
      interrupted = true;
      // Writing fails as well, and that is told.
      if (signal == SIGPIPE) return;
      // timeout(1) sends its signal twice, to the process and to its group: that is one.
      if (now.tv_sec - first <= 1) return;
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    };
    sigaction(number, &action, nullptr);
  }
  return interrupted;
}

void unless_interrupted(const std::string& how_far) {
  if (interrupted)
    throw Interrupted("interrupted before the end" + (how_far.empty() ? "" : ": " + how_far));
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/netns_thread.hpp"

#include <sched.h>
#include <signal.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "impl/target.hpp"

namespace mprogcheck::kernel {
namespace {

void enter_new_namespace() {
  if (::unshare(CLONE_NEWNET) == 0) return;
  if (errno == EPERM)
    throw CannotRun(
        "making a network namespace is not permitted: run as root (CAP_SYS_ADMIN, CAP_NET_ADMIN, "
        "CAP_BPF)");
  if (errno == EINVAL)
    throw CannotRun("this kernel has no network namespaces (needs CONFIG_NET_NS)");
  throw CannotRun(std::string("could not make a network namespace: ") + std::strerror(errno));
}

}  // namespace

NetnsThread::NetnsThread() {
  // The thread is started with all signals blocked, so that they go to the threads of the caller.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  thread_ = std::thread([this] { serve(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  try {
    run(enter_new_namespace);
  } catch (...) {
    leave();
    throw;
  }
}

NetnsThread::~NetnsThread() {
  leave();
}

void NetnsThread::leave() {
  {
    std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void NetnsThread::run(const std::function<void()>& job) {
  if (std::this_thread::get_id() == thread_.get_id()) return job();
  std::lock_guard one_at_a_time(callers_);
  std::unique_lock lock(mutex_);
  job_ = &job;
  done_ = false;
  changed_.notify_all();
  changed_.wait(lock, [this] { return done_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void NetnsThread::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return job_ != nullptr || leaving_; });
    if (job_ == nullptr) return;
    try {
      (*job_)();
    } catch (...) {
      failure_ = std::current_exception();
    }
    job_ = nullptr;
    done_ = true;
    changed_.notify_all();
  }
}

}  // namespace mprogcheck::kernel

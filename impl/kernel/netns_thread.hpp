// SPDX-License-Identifier: GPL-2.0-only
// A thread in a network namespace of its own. The kernel looks a device up in the network namespace
// of the calling thread, so this thread does everything that concerns devices. The network
// namespace ends with the thread, and its devices with it: nothing is left, however the process
// ends.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace mprogcheck::kernel {

class NetnsThread {
 public:
  NetnsThread();  // throws CannotRun
  ~NetnsThread();
  NetnsThread(const NetnsThread&) = delete;
  NetnsThread& operator=(const NetnsThread&) = delete;

  // Runs the job in the thread and waits for it; what it throws is thrown here. A job may itself
  // call run().
  void run(const std::function<void()>& job);

 private:
  void serve();
  void leave();

  std::mutex callers_;  // one job at a time
  std::mutex mutex_;    // guards what follows
  std::condition_variable changed_;
  const std::function<void()>* job_ = nullptr;
  std::exception_ptr failure_;
  bool done_ = false;
  bool leaving_ = false;
  std::thread thread_;
};

}  // namespace mprogcheck::kernel

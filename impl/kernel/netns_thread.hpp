// SPDX-License-Identifier: GPL-2.0-only
// A network namespace of our own, and the one thread that lives in it. The kernel looks a device up
// in the namespace of the calling thread, so everything that concerns devices is done by that
// thread. The namespace goes with the thread and its devices: nothing is left, however the process
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

  // Runs the job inside and waits for it; what it throws is thrown here. A job may call it too:
  // what it asks for is run at once.
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

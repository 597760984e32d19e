// SPDX-License-Identifier: GPL-2.0-only
// The process that runs the code of a kernel tree: nobody's, without capabilities, network and
// files, with a filter of system calls. It is asked over shared memory, and read with care.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "impl/descriptor.hpp"
#include "impl/tree/arena.hpp"

namespace mprogcheck::tree {

struct WorkerOptions {
  int program = -1, library = -1;  // descriptors
  bool sanitized = false;
  std::chrono::milliseconds patience{10000};  // in which nothing is done
};

class WorkerProcess {
 public:
  // Throws CannotRun if the process cannot be started or does not come up.
  explicit WorkerProcess(const WorkerOptions& options);
  ~WorkerProcess();  // ends it
  WorkerProcess(const WorkerProcess&) = delete;

  const Hello& hello() const { return hello_; }
  pid_t process() const { return process_; }

  // Where the next request goes, and for it how many traces are asked for.
  std::span<char> room() { return {memory_ + kAskedAt, kMostAsked}; }
  enum class Came { answer, end, silence };
  Came ask(Mode mode, std::uint32_t traces, std::size_t bytes);

  // What came, as far as it goes: no more than so many bytes. Throws vm::Garbled.
  std::string answers(std::size_t most) const;
  // Operations of the last trace that are answered; nobody vouches for it.
  std::uint32_t steps() const { return progress_->steps.load(std::memory_order_acquire); }

  // Whether it ended for a reason outside of it, and why.
  bool lost();
  std::string why_ended() const;
  // What it wrote, for people.
  std::string console();

 private:
  void start(const WorkerOptions& options);
  Came wait();
  void read_console();
  void stop();

  std::chrono::milliseconds patience_;
  pid_t process_ = -1;
  int status_ = 0;
  Descriptor bell_, console_pipe_, arena_;
  char* memory_ = nullptr;
  Progress* progress_ = nullptr;
  std::string console_;
  bool ended_ = false;
  Hello hello_;
};

}  // namespace mprogcheck::tree

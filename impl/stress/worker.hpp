// SPDX-License-Identifier: GPL-2.0-only
// A process of a stress that makes calls, and the shared memory in which all of them log.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "impl/kernel/lists.hpp"
#include "impl/kernel/request.hpp"
#include "impl/stress/limits.hpp"
#include "model/words/history.hpp"

namespace mprogcheck::kernel {

// The largest room of a query of a stress, and the most programs a packet can meet on a list.
inline constexpr std::size_t kStressRoom = 16;

// One call. Programs and links are logged by id; the names are known only at the end.
struct Record {
  Operation op;
  Stamp stamp;
  Errno error = Errno::ok;
  bool tells_revision = true;  // false for what a packet met
  std::uint8_t filled = 0;
  std::uint32_t count = 0, ifindex = 0, attach_type = 0;
  std::uint64_t revision = 0;
  std::array<std::uint32_t, kStressRoom> progs, links, flags;
};

// Shared by all processes. Only the order of calls matters, so the clock is a counter.
struct SharedLog {
  static constexpr std::size_t kRecords = 1 << 15;

  std::atomic<std::uint64_t> clock{1};
  std::atomic<std::uint32_t> calls{0};     // of workers
  std::atomic<std::uint32_t> finished{0};  // workers
  std::atomic<std::uint32_t> ready{0};     // processes of any kind
  std::atomic<bool> go{false}, over{false};
  std::atomic<std::uint64_t> sent{0}, received{0}, met{0}, stray{0}, removals{0};
  std::array<std::atomic<std::uint32_t>, kMaxLinks> link_ids{};  // 0: not created
  std::array<std::atomic<bool>, kMaxProcesses> failed{};
  std::atomic<std::uint32_t> used{0};
  std::array<Record, kRecords> records;

  // A new record. Throws CannotRun where there is no room left.
  Record& record();
};

// The log as a history, with names for all ids. To be called when the processes have ended.
History history_of(const SharedLog& log, const Names& names, const Header& header);

// The interface index of a device. It stays the same when the device is removed and created again,
// so that a request is for the device that has the index at that time.
std::uint32_t stress_index(std::uint8_t device);

class Worker {
 public:
  // To be made in the process itself; opens the sockets it needs. `names` has the programs.
  Worker(SharedLog& log, Lists& lists, const Names& names, std::uint32_t process);

  // Makes the call and logs it.
  const Record& call(const Operation& op);
  // Notes what a packet met on a list, which it has throughput between these moments.
  void met(Point point, std::span<const std::uint32_t> progs, Stamp stamp);

  Netns& netns() { return netns_; }
  Names& names() { return names_; }
  std::uint32_t process() const { return process_; }

 private:
  int make(Record& record);
  int info(Record& record);
  int close(Record& record);
  int make_device(const Operation& op);

  SharedLog& log_;
  Lists& lists_;
  Names names_;
  Netns netns_;
  QueryBuffers buffers_;
  std::uint32_t process_;
};

}  // namespace mprogcheck::kernel

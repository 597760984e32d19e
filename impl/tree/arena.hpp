// SPDX-License-Identifier: GPL-2.0-only
// The memory that a worker shares with the tool: what is asked, and what is answered. The tool
// sets it up, and nobody can shrink it. Each side rings the other over a socket, one byte a time.
// Whatever stands in the answers may change while it is read: it is copied out before it is looked
// at.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mprogcheck::tree {

// How the traces of a request are run.
enum class Mode : std::uint32_t {
  together,   // the answers to a trace are there once it is over
  carefully,  // those to each operation before the next one is made
  coverage,   // none: what was met so far, each file as its name and its bytes
};

struct Progress {
  // Written by the tool.
  std::uint32_t mode = 0, traces = 0;
  std::uint64_t asked_bytes = 0;
  // Written by the worker. A trace is over once it has been cleared away.
  std::atomic<std::uint32_t> over{0};     // traces
  std::atomic<std::uint32_t> steps{0};    // operations of the trace that is not over
  std::atomic<std::uint64_t> written{0};  // bytes of answers
  std::atomic<std::uint64_t> ticks{0};    // grows as long as something is done
};

// What the worker says once, in the place of answers, when it has come up.
struct Hello {
  std::uint64_t layout = 0;  // of the wire
  std::uint32_t slots = 0;
  std::uint32_t qdiscs = 0;
};

inline constexpr std::size_t kAskedAt = 4096;
inline constexpr std::size_t kMostAsked = std::size_t{8} << 20;
inline constexpr std::size_t kAnswersAt = kAskedAt + kMostAsked;
inline constexpr std::size_t kMostAnswers = std::size_t{256} << 20;
inline constexpr std::size_t kArena = kAnswersAt + kMostAnswers;

// The descriptors that a worker is started with.
inline constexpr int kBell = 3, kMemory = 4, kLibrary = 5, kProgram = 6;

}  // namespace mprogcheck::tree

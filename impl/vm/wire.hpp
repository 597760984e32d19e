// SPDX-License-Identifier: GPL-2.0-only
// What goes over the channel between the harness and the agent in a guest: frames, each with a
// length and a checksum, and in them traces and observations as bytes. Both ends are built from the
// same source for the same machine, so numbers travel as they lie in memory; the layout in the
// hello guards that. What comes from a guest is checked as it is read, and bounded by what was
// asked.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "impl/module/messages.hpp"
#include "impl/stress/limits.hpp"
#include "impl/target.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck::vm {

// What arrived is not what was sent, or no frame at all.
struct Garbled : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Frame {
  enum class Kind : std::uint32_t {
    // From the agent.
    hello,   // Hello
    cannot,  // why it can run nothing here, or not what was asked: text
    seen,    // the observations of one trace
    step,    // the observation of one operation of a trace that is run carefully
    ran,     // ProgramResult
    round,   // StressRound
    timed,   // doubles: seconds in the calls of a baseline loop and around them, calls; or those of
             // packets over netkit and over our module
    told,    // MessageAnswers
    // To the agent.
    run,         // one trace
    carefully,   // one trace, answered operation by operation
    program,     // an executable, to be run
    baseline,    // one trace whose system calls are to be made without anything around them
    messages,    // MessageBatch
    throughput,  // numbers of 32 bits: programs, packets
    go_on,       // the next operation of a trace that is run carefully
    stress,      // StressOptions
    over,        // of our module: nothing of it is needed any more. Answered by no observations
  };
  Kind kind;
  std::string payload;
};

std::string framed(const Frame& frame);

// How many bytes an answer may have, of observations see below; and a request, to an agent, which
// trusts the harness.
inline constexpr std::size_t kMostOfRequest = 1U << 28;
inline constexpr std::size_t kMostOfHello = 1U << 16, kMostOfProgram = 1U << 20,
                             kMostOfMessages = 1U << 24, kMostOfFigures = 1U << 10;
constexpr std::size_t most_bytes_of_round(const StressOptions& options) {
  return kMostOfHello + std::size_t{options.calls} * 1024;
}

// Takes bytes as they come, gives frames.
class Unframer {
 public:
  void add(std::string_view bytes) { buffer_ += bytes; }
  // The next whole frame; nothing if more bytes are needed. Throws Garbled, also where the frame
  // is longer than `most`, before any of it is kept.
  std::optional<Frame> next(std::size_t most);

 private:
  std::string buffer_;
  std::size_t at_ = 0;
};

struct Hello {
  std::uint64_t layout = 0;
  std::string release;  // as uname(2) has it
  Capabilities capabilities;
};
// A number that changes whenever values lie in memory otherwise.
std::uint64_t layout();

// Each is the inverse of the other; reading throws Garbled where the bytes cannot be one.
std::string bytes_of(const Hello& hello);
Hello hello_from(std::string_view bytes);
std::string bytes_of(const Trace& trace);  // header and operations only
Trace trace_from(std::string_view bytes);
std::string bytes_of(std::span<const Observation> seen);
// Of so many operations, one observation each: neither more nor fewer.
void observations_from(std::string_view bytes, std::size_t operations,
                       std::vector<Observation>& seen);
std::size_t most_bytes_of_observations(std::size_t operations);
std::string bytes_of(const ProgramResult& result);
ProgramResult result_from(std::string_view bytes);
std::string bytes_of(const StressOptions& options);
StressOptions stress_options_from(std::string_view bytes);
std::string bytes_of(const StressRound& round);
StressRound stress_round_from(std::string_view bytes);
std::string bytes_of(const MessageBatch& batch);
MessageBatch batch_from(std::string_view bytes);
std::string bytes_of(const MessageAnswers& answers);
MessageAnswers answers_from(std::string_view bytes, std::size_t buffers);

}  // namespace mprogcheck::vm

// SPDX-License-Identifier: GPL-2.0-only
// What goes over the channel between the harness and the agent in a guest: frames, each with a
// length and a checksum, and in them traces and observations as bytes. Both ends are built from the
// same source for the same machine, so values travel as they lie in memory; the layout in the hello
// guards that.
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

// Takes bytes as they come, gives frames.
class Unframer {
 public:
  void add(std::string_view bytes) { buffer_ += bytes; }
  // The next whole frame; nothing if more bytes are needed. Throws Garbled.
  std::optional<Frame> next();

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
void observations_from(std::string_view bytes, std::vector<Observation>& seen);
std::string bytes_of(const ProgramResult& result);
ProgramResult result_from(std::string_view bytes);
std::string bytes_of(const StressOptions& options);
StressOptions stress_options_from(std::string_view bytes);
std::string bytes_of(const StressRound& round);
StressRound stress_round_from(std::string_view bytes);
std::string bytes_of(const MessageBatch& batch);
MessageBatch batch_from(std::string_view bytes);
std::string bytes_of(const MessageAnswers& answers);
MessageAnswers answers_from(std::string_view bytes);

}  // namespace mprogcheck::vm

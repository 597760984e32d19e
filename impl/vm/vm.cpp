// SPDX-License-Identifier: GPL-2.0-only
#include "impl/vm/vm.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "impl/read_file.hpp"
#include "model/words/plain_text.hpp"

namespace mprogcheck {

using vm::Frame;
using Kind = Frame::Kind;

namespace {

// A guest that is lost so often in a row while it runs the same is not lost by chance.
constexpr int kMostLost = 5;

// Of all that is asked at once: however the guest spreads its answers, they end.
class Deadline {
  using Clock = std::chrono::steady_clock;

 public:
  explicit Deadline(std::chrono::milliseconds patience)
      : patience_(patience), end_(Clock::now() + 2 * patience) {}
  // For the next answer.
  std::chrono::milliseconds left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now());
    return std::clamp(left, std::chrono::milliseconds(0), patience_);
  }

 private:
  std::chrono::milliseconds patience_;
  Clock::time_point end_;
};

}  // namespace

Vm::Vm(VmOptions options) : options_(std::move(options)), files_(options_.boot) {
  reboot();
}

std::string Vm::describe() const {
  const std::string kernel = "Linux " + guest_->hello().release + " under QEMU";
  return options_.boot.module.empty() ? kernel : "our own implementation as a module of " + kernel;
}

std::string Vm::release() const {
  return options_.boot.module.empty() ? guest_->hello().release : "";
}

void Vm::reboot() {
  guest_.reset();
  guest_ = std::make_unique<vm::Guest>(options_.boot, files_);
  ++boots_;
  harmed_ = false;
}

void Vm::sound_guest() {
  if (harmed_) reboot();
}

Harm Vm::note_harm() {
  const Harm harm = guest_->harm();
  if (harm == Harm::none) return harm;
  harmed_ = true;
  last_words_ = plain_text(guest_->console());
  return harm;
}

std::optional<Frame> Vm::answer(std::initializer_list<Kind> kinds,
                                std::chrono::milliseconds patience, std::size_t most) {
  auto frame = guest_->receive(patience, std::max(most, vm::kMostOfHello));
  if (!frame || std::find(kinds.begin(), kinds.end(), frame->kind) != kinds.end()) return frame;
  harmed_ = true;  // more answers may be under way
  if (note_harm() != Harm::none) return std::nullopt;
  throw CannotRun(options_.name + ": " +
                  (frame->kind == Kind::cannot
                       ? plain_text(frame->payload)
                       : "the agent answers something else than what was asked"));
}

Harm Vm::run_together(std::span<const Trace> traces,
                      std::vector<std::vector<Observation>>& observations) {
  const Deadline deadline(options_.patience);
  for (const Trace& trace : traces) guest_->queue({Kind::run, vm::bytes_of(trace)});
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const std::size_t operations = traces[i].operations.size();
    const auto frame =
        answer({Kind::seen}, deadline.left(), vm::most_bytes_of_observations(operations));
    if (!frame) break;
    vm::observations_from(frame->payload, operations, observations[i]);
  }
  if (!options_.boot.module.empty() && note_harm() == Harm::none) {
    guest_->queue({Kind::over, {}});
    answer(Kind::seen, 0);
  }
  return note_harm();
}

void Vm::note_lost(int tries, const std::string& what, const std::string& why) {
  ++lost_;
  if (tries == kMostLost)
    throw CannotRun(options_.name + ": the guest was lost " + std::to_string(tries) +
                    " times in the same " + what + ": " + why);
}

Harm Vm::run_carefully(const Trace& trace, std::vector<Observation>& seen) {
  bool was_silent = false;
  for (int tries = 1;; ++tries) {
    sound_guest();
    try {
      const Harm harm = run_carefully_once(trace, seen);
      if (harm == Harm::silent && !std::exchange(was_silent, true)) continue;
      if (harm == Harm::none || !guest_->lost()) return harm;
      note_lost(tries, "trace", guest_->why_lost());
    } catch (const vm::Garbled& e) {
      harmed_ = true;
      note_lost(tries, "trace", e.what());
    }
  }
}

Harm Vm::run_carefully_once(const Trace& trace, std::vector<Observation>& seen) {
  const Deadline deadline(options_.patience);
  const std::size_t operations = trace.operations.size();
  Harm worst = Harm::none;
  seen.clear();
  std::vector<Observation> one;
  guest_->queue({Kind::carefully, vm::bytes_of(trace)});
  while (worst == Harm::none || worst == Harm::warned) {
    const auto frame =
        answer({Kind::seen, Kind::step}, deadline.left(), vm::most_bytes_of_observations(1));
    if (frame && frame->kind == Kind::seen) {
      // What is left of the trace has been taken away meanwhile.
      const Harm harm = note_harm();
      if (harm != worst && !seen.empty()) seen.back().harm = harm;
      if (seen.size() != operations) throw vm::Garbled("an end before the last operation");
      return harm;
    }
    if (frame && seen.size() == operations) throw vm::Garbled("more steps than operations");
    const Harm harm = note_harm();
    if (frame) {
      vm::observations_from(frame->payload, 1, one);
      seen.push_back(one[0]);
    } else if (harm != worst && seen.size() < operations) {
      seen.emplace_back();
    }
    if (harm != worst && !seen.empty()) seen.back().harm = harm;
    worst = harm;
    if (!frame) break;
    guest_->queue({Kind::go_on, {}});
  }
  return worst;
}

void Vm::run_all(std::span<const Trace> traces,
                 std::vector<std::vector<Observation>>& observations) {
  observations.resize(traces.size());
  if (traces.size() == 1) {
    run_carefully(traces[0], observations[0]);
    return;
  }
  Harm together;
  for (int tries = 1;; ++tries) {
    sound_guest();
    try {
      together = run_together(traces, observations);
    } catch (const vm::Garbled& e) {
      // Half-written by a guest that was ended, or a lost byte: neither is the kernel's doing.
      harmed_ = true;
      note_lost(tries, "traces", e.what());
      continue;
    }
    if (together == Harm::none) return;
    if (!guest_->lost()) break;
    note_lost(tries, "traces", guest_->why_lost());
  }
  const std::string words = last_words_;
  bool found = false;
  for (std::size_t i = 0; i < traces.size(); ++i)
    found |= run_carefully(traces[i], observations[i]) != Harm::none;
  if (found || observations.back().empty()) return;
  // None of them alone does it: it is kept with the last one, and the words say so.
  last_words_ = "not seen again when each trace was run in a guest of its own\n" + words;
  observations.back().back().harm = together;
}

std::optional<ProgramResult> Vm::run_program(const std::filesystem::path& executable) {
  constexpr std::size_t kMostOfExecutable = 64U << 20;
  std::string bytes;
  try {
    bytes = read_file(executable, kMostOfExecutable);
  } catch (const Unreadable& e) {
    throw CannotRun(e.what());
  }
  for (int tries = 1;; ++tries) {
    sound_guest();
    guest_->queue({Kind::program, bytes});
    try {
      const auto frame = answer(Kind::ran, vm::kMostOfProgram);
      const Harm harm = note_harm();
      if (harm == Harm::none) {  // never so where none came
        ProgramResult result = vm::result_from(frame->payload);
        result.output = plain_text(result.output);
        return result;
      }
      if (!guest_->lost())
        return ProgramResult{
            .status = -1, .output = "the kernel came to harm:\n" + last_words_, .harm = harm};
      note_lost(tries, "program", guest_->why_lost());
    } catch (const vm::Garbled& e) {
      harmed_ = true;
      note_lost(tries, "program", e.what());
    }
  }
}

// Of a module its going shows whether anything is left.
Harm Vm::stress(const StressOptions& stress, StressRound& round) {
  for (int tries = 1;; ++tries) {
    sound_guest();
    try {
      guest_->queue({Kind::stress, vm::bytes_of(stress)});
      const auto frame =
          answer({Kind::round}, 4 * options_.patience, vm::most_bytes_of_round(stress));
      if (frame) round = vm::stress_round_from(frame->payload);
      if (frame && stress.module && note_harm() == Harm::none) {
        guest_->queue({Kind::over, {}});
        answer(Kind::seen, 0);
      }
    } catch (const vm::Garbled& e) {
      harmed_ = true;
      note_lost(tries, "round of a stress", e.what());
      continue;
    }
    const Harm harm = note_harm();
    if (harm == Harm::none || !guest_->lost()) return harm;
    note_lost(tries, "round of a stress", guest_->why_lost());
  }
}

Exchanged Vm::exchange(const MessageBatch& batch) {
  sound_guest();
  guest_->queue({Kind::messages, vm::bytes_of(batch)});
  Exchanged out;
  try {
    const auto frame = answer(Kind::told, vm::kMostOfMessages);
    if (frame) out.answers = vm::answers_from(frame->payload, batch.buffers.size());
    out.harm = note_harm();
  } catch (const vm::Garbled&) {
    harmed_ = true;
    return {};
  }
  if (out.harm == Harm::none || !guest_->lost()) return out;
  ++lost_;
  return {};
}

Vm::Baseline Vm::run_baseline(std::span<const Trace> traces) {
  sound_guest();
  for (const Trace& trace : traces) guest_->queue({Kind::baseline, vm::bytes_of(trace)});
  Baseline all;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const auto frame = answer(Kind::timed, vm::kMostOfFigures);
    if (!frame) throw CannotRun(options_.name + ": the baseline loop was not answered");
    Baseline one;
    static_assert(sizeof(one) == 3 * sizeof(double));
    if (frame->payload.size() != sizeof(one))
      throw CannotRun(options_.name + ": the baseline loop was answered by something else");
    std::memcpy(&one, frame->payload.data(), sizeof(one));
    all.seconds += one.seconds, all.around += one.around, all.calls += one.calls;
  }
  return all;
}

Vm::PairThroughput Vm::pair_throughput(std::uint32_t programs, std::uint32_t packets) {
  const std::uint32_t asked[] = {programs, packets};
  sound_guest();
  guest_->queue(
      {Kind::throughput, std::string(reinterpret_cast<const char*>(asked), sizeof(asked))});
  const auto frame = answer(Kind::timed, vm::kMostOfFigures);
  if (!frame) throw CannotRun(options_.name + ": the packets were not answered");
  PairThroughput throughput;
  std::memcpy(&throughput, frame->payload.data(),
              std::min(sizeof(throughput), frame->payload.size()));
  return throughput;
}

}  // namespace mprogcheck

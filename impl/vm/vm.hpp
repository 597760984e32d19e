// SPDX-License-Identifier: GPL-2.0-only
// The target `vm:...`: the tcx and netkit attach points of any kernel, in a guest that may come to
// harm.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "impl/stress/limits.hpp"
#include "impl/target.hpp"
#include "impl/vm/guest.hpp"

namespace mprogcheck {

struct VmOptions {
  std::string name;  // of the target, as in vm:7.2
  vm::Boot boot;
  // An agent that has sent nothing for so long answers no more, nor one that has not come to the
  // end of a batch in twice the time. Emulated and on a busy machine, a guest may be a thousand
  // times slower than the kernel below it.
  std::chrono::milliseconds patience{90000};
};

class Vm : public Target {
 public:
  explicit Vm(VmOptions options);  // throws CannotRun

  std::string name() const override { return options_.name; }
  std::string describe() const override;
  std::string release() const override;
  Capabilities capabilities() const override { return guest_->hello().capabilities; }
  std::size_t batch() const override { return 16; }

  // A guest that panics, complains in its log or falls silent is a finding: it is run again, one
  // trace and then one operation at a time, each in a guest that has not come to harm, until the
  // operation is known; its observation says so, and the ones behind it are missing where nothing
  // could follow. Silence counts only if it comes again in a fresh guest. A guest that is ended
  // from outside, or by its emulator, or whose answers are none, is not a finding: what it ran is
  // run again. Throws CannotRun if that does not help, or if no guest boots any more.
  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& observations) override;
  LastWords last_words() const override { return {vm::first_splat(last_words_), last_words_}; }
  std::optional<ProgramResult> run_program(const std::filesystem::path& executable) override;

  // A round of a stress. What it needs is a guest with more processors than one. Where the guest
  // came to harm there is no round, and last_words() says why. Throws CannotRun.
  Harm stress(const StressOptions& stress, StressRound& round);
  bool takes_messages() const { return !options_.boot.module.empty(); }
  // Where it does. After harm and loss the next batch has a guest that has seen nothing.
  // Throws CannotRun.
  Exchanged exchange(const MessageBatch& batch);

  // Of the bare system calls of the traces, in this guest; as kernel::BaselineResult.
  struct Baseline {
    double seconds = 0, around = 0, calls = 0;
  };
  Baseline run_baseline(std::span<const Trace> traces);
  // Packets over the kernel's netkit and over our module's; as kernel::PairThroughput. Throws
  // CannotRun.
  struct PairThroughput {
    double netkit = 0, module = 0;
  };
  PairThroughput pair_throughput(std::uint32_t programs, std::uint32_t packets);
  const vm::Guest& guest() const { return *guest_; }
  // Guests that were booted so far, and those that ended from outside.
  int boots() const { return boots_; }
  int lost() const { return lost_; }

 private:
  void reboot();
  void sound_guest();  // one that has not come to harm
  // Both: none if all went well. What harm is done is remembered.
  Harm run_together(std::span<const Trace> traces,
                    std::vector<std::vector<Observation>>& observations);
  Harm run_carefully(const Trace& trace, std::vector<Observation>& seen);
  Harm run_carefully_once(const Trace& trace, std::vector<Observation>& seen);
  // Counts a guest that was lost while it ran `what`. Throws CannotRun if it is one too many.
  void note_lost(int tries, const std::string& what, const std::string& why);
  Harm note_harm();
  // The next frame, of one of these kinds. None where the guest came to harm, as note_harm() tells:
  // one that complains on its console may well be unable to do what it is asked. Throws CannotRun
  // where the agent refuses in a guest that is well, Garbled.
  std::optional<vm::Frame> answer(std::initializer_list<vm::Frame::Kind> kinds,
                                  std::chrono::milliseconds patience, std::size_t most);
  std::optional<vm::Frame> answer(vm::Frame::Kind kind, std::size_t most) {
    return answer({kind}, options_.patience, most);
  }

  VmOptions options_;
  vm::BootFiles files_;
  std::unique_ptr<vm::Guest> guest_;
  bool harmed_ = false;
  std::string last_words_;
  int boots_ = 0, lost_ = 0;
};

}  // namespace mprogcheck

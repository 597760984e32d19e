// SPDX-License-Identifier: GPL-2.0-only
// What is judged: something that runs traces and reports what it saw.
#pragma once

#include <bitset>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/words/observation.hpp"
#include "model/words/trace.hpp"

namespace mprogcheck {

// What a target can be asked at all. Found out by trying, never by version number.
struct Capabilities {
  bool mainline = false;
  bool rfc2 = false;
  bool any_capacity = false;       // capacity and first revision are ours to choose
  bool capacities = false;         // the capacity is, and the first revision is 1
  bool memory = false;             // requests are memory of the caller's, of any size
  bool hazards = false;            // operations that may provoke a kernel are allowed here
  std::bitset<kForeigns> foreign;  // then: links of which types there are
  bool packets = false;            // packets can be sent and their fate seen
  bool qdiscs = false;             // a device of a trace takes clsact
  bool netkit = false;             // netkit devices can be made
  KeySet attributes = kBasicData;  // ... with these attributes in INFO_DATA
  bool filters = false;            // links can make and own filters, beside netlink
  std::uint8_t devices = 1;        // how many a trace may use
  bool operator==(const Capabilities&) const = default;

  bool speaks(Dialect dialect) const {
    return (mainline && dialect == Dialect::mainline) || (rfc2 && dialect == Dialect::rfc2);
  }
};

std::string speaks_not(Dialect dialect);  // "does not speak dialect rfc2"

// Why a target cannot run the trace, as the rest of a sentence that begins with the name of the
// target; empty if it can. What stands before ':' is the same for all traces that lack the same.
std::string unsupported(const Trace& trace, const Capabilities& can);

// The target is not to be had here (no privilege, no support): exit status 3, never a pass, never a
// finding.
struct CannotRun : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A target that answers one operation at a time, at no extra cost: the campaign then keeps in
// lockstep with it.
class Stepper {
 public:
  virtual ~Stepper() = default;
  virtual void begin(const Header& header) = 0;
  virtual void apply(const Operation& op, Observation& seen) = 0;
};

// How a program ended and what it said, on both outputs. `status` is as a shell gives it: 128 and
// the signal, 124 where its time was over.
struct ProgramResult {
  int status = 0;
  std::string output;
  Harm harm = Harm::none;  // that the kernel came to meanwhile; the rest is not known then
  bool operator==(const ProgramResult&) const = default;
};

// The line that tells of harm, without which a kernel may be dead or silent as well, and all that
// was on the console.
struct LastWords {
  std::string title, console;
};

// Whether the target of that name is a kernel that people run: what harms it is for the security
// list, what harms our own module is for us.
inline bool is_kernel(std::string_view target) {
  return target == "kernel" || target.starts_with("vm:") || target.starts_with("tree:");
}

class Target {
 public:
  virtual ~Target() = default;
  virtual Stepper* stepper() { return nullptr; }
  virtual std::string name() const = 0;
  // What it is, for a report: of a kernel its release. Says nothing that differs from run to run.
  virtual std::string describe() const { return name(); }
  // What the running kernel calls itself, if it is one that people run: "6.12.95+deb12-amd64".
  // Known deviations are matched by it. Empty of our own implementation, and of our module.
  virtual std::string release() const { return {}; }
  // A kernel that people run. Documents and selftests bind it; what else our own implementation
  // has to keep, it may do otherwise.
  bool is_kernel() const { return !release().empty(); }
  // How many traces are best run at a time.
  virtual std::size_t batch() const { return 4; }
  // What the kernel said when it last came to harm.
  virtual LastWords last_words() const { return {}; }
  virtual Capabilities capabilities() const = 0;

  // Runs each trace from a fresh start. observations[i] gets one observation for each operation of
  // traces[i], or as many as there are until harm that nothing could follow; its storage is reused.
  // Throws CannotRun where the target fails as such, and where it leaves an operation unanswered.
  void run(std::span<const Trace> traces, std::vector<std::vector<Observation>>& observations);

  // Runs a program on the kernel that is judged; nothing where the target is none, or can run none.
  // Only a static one runs everywhere. It is told --crash where hazards are allowed. Throws
  // CannotRun where the target fails as such.
  virtual std::optional<ProgramResult> run_program(const std::filesystem::path& executable) {
    (void)executable;
    return std::nullopt;
  }

 private:
  virtual void run_all(std::span<const Trace> traces,
                       std::vector<std::vector<Observation>>& observations) = 0;
};

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// What is judged: something that runs traces and reports what it saw.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/trace.hpp"

namespace mprogcheck {

// What a target can be asked at all. Found out by trying, never by version number.
struct Capabilities {
  bool mainline = false;
  bool rfc2 = false;
  bool any_capacity = false;  // capacity and first revision are ours to choose
  bool hazards = false;       // operations that may provoke a kernel are allowed here
  bool packets = false;       // packets can be sent and their fate seen
  std::uint8_t devices = 1;   // how many a trace may use
  bool operator==(const Capabilities&) const = default;
};

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

class Target {
 public:
  virtual ~Target() = default;
  virtual Stepper* stepper() { return nullptr; }
  virtual std::string name() const = 0;
  virtual Capabilities capabilities() const = 0;

  // Runs each trace from a fresh start. observations[i] gets one observation for each operation of
  // traces[i]; its storage is reused. Throws CannotRun where the target fails as such.
  virtual void run(std::span<const Trace> traces,
                   std::vector<std::vector<Observation>>& observations) = 0;
};

}  // namespace mprogcheck

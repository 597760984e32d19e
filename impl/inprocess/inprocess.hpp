// SPDX-License-Identifier: GPL-2.0-only
// Our own implementation (impl/core) as a target in this process.
//
//   InProcess target;   // or InProcess("replace_keeps_revision"): with a planted fault
//   target.begin(trace.header);
//   for (const Operation& op : trace.operations) target.apply(op, observation);
//
// Each object is an environment of its own; objects may be used on several threads, one thread
// each.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impl/target.hpp"

namespace mprogcheck {

class CoreEnvironment;

struct FaultInfo {
  std::string_view name;
  bool mainline;  // the dialects it can be seen in
  bool rfc2;
  std::string_view sentence;
  std::string_view like;  // the real slip that it resembles, or the kind of slip

  bool seen_in(Dialect dialect) const {
    return (mainline && dialect == Dialect::mainline) || (rfc2 && dialect == Dialect::rfc2);
  }
};

class InProcess : public Target, public Stepper {
 public:
  InProcess();
  // Throws CannotRun if there is no such fault.
  explicit InProcess(std::string_view fault);
  ~InProcess() override;
  InProcess(InProcess&&) noexcept;
  InProcess& operator=(InProcess&&) noexcept;

  std::string name() const override;
  Capabilities capabilities() const override;
  std::string describe() const override;
  void run_all(std::span<const Trace> traces,
               std::vector<std::vector<Observation>>& observations) override;

  // One operation at a time. begin() starts afresh; nothing here allocates.
  Stepper* stepper() override { return this; }
  void begin(const Header& header) override;
  void apply(const Operation& op, Observation& observation) override;
  // Runs the operation and looks at nothing but its error.
  Errno apply_unobserved(const Operation& op);

  // Whether each update waits for a grace period, as the core does where readers run beside it.
  // Here nobody does, so it saves the wait unless it is asked for. Starts afresh.
  void wait_for_readers(bool wait);

  // The faults that can be planted.
  static std::span<const FaultInfo> faults();
  // Those that only our module can have, because this target does one thing at a time.
  static std::span<const FaultInfo> races();

 private:
  const FaultInfo* fault_ = nullptr;  // or the planted one
  std::unique_ptr<CoreEnvironment> environment_;
};

}  // namespace mprogcheck

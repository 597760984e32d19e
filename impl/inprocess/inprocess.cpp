// SPDX-License-Identifier: GPL-2.0-only
#include "impl/inprocess/inprocess.hpp"

#include <algorithm>
#include <array>

#include "impl/inprocess/environment.hpp"
#include "slips.h"  // made by impl/faults/plant

namespace mprogcheck {
namespace {

#define X(name, mainline, rfc2, sentence, like) FaultInfo{#name, mainline, rfc2, sentence, like},
constexpr std::array kFaults = {MPROG_SLIPS(X)};
constexpr std::array kRaces = {MPROG_RACES(X)};
#undef X

// Selects a slip in whichever thread it is used.
class Planted final : public CoreEnvironment {
 public:
  explicit Planted(std::uint32_t slip)
      : slip_(slip), environment_(inprocess_planted::make_environment()) {}

  void begin(const Header& header) override {
    mprog_slip = slip_;
    environment_->begin(header);
  }
  void apply(const Operation& op, Observation& observation) override {
    mprog_slip = slip_;
    environment_->apply(op, observation);
  }
  Errno apply_unobserved(const Operation& op) override {
    mprog_slip = slip_;
    return environment_->apply_unobserved(op);
  }
  void wait_for_readers(bool wait) override { environment_->wait_for_readers(wait); }

 private:
  std::uint32_t slip_;
  std::unique_ptr<CoreEnvironment> environment_;
};

const FaultInfo* fault_named(std::string_view name) {
  const auto* const found = std::find_if(kFaults.begin(), kFaults.end(),
                                         [&](const FaultInfo& f) { return f.name == name; });
  if (found == kFaults.end()) throw CannotRun("no such fault: " + std::string(name));
  return found;
}

}  // namespace

InProcess::InProcess() : environment_(inprocess::make_environment()) {
  begin(Header{});
}

InProcess::InProcess(std::string_view fault) : fault_(fault_named(fault)) {
  environment_ = std::make_unique<Planted>(static_cast<std::uint32_t>(fault_ - kFaults.data() + 1));
  begin(Header{});
}

void InProcess::wait_for_readers(bool wait) {
  environment_->wait_for_readers(wait);
  begin(Header{});
}

InProcess::~InProcess() = default;
InProcess::InProcess(InProcess&&) noexcept = default;
InProcess& InProcess::operator=(InProcess&&) noexcept = default;

std::string InProcess::name() const {
  return fault_ ? "impl:" + std::string(fault_->name) : "impl";
}

std::string InProcess::describe() const {
  const std::string ours = "our own implementation, impl/core";
  return fault_ ? ours + ", with a planted fault: " + std::string(fault_->sentence) : ours;
}

Capabilities InProcess::capabilities() const {
  return {.mainline = true,
          .rfc2 = true,
          .any_capacity = true,
          .memory = true,
          .hazards = true,
          .foreign = ~std::bitset<kForeigns>(),  // it has one, which stands for all
          .packets = true,
          .qdiscs = true,
          .netkit = true,
          .attributes = kInData,
          .filters = true,
          .devices = kMaxDevices};
}

void InProcess::run_all(std::span<const Trace> traces,
                        std::vector<std::vector<Observation>>& observations) {
  observations.resize(traces.size());
  for (std::size_t t = 0; t < traces.size(); ++t) {
    const Trace& trace = traces[t];
    begin(trace.header);
    observations[t].resize(trace.operations.size());
    for (std::size_t i = 0; i < trace.operations.size(); ++i)
      apply(trace.operations[i], observations[t][i]);
  }
}

void InProcess::begin(const Header& header) {
  environment_->begin(header);
}

void InProcess::apply(const Operation& op, Observation& observation) {
  environment_->apply(op, observation);
}

Errno InProcess::apply_unobserved(const Operation& op) {
  return environment_->apply_unobserved(op);
}

std::span<const FaultInfo> InProcess::faults() {
  return kFaults;
}

std::span<const FaultInfo> InProcess::races() {
  return kRaces;
}

}  // namespace mprogcheck

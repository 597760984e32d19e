// SPDX-License-Identifier: GPL-2.0-only
#include "impl/inprocess/inprocess.hpp"

#include "impl/core/faults.h"
#include "impl/inprocess/state.hpp"

namespace mprogcheck {
namespace {

constexpr std::array kFaults = {
#define mainline true, false
#define rfc2 false, true
#define both true, true
#define X(name, dialects, sentence) FaultInfo{#name, dialects, sentence},
    MPROG_FAULTS(X)};
constexpr std::array kRaces = {MPROG_RACES(X)};
#undef X
#undef mainline
#undef rfc2
#undef both

std::uint32_t fault_number(std::string_view name) {
#ifdef MPROG_PLANTED_FAULTS
  for (std::size_t i = 0; i < kFaults.size(); ++i)
    if (kFaults[i].name == name) return static_cast<std::uint32_t>(i + 1);
  throw CannotRun("no such fault: " + std::string(name));
#else
  throw CannotRun("faults are not built in: " + std::string(name));
#endif
}

}  // namespace

InProcess::InProcess() : state_(std::make_unique<inprocess::State>()) {
  begin(Header{});
}

InProcess::InProcess(std::string_view fault) : InProcess() {
  state_->fault = fault_number(fault);
  begin(Header{});
}

void InProcess::wait_for_readers(bool wait) {
  state_->grace_periods = wait;
  begin(Header{});
}

InProcess::~InProcess() = default;
InProcess::InProcess(InProcess&&) noexcept = default;
InProcess& InProcess::operator=(InProcess&&) noexcept = default;

std::string InProcess::name() const {
  if (state_->fault == MPROG_FAULT_none) return "impl";
  return "impl:" + std::string(kFaults[state_->fault - 1].name);
}

std::string InProcess::describe() const {
  const std::string ours = "our own implementation, impl/core";
  if (state_->fault == MPROG_FAULT_none) return ours;
  return ours + ", with a planted fault: " + std::string(kFaults[state_->fault - 1].sentence);
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

void InProcess::run(std::span<const Trace> traces,
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
  state_->begin(header);
}

void InProcess::apply(const Operation& op, Observation& observation) {
  const auto clear = [](Listing& listing) {
    listing.revision = 0, listing.count = 0, listing.filled = 0;
  };
  observation.fate = Fate::none, observation.harm = Harm::none;
  observation.overran = observation.strayed = false;
  observation.at = kNoPoint;
  observation.journey.start();
  observation.extack.clear();
  clear(observation.answer);
  const mprog_list* list =
      op.odd_attribute() ? state_->concerned(shortened(op)) : state_->concerned(op);
  const mprog_classifier* const filters =
      op.odd_attribute() ? state_->classifier(shortened(op)) : state_->classifier(op);
  observation.error = state_->execute(op, &observation);
  observation.has_after = list != nullptr;
  if (list)
    state_->snapshot(*list, observation.after);
  else
    clear(observation.after);
  if (list && op.verb == Verb::qdisc)
    state_->snapshot(state_->net.devices[op.point.device].lists[MPROG_AT_EGRESS],
                     observation.answer);
  observation.has_filters = filters != nullptr;
  if (filters) state_->dump(*filters, observation.filters);
  observation.has_devices = tells_devices(op.verb);
  if (observation.has_devices)
    for (std::uint8_t d = 0; d < kMaxDevices; ++d) observation.devices[d] = state_->view(d);
  observation.references = static_cast<std::int32_t>(state_->net.held);
}

Errno InProcess::apply_unobserved(const Operation& op) {
  return state_->execute(op, nullptr);
}

std::span<const FaultInfo> InProcess::faults() {
  return kFaults;
}

std::span<const FaultInfo> InProcess::races() {
  return kRaces;
}

}  // namespace mprogcheck

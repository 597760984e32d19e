// SPDX-License-Identifier: GPL-2.0-only
#include "impl/inprocess/environment.hpp"

#include "impl/inprocess/state.hpp"

namespace mprogcheck::inprocess {
namespace {

void clear(Listing& listing) {
  listing.revision = 0, listing.count = 0, listing.filled = 0;
}

class Environment final : public CoreEnvironment {
 public:
  void begin(const Header& header) override { state_.begin(header); }
  void apply(const Operation& op, Observation& observation) override;
  Errno apply_unobserved(const Operation& op) override { return state_.execute(op, nullptr); }
  void wait_for_readers(bool wait) override { state_.grace_periods = wait; }

 private:
  State state_;
};

void Environment::apply(const Operation& op, Observation& observation) {
  observation.fate = Fate::none, observation.harm = Harm::none;
  observation.overran = observation.strayed = false;
  observation.at = kNoPoint;
  observation.journey.start();
  observation.extack.clear();
  clear(observation.answer);
  const mprog_list* list =
      op.odd_attribute() ? state_.concerned(shortened(op)) : state_.concerned(op);
  const mprog_classifier* const filters =
      op.odd_attribute() ? state_.classifier(shortened(op)) : state_.classifier(op);
  observation.error = state_.execute(op, &observation);
  observation.has_after = list != nullptr;
  if (list)
    state_.snapshot(*list, observation.after);
  else
    clear(observation.after);
  if (list && op.verb == Verb::qdisc)
    state_.snapshot(state_.net.devices[op.point.device].lists[MPROG_AT_EGRESS], observation.answer);
  observation.has_filters = filters != nullptr;
  if (filters) state_.dump(*filters, observation.filters);
  observation.has_devices = tells_devices(op.verb);
  if (observation.has_devices)
    for (std::uint8_t d = 0; d < kMaxDevices; ++d) state_.show(d, observation.devices[d]);
  observation.references = static_cast<std::int32_t>(state_.net.held);
}

}  // namespace

std::unique_ptr<CoreEnvironment> make_environment() {
  return std::make_unique<Environment>();
}

}  // namespace mprogcheck::inprocess

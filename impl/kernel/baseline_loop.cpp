// SPDX-License-Identifier: GPL-2.0-only
#include "impl/kernel/baseline_loop.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "impl/target.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"

namespace mprogcheck::kernel {
namespace {

// A link's descriptor and id are not known before it is made. In their place a call prepared
// beforehand carries these numbers, plus the link's; no other field of a trace has such values.
constexpr std::uint32_t kLaterDescriptor = 0x5ead0000;
constexpr std::uint32_t kLaterId = 0x5eae0000;

// A word of a call to be filled in when the link is there.
struct Patch {
  std::uint8_t word;
  std::uint8_t link;
  bool id;
};

struct Step {
  abi::Call call;
  std::optional<Ref> closes;    // close(2) instead of bpf(2)
  std::optional<Link> creates;  // bpf(2) returns this link
  std::vector<Patch> patches;
};

// One run of the trace: what it finds, and the links it makes.
struct Round {
  Round(SharedResources& shared, const Trace& trace) : fixture(shared, trace) {}
  ~Round() {
    std::vector<Descriptor> left;
    for (Descriptor& link : links)
      if (link.is_open()) left.push_back(std::move(link));
    fixture.clear(std::move(left), true);
  }

  Fixture fixture;
  QueryBuffers buffers;
  std::array<Descriptor, kMaxLinks> links;
};

Step prepare(const Operation& op, const Names& names, QueryBuffers& buffers) {
  if (!BaselineLoop::can_run(op))
    throw CannotRun("the baseline loop makes calls of bpf(2) and close(2) alone, not: " +
                    print(op));
  Step step;
  if (op.verb == Verb::close) {
    step.closes = op.prog;
    return step;
  }
  step.call = translate(op, names, buffers);
  if (has_trait(op.verb, Trait::makes_link) && op.link.kind == Ref::Kind::link)
    step.creates = Link{op.link.raw};
  for (std::uint8_t word = 0; word < step.call.words.size(); ++word) {
    const std::uint32_t value = step.call.words[word];
    const auto link = static_cast<std::uint8_t>(value);
    if (value - link == kLaterDescriptor)
      step.patches.push_back({.word = word, .link = link, .id = false});
    if (value - link == kLaterId) step.patches.push_back({.word = word, .link = link, .id = true});
  }
  return step;
}

std::vector<Step> prepare(const Trace& trace, Round& round) {
  Names names = round.fixture.names;
  for (std::uint32_t l = 0; l < kMaxLinks; ++l)
    names.links[l] = {kLaterDescriptor + l, kLaterId + l};
  std::vector<Step> steps;
  for (const Operation& op : trace.operations) steps.push_back(prepare(op, names, round.buffers));
  return steps;
}

void close(Round& round, Ref ref) {
  if (ref.kind == Ref::Kind::prog && ref.raw < kMaxProgs) round.fixture.own_progs[ref.raw].reset();
  if (ref.kind == Ref::Kind::link && ref.raw < kMaxLinks) round.links[ref.raw].reset();
}

void fill_in(Step& step, const Round& round) {
  for (const Patch& patch : step.patches) {
    const Descriptor& link = round.links[patch.link];
    if (!link.is_open())
      step.call.words[patch.word] = patch.id ? kUnknownId : kNotOpen;
    else
      step.call.words[patch.word] =
          patch.id ? abi::id_of(link.number()) : static_cast<std::uint32_t>(link.number());
  }
}

void make_calls(std::vector<Step>& steps, Round& round) {
  for (Step& step : steps) {
    if (step.closes) {
      close(round, *step.closes);
      continue;
    }
    fill_in(step, round);
    const int result = abi::make(step.call);
    if (step.creates && result >= 0) round.links[step.creates->raw] = Descriptor(result);
  }
}

double seconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

bool BaselineLoop::can_run(const Operation& op) {
  const bool plain = op.caller == Caller::root && !op.odd_attribute() && op.space == 0;
  return plain && (has_trait(op.verb, Trait::bpf) || op.verb == Verb::close);
}

BaselineLoop::BaselineLoop(bool reuse) {
  thread_.run([&] { shared_.emplace(false, reuse); });
}

BaselineLoop::~BaselineLoop() {
  thread_.run([this] { shared_.reset(); });
}

BaselineResult BaselineLoop::run(const Trace& trace, std::uint32_t rounds) {
  BaselineResult result;
  thread_.run([&] {
    for (std::uint32_t r = 0; r < rounds; ++r) {
      std::optional<Round> round;
      result.around += seconds_of([&] { round.emplace(*shared_, trace); });
      std::vector<Step> steps = prepare(trace, *round);
      result.seconds += seconds_of([&] { make_calls(steps, *round); });
      result.around += seconds_of([&] { round.reset(); });
      result.calls += steps.size();
    }
  });
  return result;
}

}  // namespace mprogcheck::kernel

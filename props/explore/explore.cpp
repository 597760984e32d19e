// SPDX-License-Identifier: GPL-2.0-only
#include "props/explore/explore.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "model/words/text.hpp"
#include "props/explore/companion.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck {

namespace {

// The states one request away. What a request does depends on its effect alone, not on the
// directives and the revision that led to it, so each effect is carried out once.
class Successors {
 public:
  explicit Successors(const World& world) : world_(world) {}

  StateKey by(const Operation& op, const Decision& d) {
    const Effect effect{op.verb, d.change, d.index, op.prog, op.link, op.flags & kEntryFlags};
    for (const auto& [known, state] : known_)
      if (known == effect) return state;
    next_ = world_;
    next_.step(op, prediction_);
    return known_.emplace_back(effect, state_of(next_)).second;
  }

 private:
  static constexpr int kEntryFlags = flag::first | flag::last;
  struct Effect {
    Verb verb;
    Change change;
    int index;
    Ref prog, link;
    int flags;
    bool operator==(const Effect&) const = default;
  };

  const World& world_;
  World next_;
  Prediction prediction_;
  std::vector<std::pair<Effect, StateKey>> known_;
};

// Which rules held together. The same sets come again and again, so the latest are remembered.
class MetTogether {
 public:
  explicit MetTogether(Exploration& out) : out_(out) {}

  void note(Verb verb, std::uint64_t met) {
    std::uint64_t& latest = latest_[static_cast<std::size_t>(verb)][met * kSpread >> 56];
    if (latest == met) return;
    latest = met;
    auto& with = out_.met_with[static_cast<std::size_t>(verb)];
    for (std::uint64_t rest = met; rest != 0; rest &= rest - 1)
      with[static_cast<std::size_t>(std::countr_zero(rest))] |= met;
  }

 private:
  static constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15U;  // Fibonacci hashing
  Exploration& out_;
  std::array<std::array<std::uint64_t, 256>, kVerbs> latest_{};
};

}  // namespace

std::size_t Exploration::pairs(Dialect dialect) const {
  std::size_t twice = 0;
  for (std::size_t v = 0; v < kVerbs; ++v) {
    const auto clauses = clauses_of(dialect, static_cast<Verb>(v));
    for (std::size_t i = 0; i < clauses.size(); ++i)
      for (std::size_t k = 0; k < clauses.size(); ++k)
        twice += i != k && clauses[i].force != Force::effect && clauses[k].force != Force::effect &&
                 (met_with[v][i] >> k & 1) != 0;
  }
  return twice / 2;
}

namespace {

// `beside` may be null.
Exploration explore_with(const Bounds& bounds, Companion* beside, const Say& progress,
                         std::size_t most) {
  Exploration out;
  std::unordered_map<StateKey, std::size_t> known;
  std::vector<std::size_t> depth;
  const auto reach = [&](StateKey state, std::size_t from, const Operation& by) {
    const auto [at, is_new] = known.try_emplace(state, out.parent.size());
    if (is_new) {
      add_vertex(state, out.graph);
      out.parent.push_back(from);
      out.by.push_back(by);
      depth.push_back(out.parent.size() == 1 ? 0 : depth[from] + 1);
      out.depth = depth.back();
    }
    return at->second;
  };
  MetTogether met_together(out);
  World world;
  world.reset(header_of(bounds));
  reach(state_of(world), 0, {});
  // States are numbered as they are reached, so that this is breadth first.
  for (std::size_t s = 0; s < out.parent.size(); ++s) {
    if (depth[s] >= most) break;
    const StateKey state = out.graph[s];
    world = world_of(bounds, state, kWalkRevision);
    if (beside) beside->enter(walk_to(bounds, out, s));
    Successors successors(world);
    for_each_request(bounds, state, kWalkRevision, [&](const Operation& op) {
      if (out.deviation) return;
      ++out.transitions;
      if (beside) out.deviation = beside->ask(op);
      if (out.deviation) return;
      const Decision d = world.decision(op);
      met_together.note(op.verb, d.met);
      out.refused += d.error != Errno::ok;
      if (d.error != Errno::ok || (d.change == Change::none && op.verb != Verb::close)) return;
      const std::size_t to = reach(successors.by(op, d), s, op);
      // Of the three revisions a request may expect, one will do.
      if (op.revision == 0) add_edge(s, to, op, out.graph);
    });
    if (beside && !out.deviation) out.deviation = beside->leave();
    if (out.deviation) return out;
    if (progress && s % 8 == 0)
      progress(std::to_string(s) + " of " + std::to_string(out.parent.size()) + " states so far");
  }
  return out;
}

}  // namespace

Exploration explore(const Bounds& bounds, Stepper* beside, const Say& progress,
                    const Wanted& wanted, std::size_t most) {
  const auto walked = beside ? companion(*beside, wanted) : nullptr;
  return explore_with(bounds, walked.get(), progress, most);
}

Exploration explore_beside(const Bounds& bounds, Target& beside, const Say& progress,
                           const Wanted& wanted, std::size_t most) {
  if (Stepper* const stepper = beside.stepper())
    return explore(bounds, stepper, progress, wanted, most);
  const auto walked = companion(beside, wanted);
  return explore_with(bounds, walked.get(), progress, most);
}

std::optional<Trace> shorter_by_walk(Target& target, const Trace& trace, const std::string& bucket,
                                     const Say& progress) {
  const Header& h = trace.header;
  const auto links =
      std::count_if(trace.operations.begin(), trace.operations.end(),
                    [](const Operation& op) { return op.verb == Verb::link_create; });
  const bool may_walk = target.stepper() || target.capabilities().capacities;
  const bool walked = may_walk && trace.operations.size() > 1 && h.devices <= 1 &&
                      h.revision == 1 && h.loaded.count() <= 4 && links <= 2;
  if (!walked) return std::nullopt;
  const Bounds bounds{
      .dialect = h.dialect,
      .progs = static_cast<std::uint8_t>(std::max<std::size_t>(2, h.loaded.count())),
      .links = static_cast<std::uint8_t>(links),
      .capacity = h.capacity,
      .revisions = true};
  const auto shows = [&](const Trace& t, std::span<const Observation>) {
    const auto shown = deviations_on(target, t);
    return std::any_of(shown.begin(), shown.end(),
                       [&](const Shown& s) { return s.bucket == bucket; });
  };
  return explore_beside(bounds, target, progress, shows, trace.operations.size() - 1).deviation;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "props/search/hunt.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "model/words/text.hpp"
#include "props/search/known.hpp"

namespace mprogcheck {

std::vector<std::optional<std::uint64_t>> operations_until_found(
    const std::vector<std::unique_ptr<Target>>& targets, Dialect dialect, std::uint64_t seed,
    std::uint64_t limit, bool guided) {
  CampaignOptions options;
  options.dialect = dialect;
  options.seed = seed;
  std::vector<std::optional<std::uint64_t>> found(targets.size());
  if (targets.empty()) return found;
  const Capabilities can = targets[0]->capabilities();
  Guide guide({dialect, seed, capabilities_used(options, can), options.operations});
  std::vector<std::size_t> open(targets.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  Trace trace;
  std::vector<std::vector<Observation>> seen;
  for (std::uint64_t index = 0, done = 0; done < limit && !open.empty(); ++index) {
    if (guided)
      guide.next(index, trace);
    else
      trace = generate(options, can, index);
    std::erase_if(open, [&](std::size_t i) {
      targets[i]->run(std::span(&trace, 1), seen);
      const Verdict verdict = check_first(trace, seen[0]);
      if (verdict.conforms()) return false;
      const std::uint64_t at = done + verdict.deviations[0].step + 1;
      if (at <= limit) found[i] = at;
      return true;
    });
    done += trace.operations.size();
  }
  return found;
}

std::optional<First> first_found(Target& target, Dialect dialect, std::uint64_t seed,
                                 std::uint64_t limit, const std::vector<Trace>& known,
                                 const std::function<void(std::size_t)>& progress) {
  const Known already = known_of(target, known);
  CampaignOptions options;
  options.dialect = dialect;
  options.seed = seed;
  MinimizeOptions how;
  how.progress = progress;
  std::vector<Trace> traces(target.batch());
  std::vector<std::vector<Observation>> seen;
  for (std::uint64_t index = 0, done = 0; done < limit;) {
    for (Trace& trace : traces) trace = generate(options, target.capabilities(), index++);
    if (progress) progress(traces[0].operations.size());
    target.run(traces, seen);
    for (std::size_t i = 0; i < traces.size(); ++i) {
      const Verdict verdict = check_first(traces[i], seen[i]);
      done += traces[i].operations.size();
      if (verdict.conforms()) continue;
      const std::string shown = bucket(verdict.deviations[0], dialect);
      if (already.excuse(shown)) continue;
      // A mistake may damage what is not the trace's own; alone it may then not show.
      try {
        return First{traces[i], shown, minimize(target, traces[i], shown, how)};
      } catch (const std::invalid_argument&) {
        continue;
      }
    }
  }
  return std::nullopt;
}

bool smaller(const Trace& a, const Trace& b) {
  const auto size = [](const Trace& t) {
    return std::tuple(t.operations.size(), print(t).size(), print(t));
  };
  return size(a) < size(b);
}

std::optional<Minimal> smallest_found(const TargetFactory& factory, Dialect dialect,
                                      std::uint64_t seed,
                                      const std::function<void(std::size_t)>& progress) {
  // What a minimiser arrives at depends on where it starts: so from several campaigns.
  constexpr std::uint64_t kCampaigns = 6;
  constexpr std::size_t kEnough = 12;
  CampaignOptions options;
  options.dialect = dialect;
  options.traces = 320;
  options.minimize = false;
  MinimizeOptions how;
  how.progress = progress;
  const auto target = factory();
  std::optional<Minimal> best;
  for (std::uint64_t i = 0; i < kCampaigns; ++i) {
    options.seed = seed + i;
    const CampaignResult result = run_campaign(factory, options);
    std::vector<const Finding*> first;
    for (const auto& [name, finding] : result.findings) first.push_back(&finding);
    std::stable_sort(first.begin(), first.end(),
                     [](const auto* a, const auto* b) { return a->index < b->index; });
    if (first.size() > kEnough) first.resize(kEnough);
    for (const Finding* finding : first) {
      Minimal m = minimize(*target, finding->trace, finding->bucket, how);
      if (!best || smaller(m.trace, best->trace)) best = std::move(m);
    }
  }
  return best;
}

namespace {

// A state of the model and how it was reached: what makes two traces the same for the enumeration.
std::string key_of(const World& world, const std::string& path) {
  std::string key = path;
  const auto put = [&](std::uint64_t n) { key += static_cast<char>(n & 0xff); };
  for (std::uint8_t p = 0; p < kMaxProgs; ++p)
    if (world.prog(Prog{p}).loaded) put(world.prog(Prog{p}).open), put(world.prog(Prog{p}).holders);
  for (std::uint8_t l = 0; l < world.links_named(); ++l) {
    const LinkState& link = world.link(Link{l});
    put(link.created), put(link.open), put(link.attached), put(link.prog.raw);
    put(static_cast<std::uint64_t>(link.point.hook));
  }
  for (const Hook hook : {Hook::ingress, Hook::egress}) {
    const Chain* chain = world.chain({0, hook});
    put(chain != nullptr);
    if (!chain) continue;
    put(chain->revision()), put(static_cast<std::uint64_t>(chain->size()));
    for (int i = 0; i < chain->size(); ++i)
      put(chain->at(i).prog.raw), put(chain->at(i).link.raw), put(chain->at(i).flags);
  }
  return key;
}

struct State {
  Trace trace;
  std::string path;  // the clauses that decided, one byte for command and rule each
};

// Programs in the order of their first use: of the others each looks like the next.
bool in_order(const Trace& trace, const Operation& op, std::uint8_t progs) {
  std::uint8_t used = 0;
  const auto fits = [&](Ref r) {
    if (r.kind != Ref::Kind::prog || r.raw >= progs) return true;
    if (r.raw > used) return false;
    used = std::max<std::uint8_t>(used, r.raw + 1);
    return true;
  };
  for (const Operation& o : trace.operations) fits(o.prog), fits(o.relative), fits(o.old);
  return fits(op.prog) && fits(op.relative) && fits(op.old);
}

std::vector<Operation> alphabet(const State& state, const World& world, const Scope& scope) {
  std::set<Operation> all;
  for (Exhaustive e(1); e.more();) {
    Generator generator(e, scope);
    const Operation op = generator.next(world);
    if (in_order(state.trace, op, scope.progs)) all.insert(op);
  }
  return {all.begin(), all.end()};
}

}  // namespace

Shortest enumerate(std::vector<std::unique_ptr<Target>>& targets, Dialect dialect,
                   std::size_t operations,
                   const std::function<void(const std::string&)>& progress) {
  Shortest out;
  std::vector<State> frontier;
  Scope scope;
  scope.dialect = dialect;
  scope.progs = 3;
  scope.links = 2;
  for (const std::uint8_t capacity : {kMaxCapacity, std::size_t{1}, std::size_t{2}})
    for (const std::uint64_t revision :
         {std::uint64_t{1}, std::min(dialect->last_revision, (std::uint64_t{1} << 32) + 1)}) {
      if (capacity != kMaxCapacity && revision != 1) continue;
      scope.capacity = capacity;
      scope.revision = revision;
      State start;
      start.trace.header = header_of(scope);
      start.path = std::string(1, static_cast<char>(capacity)) + (revision == 1 ? "a" : "b");
      frontier.push_back(start);
    }
  World world, next_world;
  Prediction predicted;
  Observation seen;
  for (std::size_t depth = 1; depth <= operations; ++depth) {
    std::vector<State> next;
    std::set<std::string> known;
    for (std::size_t s = 0; s < frontier.size(); ++s) {
      const State& state = frontier[s];
      if (progress && s % 16 == 0)
        progress(std::to_string(depth) + " operations: state " + std::to_string(s) + " of " +
                 std::to_string(frontier.size()));
      scope.capacity = state.trace.header.capacity;
      world.reset(state.trace.header);
      for (const Operation& op : state.trace.operations) world.step(op, predicted);
      ++out.states;
      for (const Operation& op : alphabet(state, world, scope)) {
        next_world = world;
        next_world.step(op, predicted);
        ++out.traces;
        for (const auto& target : targets) {
          if (out.operations.contains(target->name())) continue;
          Stepper& stepper = *target->stepper();
          stepper.begin(state.trace.header);
          for (const Operation& before : state.trace.operations) stepper.apply(before, seen);
          stepper.apply(op, seen);
          if (!(seen == predicted.observation)) out.operations[target->name()] = depth;
        }
        if (predicted.decision.error != Errno::ok || op.verb == Verb::query ||
            op.verb == Verb::packet)
          continue;
        State after = state;
        after.trace.operations.push_back(op);
        after.path += static_cast<char>(static_cast<int>(op.verb) * 64 + predicted.decision.rule);
        if (depth < operations && known.insert(key_of(next_world, after.path)).second)
          next.push_back(std::move(after));
      }
    }
    frontier = std::move(next);
  }
  return out;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "props/stress/linearize.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <unordered_set>

#include "model/judge/check.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

constexpr std::size_t kNobody = ~std::size_t{0};

// A state of the lists, and which processes' calls under way have taken effect in it.
struct State {
  World world;
  std::uint64_t done = 0;
  bool operator==(const State&) const = default;
};

struct Hash {
  std::size_t operator()(const State& state) const {
    std::size_t hash = state.done;
    const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15U; };
    for (std::uint8_t d = 0; d < kMaxDevices; ++d)
      for (const Hook hook : {Hook::ingress, Hook::egress, Hook::primary}) {
        const Chain* const chain = state.world.chain({d, hook});
        mix(chain ? chain->revision() : 0);
        for (int i = 0; chain && i < chain->size(); ++i)
          mix(std::uint64_t{chain->at(i).prog.raw} << 8 | chain->at(i).link.raw);
      }
    return hash;
  }
};
using States = std::unordered_set<State, Hash>;

bool asks(Verb verb) {
  return has_trait(verb, Trait::only_asks);
}

// It was refused, or is a question.
bool changes_nothing(const Trace& trace, std::size_t call) {
  return trace.expected[call]->error != Errno::ok || asks(trace.operations[call].verb);
}

// Of each call the list it is about: of a link that where it was to be made.
std::vector<Point> points_of(const Trace& trace) {
  std::vector<Point> points;
  std::array<Point, 256> made;
  made.fill(kNoPoint);
  for (const Operation& op : trace.operations) {
    const Ref link = op.verb == Verb::close ? op.prog : op.link;
    const bool by_link = link.kind == Ref::Kind::link;
    if (by_link && has_trait(op.verb, Trait::makes_link)) made[link.raw] = op.point;
    points.push_back(by_link ? made[link.raw] : op.point);
  }
  return points;
}

bool about_devices(Verb verb) {
  return has_trait(verb, Trait::lifetime);
}

class Search {
 public:
  Search(const History& history, LinearizeOptions options)
      : history_(history), options_(options), points_(points_of(history.trace)) {
    under_way_.fill(kNobody);
    State first;
    first.world.reset(history.trace.header);
    states_.insert(std::move(first));
  }

  Linearization run() {
    std::vector<std::size_t> returns(history_.stamps.size());
    for (std::size_t i = 0; i < returns.size(); ++i) returns[i] = i;
    const auto& stamps = history_.stamps;
    std::sort(returns.begin(), returns.end(), [&](std::size_t a, std::size_t b) {
      return stamps[a].returned < stamps[b].returned;
    });
    std::size_t next = 0;
    for (const std::size_t call : returns) {
      for (; next < stamps.size() && stamps[next].invoked < stamps[call].returned; ++next)
        under_way_[stamps[next].process] = next;
      if (!returned(call)) break;
      under_way_[stamps[call].process] = kNobody;
    }
    count_contended();
    return std::move(result_);
  }

 private:
  static std::uint64_t bit(std::uint32_t process) { return std::uint64_t{1} << process; }

  // Whether the model permits the answer there. If the call changes something, so it does `world`.
  bool takes_place(std::size_t call, World& world, bool reads) {
    const Operation& op = history_.trace.operations[call];
    const Expected& seen = *history_.trace.expected[call];
    const Decision decision = world.decision(op);
    if (decision.error != seen.error)
      return seen.error != Errno::ok &&
             permits(history_.trace.header.dialect, op.verb, decision, seen.error);
    if (reads && !asks(op.verb)) return true;
    world.step(op, prediction_);
    return agrees(seen, expected_of(op, prediction_.observation));
  }

  bool reads(std::size_t call) const { return changes_nothing(history_.trace, call); }

  // Calls that change nothing take their place.
  void read_all(State& state) {
    for (std::uint32_t p = 0; p < kMaxProcesses; ++p) {
      if (under_way_[p] == kNobody || (state.done & bit(p)) || !reads(under_way_[p])) continue;
      if (takes_place(under_way_[p], state.world, true)) state.done |= bit(p);
    }
  }

  // False: the search ends here.
  bool returned(std::size_t call) {
    const std::uint64_t own = bit(history_.stamps[call].process);
    States seen, after;
    std::vector<const State*> open;
    const auto add = [&](State state) {
      read_all(state);
      if (state.done & own) {
        state.done &= ~own;
        after.insert(std::move(state));
      } else if (const auto [at, is_new] = seen.insert(std::move(state)); is_new) {
        open.push_back(&*at);
      }
    };
    for (const State& state : states_) add(state);
    while (!open.empty()) {
      const State& state = *open.back();
      open.pop_back();
      for (std::uint32_t p = 0; p < kMaxProcesses; ++p) {
        if (under_way_[p] == kNobody || (state.done & bit(p)) || reads(under_way_[p])) continue;
        State next = state;
        if (!takes_place(under_way_[p], next.world, false)) continue;
        next.done |= bit(p);
        add(std::move(next));
      }
      if (seen.size() + after.size() > options_.most_states)
        return fail(Linearization::Verdict::undecided, call, seen);
    }
    result_.most_states = std::max(result_.most_states, seen.size() + after.size());
    if (after.empty()) return fail(Linearization::Verdict::refused, call, seen);
    states_ = std::move(after);
    return true;
  }

  bool fail(Linearization::Verdict verdict, std::size_t call, const States& seen) {
    result_.verdict = verdict;
    result_.call = call;
    for (std::size_t i = 0; i < history_.stamps.size(); ++i)
      if (i != call && overlap(i, call) && concerns(i, call)) result_.concurrent.push_back(i);
    std::set<std::string> permitted;
    const Operation& op = history_.trace.operations[call];
    for (const State& state : seen) {
      World world = state.world;
      world.step(op, prediction_);
      permitted.insert(print(expected_of(op, prediction_.observation)));
    }
    result_.permitted.assign(permitted.begin(), permitted.end());
    return false;
  }

  bool overlap(std::size_t a, std::size_t b) const {
    const Stamp &one = history_.stamps[a], &other = history_.stamps[b];
    return one.invoked < other.returned && other.invoked < one.returned;
  }

  bool concerns(std::size_t call, std::size_t other) const {
    if (about_devices(history_.trace.operations[call].verb))
      return points_[call].device == points_[other].device;
    return points_[call] == points_[other];
  }

  void count_contended() {
    const auto& stamps = history_.stamps;
    std::vector<bool> contended(stamps.size());
    for (std::size_t i = 0; i < stamps.size(); ++i)
      for (std::size_t j = i + 1; j < stamps.size() && stamps[j].invoked < stamps[i].returned;
           ++j) {
        if (!reads(i) && concerns(i, j)) contended[j] = true;
        if (!reads(j) && concerns(j, i)) contended[i] = true;
      }
    result_.calls = stamps.size();
    result_.contended =
        static_cast<std::size_t>(std::count(contended.begin(), contended.end(), true));
  }

  const History& history_;
  LinearizeOptions options_;
  std::vector<Point> points_;
  States states_;
  std::array<std::size_t, kMaxProcesses> under_way_{};  // by process
  Prediction prediction_;
  Linearization result_;
};

std::string line_of(const History& history, std::size_t call, std::string_view file) {
  const Stamp& s = history.stamps[call];
  const std::string at = call < history.lines.size()
                             ? std::string(file) + ":" + std::to_string(history.lines[call])
                             : "call " + std::to_string(call + 1);
  return at + ": " + std::to_string(s.process) + ":" + std::to_string(s.invoked) + "-" +
         std::to_string(s.returned) + " " + print(history.trace.operations[call]) + " => " +
         print(*history.trace.expected[call]);
}

}  // namespace

Linearization linearize(const History& history, LinearizeOptions options) {
  return Search(history, options).run();
}

std::string explain(const Linearization& result, const History& history, std::string_view file) {
  constexpr std::size_t kBefore = 6;
  const bool refused = result.verdict == Linearization::Verdict::refused;
  std::string out = line_of(history, result.call, file) + "\n";
  out += refused ? "  no order of the calls explains this answer; the model would say\n"
                 : "  too many orders of the calls explain what was before; the model would say\n";
  for (const std::string& answer : result.permitted) out += "    " + answer + "\n";
  std::size_t others = 0;
  if (!result.concurrent.empty()) out += "  at the same time\n";
  for (const std::size_t call : result.concurrent)
    if (changes_nothing(history.trace, call))
      ++others;
    else
      out += "    " + line_of(history, call, file) + "\n";
  if (others) out += "    and " + std::to_string(others) + " calls that changed nothing\n";
  const std::vector<Point> points = points_of(history.trace);
  std::vector<std::size_t> before;
  for (std::size_t i = result.call; i-- != 0 && before.size() < kBefore;)
    if (history.stamps[i].returned < history.stamps[result.call].invoked &&
        points[i] == points[result.call])
      before.push_back(i);
  if (!before.empty()) out += "  before it there\n";
  for (std::size_t i = before.size(); i-- != 0;)
    out += "    " + line_of(history, before[i], file) + "\n";
  return out;
}

}  // namespace mprogcheck

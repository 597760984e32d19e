// SPDX-License-Identifier: GPL-2.0-only
#include "props/suite/conform.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "impl/each_trace.hpp"
#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

// The trace up to a deviation, without what only a known one has.
Trace cut_off(const Trace& trace, std::size_t step) {
  Trace out = trace;
  out.reason.clear();
  out.target.clear();
  out.releases.clear();
  out.bucket.clear();
  out.operations.resize(step + 1);
  if (!out.expected.empty()) out.expected.resize(step + 1);
  if (!out.comments.empty()) out.comments.resize(step + 1);
  return out;
}

void judge(const Trace& trace, const Verdict& verdict, const Target& target, Conformance& out) {
  for (std::size_t i = 0; i < verdict.judged; ++i) {
    const Verb verb = trace.operations[i].verb;
    const Clause& decided = clauses_of(trace.header.dialect, verb)[verdict.rules[i]];
    ++out.clauses[clause_name(trace.header.dialect, verb, decided.id)].decided;
    if (trace.operations[i].size != kWhole)
      ++out.clauses[clause_name(trace.header.dialect, verb, "attribute.within")].decided;
  }
  for (const Deviation& d : verdict.deviations) {
    ClauseResult& clause = out.clauses[clause_name(trace.header.dialect, d.verb, d.clause)];
    ++(d.breach == Breach::promise      ? clause.promise
       : d.breach == Breach::precedence ? clause.precedence
                                        : clause.code);
    Example& example = out.deviations[bucket(d, trace.header.dialect)];
    if (++example.times > 1) continue;
    example.deviation = d;
    example.security = is_security_relevant(d, trace, target.name());
    if (d.aspect == Aspect::harm) {
      const LastWords last_words = target.last_words();
      example.console = last_words.console;
      if (!last_words.title.empty()) example.deviation.observed += ": " + last_words.title;
    }
    example.trace = cut_off(trace, d.step);
  }
}

// What of the promise this trace would have met, had it been run.
void miss(const Trace& trace, const std::string& why, Conformance& out) {
  World world;
  world.reset(trace.header);
  Prediction p;
  std::set<std::string> here;
  for (const Operation& op : trace.operations) {
    world.step(op, p);
    const Clause& decides = clauses_of(trace.header.dialect, op.verb)[p.decision.rule];
    here.insert(clause_name(trace.header.dialect, op.verb, decides.id));
    if (op.size != kWhole)
      here.insert(clause_name(trace.header.dialect, op.verb, "attribute.within"));
  }
  for (const std::string& name : here) {
    NotAsked& clause = out.not_asked.try_emplace(name, NotAsked{0, why}).first->second;
    ++clause.traces;
  }
}

// The world behind a trace, and where its last operation changed something.
struct Left {
  World world;
  std::optional<Point> point;
};
Left left_by(const Trace& trace) {
  Left left;
  left.world.reset(trace.header);
  Prediction p;
  for (const Operation& op : trace.operations) {
    left.point = left.world.concerns(op);
    left.world.step(op, p);
  }
  if (p.decision.error != Errno::ok || p.decision.change == Change::none) left.point.reset();
  return left;
}

Trace extended(const Trace& trace, const std::vector<Operation>& by) {
  Trace out = trace;
  out.expected.clear();
  out.comments.clear();
  out.operations.insert(out.operations.end(), by.begin(), by.end());
  annotate(out);
  return out;
}

}  // namespace

std::string clause_name(Dialect dialect, Verb verb, std::string_view clause) {
  return std::string(word(dialect)) + " " + std::string(word(verb)) + " " + std::string(clause);
}

Trace other_direction(const Trace& trace) {
  Trace out = trace;
  for (Operation& op : out.operations)
    if (op.point.hook == Hook::ingress || op.point.hook == Hook::egress)
      op.point.hook = op.point.hook == Hook::ingress ? Hook::egress : Hook::ingress;
  annotate(out);
  return out;
}

Trace looked_at(const Trace& trace) {
  const Left left = left_by(trace);
  if (!left.point) return trace;
  const int size = left.world.chain(*left.point)->size();
  std::vector<Operation> by;
  const auto query = [&](int room, std::uint8_t arrays) {
    Operation op;
    op.verb = Verb::query;
    op.point = *left.point;
    op.room = static_cast<std::uint8_t>(room);
    op.arrays = arrays;
    by.push_back(op);
  };
  query(size + 1, array::progs | array::links | array::prog_flags | array::link_flags);
  if (size > 1) query(size - 1, array::progs);
  if (size > 0) query(size, array::progs | array::links);
  if (size > 0) query(size, array::links);
  Operation op;
  op.verb = Verb::query;
  op.point = *left.point;
  op.bits = 1;
  by.push_back(op);
  op = {};
  op.verb = Verb::remove;
  op.point = *left.point;
  by.push_back(op);
  for (int i = 0; i < size; ++i) {
    const Entry& e = left.world.chain(*left.point)->at(i);
    if (e.link == kNoLink) continue;
    op = {};
    op.verb = Verb::link_update;
    op.link = ref(e.link);
    op.prog = ref(e.prog);
    by.push_back(op);
  }
  return extended(trace, by);
}

std::optional<Trace> run_through(const Trace& trace) {
  const Left left = left_by(trace);
  if (!left.point || left.world.chain(*left.point)->size() < 2) return std::nullopt;
  const Chain& c = *left.world.chain(*left.point);
  std::vector<Operation> by;
  const auto packet = [&](Action first, Action second) {
    Operation op;
    op.verb = Verb::packet;
    op.point = *left.point;
    op.says = {Says{c.prog(0), first}, Says{c.prog(1), second}};
    for (Says& s : op.says)
      if (s.action == Action::next) s = {};
    by.push_back(op);
  };
  packet(Action::pass, Action::drop);
  packet(Action::drop, Action::pass);
  packet(Action::next, Action::next);
  packet(Action::next, Action::drop);
  packet(Action::unknown, Action::drop);
  return extended(trace, by);
}

Tally Conformance::tally() const {
  Tally out;
  for (const auto& [bucket, example] : deviations)
    if (example.known.empty())
      out.add_new(example.deviation);
    else
      ++(example.elsewhere ? out.elsewhere : out.known);
  return out;
}

bool Conformance::deviates() const {
  return tally().deviates(strict);
}

bool Conformance::conforms() const {
  return broke_off.empty() && known.gone.empty() && !deviates();
}

std::set<std::string> askable(const std::vector<Trace>& suite, Dialect dialect,
                              const Capabilities& can) {
  std::set<std::string> out;
  World world;
  Prediction p;
  for (const Trace& trace : suite) {
    if (trace.header.dialect != dialect || !unsupported(trace, can).empty()) continue;
    world.reset(trace.header);
    for (const Operation& op : trace.operations) {
      world.step(op, p);
      const Clause& decides = clauses_of(dialect, op.verb)[p.decision.rule];
      out.insert(std::string(word(op.verb)) + "/" + std::string(decides.id));
    }
  }
  return out;
}

Conformance conform(Target& target, const std::vector<Trace>& suite,
                    const std::vector<Trace>& known,
                    const std::function<void(const std::string&)>& progress) {
  const auto start = std::chrono::steady_clock::now();
  Conformance out;
  out.target = target.name();
  const Capabilities can = out.can = target.capabilities();
  out.binding = binding_of(target);
  std::vector<Trace> batch;
  std::vector<bool> is_known;
  bool ran_suite = suite.empty();
  std::vector<std::vector<Observation>> seen;
  EachTrace each(target);
  const auto not_run = [&](const Trace& trace, const std::string& why) {
    const std::string kind = why.substr(0, why.find(':'));
    ++out.not_run[kind];
    miss(trace, kind, out);
  };
  const auto run = [&] {
    const std::vector<std::string> why_not = each.run(batch, seen);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!why_not[i].empty()) {
        not_run(batch[i], why_not[i]);
        continue;
      }
      ran_suite |= !is_known[i];
      ++out.traces;
      out.operations += batch[i].operations.size();
      const Verdict verdict = check(batch[i], seen[i], out.binding);
      judge(batch[i], verdict, target, out);
      if (is_known[i]) out.known.saw(batch[i], verdict, listed(batch[i], target));
    }
    batch.clear();
    is_known.clear();
    if (progress)
      progress(out.target + ": " + std::to_string(out.traces) + " of " +
               std::to_string(known.size() + suite.size()) + " traces");
  };
  const auto add = [&](const Trace& trace, bool of_known) {
    if (const std::string why = unsupported(trace, can); !why.empty()) {
      not_run(trace, why);
      return;
    }
    batch.push_back(trace);
    is_known.push_back(of_known);
    if (batch.size() == target.batch()) run();
  };
  try {
    // First, so that it is said of what is found before a target fails.
    for (const Trace& trace : known) add(trace, true);
    for (const Trace& trace : suite) add(trace, false);
    if (!batch.empty()) run();
    // What is known alone says nothing of the suite.
    if (!ran_suite) out.broke_off = "it can run no trace of the suite";
  } catch (const CannotRun& e) {
    out.broke_off = e.what();
  }
  for (auto& [bucket, example] : out.deviations)
    if (const Excuse* const excuse = out.known.excuse(bucket)) {
      example.known = excuse->reason.empty() ? "known" : excuse->reason;
      example.elsewhere = excuse->elsewhere();
      example.kept = {excuse->deviation, excuse->trace};
      example.security |= excuse->reason.starts_with(kSecurity);
    }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck compare: the same traces on several targets, and where what they saw differs.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "impl/each_trace.hpp"
#include "model/judge/difference.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/report/transcript.hpp"
#include "props/search/interrupt.hpp"
#include "props/search/known.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::vector<std::string> files, targets, known;
  bool json = false;
};

struct Compared {
  explicit Compared(std::unique_ptr<Target> its) : target(std::move(its)), each(*target) {}
  std::string name;
  std::unique_ptr<Target> target;
  EachTrace each;
  Capabilities can;
  Known known;
  std::size_t same = 0, unable = 0;
  std::map<std::string, std::size_t> reported;  // differences that are a deviation, by bucket
  std::size_t permitted = 0, unreported = 0;
};

// The deviation that a target shows first, if it is at or in front of that operation: behind one
// nobody promises that two go the same way.
std::string bucket_until(const Trace& trace, Observations seen, std::size_t step,
                         const Target& target) {
  const Verdict verdict = check_first(trace, seen, binding_of(target));
  if (verdict.deviations.empty() || verdict.deviations[0].step > step) return {};
  return bucket(verdict.deviations[0], trace.header.dialect);
}

class Comparison {
 public:
  Comparison(const Options& o, Json& document) : o_(o), document_(document) {
    for (const std::string& name : o.targets) target_named(name);  // throws for unknown ones
    const auto known = known_deviations(o.known);
    for (const std::string& name : o.targets) {
      Compared c(target_named(name)());
      c.name = name;
      c.can = c.target->capabilities();
      c.known = known_of(*c.target, known);
      compared_.push_back(std::move(c));
    }
  }

  void compare(const std::string& file, std::span<const Trace> traces) {
    for (const Trace& trace : traces) {
      const auto unable = std::find_if(compared_.begin(), compared_.end(), [&](const Compared& c) {
        return !unsupported(trace, c.can).empty();
      });
      if (unable == compared_.end())
        waiting_.emplace_back(file, trace);
      else
        ++unable->unable;
      if (waiting_.size() == kTogether) flush();
    }
  }

  void flush() {
    std::vector<Trace> traces;
    for (const auto& [file, trace] : waiting_) traces.push_back(trace);
    std::vector<std::vector<std::vector<Observation>>> seen(compared_.size());
    std::vector<bool> ran(traces.size(), true);
    for (std::size_t t = 0; t < compared_.size() && !traces.empty(); ++t) {
      const std::vector<std::string> why_not = compared_[t].each.run(traces, seen[t]);
      for (std::size_t i = 0; i < traces.size(); ++i) {
        if (why_not[i].empty()) continue;
        if (ran[i]) ++compared_[t].unable;
        ran[i] = false;
      }
    }
    for (std::size_t i = 0; i < traces.size(); ++i) {
      if (!ran[i]) continue;
      ++done_;
      for (std::size_t t = 1; t < compared_.size(); ++t)
        judge(waiting_[i].first, traces[i], compared_[t], seen[0][i], seen[t][i]);
    }
    waiting_.clear();
  }

  int finish() {
    int status = kConforms;
    for (std::size_t t = 1; t < compared_.size(); ++t) {
      const Compared& c = compared_[t];
      std::size_t reported = 0;
      for (const auto& [bucket, times] : c.reported) reported += times;
      tell(prose(),
           "{} beside {}: {} alike; {} differ by known deviations, {} by others, {} as the model "
           "permits\n",
           c.name, compared_[0].name, times(c.same, "trace"), reported, c.unreported, c.permitted);
      for (const auto& [bucket, n] : c.reported)
        tell(prose(), "  {} (in {}): {}\n", bucket, times(n, "trace"), reason(c, bucket));
      if (c.unreported) status = kDeviates;
    }
    for (const Compared& c : compared_)
      if (c.unable)
        tell(prose(), "{} cannot run {}; these are not compared\n", c.name,
             times(c.unable, "trace"));
    return done_ == 0 ? kCannotRun : status;
  }

  std::size_t done() const { return done_; }

 private:
  FILE* prose() const { return o_.json ? stderr : stdout; }

  std::string reason(const Compared& c, const std::string& bucket) const {
    const Excuse* const its = c.known.excuse(bucket);
    return its ? its->reason : compared_[0].known.shown.at(bucket).reason;
  }

  void judge(const std::string& file, const Trace& trace, Compared& c, Observations one,
             Observations other) {
    const std::size_t step = first_difference(trace, one, other);
    if (step == trace.operations.size()) {
      ++c.same;
      return;
    }
    std::string whose = compared_[0].name,
                shown = bucket_until(trace, one, step, *compared_[0].target);
    bool known = compared_[0].known.excuse(shown);
    if (shown.empty()) {
      whose = c.name, shown = bucket_until(trace, other, step, *c.target);
      known = c.known.excuse(shown);
    }
    if (shown.empty())
      ++c.permitted;
    else if (known)
      ++c.reported[shown];
    else
      ++c.unreported;
    const Operation& op = trace.operations[step];
    const std::string_view what = difference_between(op, one.at(step), other.at(step));
    if (!known)
      tell(prose(), "{}: step {}: {}: {}\n  {}: {}\n  {}: {}\n  {}\n{}", file, step + 1, print(op),
           what, compared_[0].name, report::describe(op, one.at(step)), c.name,
           report::describe(op, other.at(step)),
           shown.empty() ? "the model permits both"
                         : fmt::format("a deviation of {}: {}", whose, shown),
           shown.empty() ? "" : print(trace));
    Json seen = Json::array();
    seen.push_back(
        {{"target", compared_[0].name}, {"observed", report::describe(op, one.at(step))}});
    seen.push_back({{"target", c.name}, {"observed", report::describe(op, other.at(step))}});
    document_.push_back({{"file", file},
                         {"trace", print(trace)},
                         {"step", step + 1},
                         {"operation", print(op)},
                         {"differs", what},
                         {"seen", std::move(seen)},
                         {"deviation", shown},
                         {"known", known}});
  }

  // A guest answers many traces at a time much sooner than one by one.
  static constexpr std::size_t kTogether = 16;

  const Options& o_;
  Json& document_;
  std::vector<Compared> compared_;
  std::vector<std::pair<std::string, Trace>> waiting_;
  std::size_t done_ = 0;
};

int run(const Options& o) {
  if (o.targets.size() < 2)
    throw BadInput("compare needs two targets or more; give --target twice");
  std::vector<std::pair<std::string, std::vector<Trace>>> files;
  std::size_t all = 0;
  for (const std::string& file : o.files) {
    files.emplace_back(file, read_traces(file));
    all += files.back().second.size();
  }
  auto document = Json::array();
  end_on_signals();
  Comparison comparison(o, document);
  Progress progress;
  for (const auto& [file, traces] : files) {
    comparison.compare(file, traces);
    progress(fmt::format("{} of {}", comparison.done(), times(all, "trace")));
  }
  comparison.flush();
  progress.clear();
  const int status = comparison.finish();
  if (o.json) print_json("compare", {{"targets", o.targets}, {"differences", document}});
  return status;
}

}  // namespace

void add_compare(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb(
      "compare", "Run the same traces on several targets, and show where their answers differ");
  verb.texts("TRACE", o->files, "Trace files").required();
  verb.targets(o->targets,
               "Two targets or more; each is compared with the first. A trace that one of them "
               "cannot run is counted, and run on none")
      .required();
  verb.known(o->known);
  verb.json(o->json);
  verb.example(
      "mprogcheck compare traces/tutorial/*.trace --target impl "
      "--target impl:before_lands_behind",
      "Shows in which traces, and at which step, a planted fault shows.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli

// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck stress: many processes at once, on a kernel in a guest; and histories judged again.
#include "props/stress/stress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "impl/vm/vm.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/search/interrupt.hpp"
#include "props/search/known.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string target = "kmod", dialect, out = "findings", append;
  std::vector<std::string> histories, known;
  double seconds = 60;
  std::uint64_t rounds = 0, seed = 0;
  std::uint32_t calls = 2000, processes = 4;
  bool json = false;
};

struct Totals {
  std::uint64_t rounds = 0, calls = 0, contended = 0, findings = 0, undecided = 0;

  void add(const Linearization& r) {
    ++rounds;
    calls += r.calls;
    contended += r.contended;
    undecided += r.verdict == Linearization::Verdict::undecided;
  }
  std::string text() const {
    return fmt::format(
        "{}, {}, {:.0f} % of them while another process changed the same list: {}",
        times(rounds, "round"), times(calls, "answer"),
        calls ? 100.0 * static_cast<double>(contended) / static_cast<double>(calls) : 0.0,
        times(findings, "finding"));
  }
  int status() const { return findings ? kDeviates : undecided ? kCannotRun : kConforms; }
};

Json json_of(const Totals& totals) {
  return {{"rounds", totals.rounds},
          {"answers", totals.calls},
          {"contended", totals.contended},
          {"findings", totals.findings},
          {"undecided", totals.undecided}};
}

void tell_undecided(const Linearization& r, const History& history, const std::string& file) {
  if (r.verdict == Linearization::Verdict::undecided)
    tell(stderr, "mprogcheck: could not judge all of it: {}", explain(r, history, file));
}

int judge_files(const Options& o) {
  FILE* prose = o.json ? stderr : stdout;
  Totals totals;
  for (const std::string& file : o.histories)
    for (const History& history : parse_histories(content(file), file)) {
      const Linearization r = linearize(history);
      totals.add(r);
      tell_undecided(r, history, file);
      if (r.verdict != Linearization::Verdict::refused) continue;
      ++totals.findings;
      tell(prose, "{}", explain(r, history, file));
    }
  tell(prose, "{}\n", totals.text());
  if (o.json) print_json("stress", json_of(totals));
  return totals.status();
}

class Rounds {
 public:
  explicit Rounds(const Options& o)
      : o_(o),
        prose_(o.json ? stderr : stdout),
        target_(target_named(o.target, {.processors = kProcessors, .append = o.append})()) {
    vm_ = dynamic_cast<Vm*>(target_.get());
    const Capabilities can = target_->capabilities();
    for (const Dialect dialect : kDialects)
      if ((o.dialect.empty() || dialect_from(o.dialect) == dialect) && can.speaks(dialect))
        dialects_.push_back(dialect);
    if (dialects_.empty())
      throw CannotRun(fmt::format("{} {}", o.target,
                                  speaks_not(dialect_from(o.dialect).value_or(Dialect::mainline))));
    // What a stress would find in every round. The rest of what is known it does not come to.
    const Known known = known_of(*target_, known_deviations(o.known), false);
    for (const auto& [bucket, excuse] : known.shown)
      if (bucket.ends_with(".revision.never_returns")) avoided_.push_back(bucket);
  }

  int run() {
    tell(prose_, "seed {}\n", o_.seed);
    flush(prose_);
    const std::atomic<bool>& interrupted = end_on_signals();
    const auto begin = std::chrono::steady_clock::now();
    const auto time_is_over = [&] {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      return o_.rounds ? totals_.rounds >= o_.rounds : took.count() >= o_.seconds;
    };
    std::string incomplete;
    try {
      while (!interrupted && !time_is_over() && totals_.findings < kEnough) one();
    } catch (const std::exception& e) {
      incomplete = e.what();  // what was found before is printed all the same
    }
    if (interrupted) incomplete = "interrupted before the end";
    if (incomplete.empty()) incomplete = not_tried();
    progress_.clear();
    tell(prose_, "{}: {}\n", target_->describe(), totals_.text());
    for (const std::string& bucket : avoided_) tell(prose_, "  known, and avoided: {}\n", bucket);
    if (is_kernel(o_.target))
      tell(prose_, "  {} known, {} new\n", avoided_.size(), totals_.findings);
    tell(prose_, "{} sent, {} of them arrived and met {}; {} removed\n", times(sum_.sent, "packet"),
         grouped(sum_.received), times(sum_.met, "program"), times(sum_.removals, "device"));
    if (o_.json) print_json("stress", document(interrupted));
    if (!incomplete.empty()) tell(stderr, "mprogcheck: could not run to the end: {}\n", incomplete);
    return incomplete.empty() || totals_.findings ? totals_.status() : kCannotRun;
  }

 private:
  static constexpr int kProcessors = 2;
  static constexpr std::uint64_t kEnough = 10;

  // What all rounds together did not try; empty if nothing, or if something was found.
  std::string not_tried() const {
    if (totals_.findings) return {};
    if (totals_.rounds == 0) return "not one round was run; give more time";
    if (sum_.processors < kProcessors)
      return fmt::format("the guest has {}, so nothing was tried",
                         times(sum_.processors, "processor"));
    for (const auto& [times, what] :
         {std::pair{totals_.contended, "no call was made while another process changed the list"},
          std::pair{sum_.met, "no packet met a program"},
          std::pair{sum_.removals, "no device was removed"}})
      if (times == 0) return fmt::format("{}, so nothing was tried; give more calls", what);
    return {};
  }

  void one() {
    const std::uint64_t number = totals_.rounds + 1;
    progress_.show(fmt::format("round {}: {}", number, totals_.text()));
    StressOptions options = draw_round(o_.seed + number, dialects_[number % dialects_.size()],
                                       target_->capabilities(), !avoided_.empty());
    options.calls = o_.calls;
    options.processes = o_.processes;
    StressRound round;
    if (const Harm harm = vm_->stress(options, round); harm != Harm::none) {
      ++totals_.rounds;
      return keep(file_of(number, ".console"), target_->last_words().console,
                  {describe(harm) + "\n" + target_->last_words().title});
    }
    const std::string file = file_of(number, ".history");
    const JudgedRound judged = judge(round, file);
    totals_.add(judged.linearization);
    sum_.processors = std::max(sum_.processors, round.figures.processors);
    sum_.sent += round.figures.sent;
    sum_.received += round.figures.received;
    sum_.met += round.figures.met;
    sum_.removals += round.figures.removals;
    tell_undecided(judged.linearization, judged.history, file);
    if (!judged.findings.empty() ||
        judged.linearization.verdict == Linearization::Verdict::undecided)
      keep(file, print(judged.history), judged.findings);
  }

  std::string file_of(std::uint64_t number, const char* suffix) const {
    return o_.out + "/" + free_stem(o_.out, fmt::format("round-{}", number), suffix) + suffix;
  }

  void found(const std::string& what) {
    ++totals_.findings;
    note_deviation();
    progress_.clear();
    tell(prose_, "{}: {}", bad(prose_, "FINDING"), what);
    flush(prose_);
  }

  // What is found is on disk before it is printed. A history that cannot be written is printed in
  // full.
  void keep(const std::string& file, const std::string& text,
            const std::vector<std::string>& findings) {
    progress_.clear();
    std::string failed;
    try {
      need_writable(o_.out);
      write_new(file, text);
      kept_.push_back(file);
    } catch (const BadInput& e) {
      failed = e.what();
      tell(stderr, "mprogcheck: {}\n", failed);
    }
    for (const std::string& finding : findings) found(finding + "\n");
    if (failed.empty())
      tell(prose_, "kept: {}\n", file);
    else
      tell(prose_, "{}\n", text);
  }

  Json document(bool interrupted) const {
    Json out{{"seed", o_.seed}, {"target", target_->name()}};
    out.update(json_of(totals_));
    out["sent"] = sum_.sent;
    out["received"] = sum_.received;
    out["programs_met"] = sum_.met;
    out["removals"] = sum_.removals;
    out["known"] = avoided_;
    out["kept"] = kept_;
    out["interrupted"] = interrupted;
    return out;
  }

  const Options& o_;
  FILE* prose_;
  std::unique_ptr<Target> target_;
  Vm* vm_;
  std::vector<Dialect> dialects_;
  std::vector<std::string> avoided_;  // known deviations, by bucket
  Progress progress_;
  Totals totals_;
  StressFigures sum_;
  std::vector<std::string> kept_;
};

}  // namespace

void add_stress(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb(
      "stress", "Run many processes at once on a kernel in a guest, and judge the history");
  verb.note(
      "A history conforms if its calls can be put in an order, each call behind those that had "
      "returned before it began, in which the model permits every answer.");
  verb.target(o->target, "kmod (default), kmod:FAULT or vm:KERNEL");
  verb.dialect(o->dialect, "every dialect of the target");
  auto time = verb.seconds("--time TIME", o->seconds,
                           "Run for TIME, such as 90, 60s, 10m or 1.5h (default: 60s)");
  verb.number("--rounds N", o->rounds, {1}, "Run N rounds instead of --time").excludes(time);
  verb.number("--calls N", o->calls, {1, 8000}, "Calls per round, 1 to 8000 (default: 2000)");
  verb.number("--processes N", o->processes, {1, kMostStressProcesses},
              fmt::format("Processes that make calls, 1 to {} (default: 4)", kMostStressProcesses));
  auto seed = verb.seed(o->seed,
                        "Draw the rounds from seed N (default: a new seed, which is printed). The "
                        "order in which the calls take effect is not determined by it");
  verb.append(o->append);
  verb.known(o->known);
  verb.out_dir(o->out,
               "Write histories that are findings, or could not be judged, to DIR (default: "
               "findings)");
  verb.texts("--history FILE", o->histories, "Judge the histories in files instead");
  verb.json(o->json);
  verb.example("mprogcheck stress --rounds 8 --seed 1", "Runs eight rounds on the module.");
  verb.example("mprogcheck stress --history traces/examples/two-updates.history",
               "Judges a history that is kept.");
  verb.action([o, seed] {
    if (!o->histories.empty()) return judge_files(*o);
    if (!o->target.starts_with("kmod") && !o->target.starts_with("vm:"))
      throw BadInput(fmt::format("stress is for kernels in guests, kmod and vm:KERNEL; not for {}",
                                 o->target));
    if (!seed.given()) o->seed = std::random_device{}();
    const auto alone = alone_in(o->out);
    return Rounds(*o).run();
  });
}

}  // namespace mprogcheck::cli

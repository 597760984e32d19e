// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck fuzz: campaigns on targets, findings as minimal traces and C programs.
#include <fmt/format.h>

#include <random>
#include <set>
#include <thread>

#include "model/words/text.hpp"
#include "props/cli/about.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/messages.hpp"
#include "props/cli/report.hpp"
#include "props/repro/repro.hpp"
#include "props/search/interrupt.hpp"
#include "props/suite/conform.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
  std::string dialect;
  double seconds = 60;
  std::uint64_t traces = 0, messages = 0, first = 0;
  std::uint64_t seed = 0;
  unsigned jobs = 0;
  std::vector<std::string> known;
  std::string out = "findings", append;
  bool hazards = false, strict = false, json = false;
};

struct Plan {
  std::string target;
  Dialect dialect;
  TargetFactory factory;
};

// The campaigns. Without a target: our own implementation, and the kernel where it can run.
std::vector<Plan> plans(const Options& o, std::vector<std::string>& notes) {
  const bool chosen = !o.targets.empty();
  std::vector<Plan> out;
  for (const std::string& name : chosen ? o.targets : std::vector<std::string>{"impl", "kernel"}) {
    const TargetFactory factory = target_named(name, {.append = o.append});
    try {
      const Capabilities can = factory()->capabilities();
      for (const Dialect d : kDialects) {
        if (!o.dialect.empty() && dialect_from(o.dialect) != d) continue;
        if (can.speaks(d))
          out.push_back({name, d, factory});
        else if (chosen && !o.dialect.empty())
          throw CannotRun(fmt::format("{} {}", name, speaks_not(d)));
      }
    } catch (const CannotRun& e) {
      if (chosen) throw;
      notes.push_back(fmt::format("{}: not run: {}", name, e.what()));
    }
  }
  return out;
}

// Writes what a campaign finds: the trace as it was met, at once; and in its place the minimal one,
// with its C program. A file of an earlier run is left as it is.
class Keeper {
 public:
  Keeper(std::filesystem::path directory, ReproOrigin origin, bool strict)
      : directory_(std::move(directory)), origin_(std::move(origin)), strict_(strict) {}

  // One that cannot be written is told, and printed in full at the end.
  void keep(const Finding& f, bool last = false) {
    Tally tally;
    tally.add_new(f.deviation);
    if (tally.deviates(strict_)) note_deviation();
    try {
      need_writable(directory_);
      const bool is_new = files_[f.bucket].stem.empty();
      write(f, files_[f.bucket], f.minimal || last);
      if (is_new && !last)
        tell(stderr, "found {}: its trace is in {}\n", f.bucket, directory_.string());
    } catch (const BadInput& e) {
      if (told_.insert(e.what()).second) tell(stderr, "mprogcheck: {}\n", e.what());
    }
  }

  // After all that is new was kept in its last form.
  WrittenFindings written() const {
    WrittenFindings out;
    for (const auto& [bucket, kept] : files_)
      if (kept.whole) out[bucket] = kept.written;
    return out;
  }

 private:
  struct Kept {
    std::string stem, text;  // of the trace, if it is written
    bool whole = false;
    Written written;
  };

  void write(const Finding& f, Kept& kept, bool last) {
    Trace trace = f.trace;
    annotate(trace);
    trace.bucket = f.bucket;
    trace.preface = {f.bucket,
                     fmt::format("step {}: expected {}, observed {}", f.deviation.step + 1,
                                 f.deviation.expected, f.deviation.observed)};
    const std::string text = print(trace);
    kept.whole = false;
    if (text != kept.text) {
      const std::string before = kept.stem;
      // The minimal one may be here from an earlier run; else it takes the place of the first.
      const std::string free = free_stem(directory_, f.bucket, ".trace", text);
      const bool there = is_file(free, ".trace");
      kept.stem = there || before.empty() ? free : before;
      if (!there) write_over(named(kept.stem, ".trace"), text);
      kept.text = text;
      std::error_code ignored;
      if (!before.empty() && before != kept.stem)
        std::filesystem::remove(named(before, ".trace"), ignored);
      kept.written.trace = named(kept.stem, ".trace").string();
    }
    if (!f.last_words.console.empty()) write_beside(kept, ".console", f.last_words.console);
    kept.whole = true;
    if (!last) return;
    try {
      const std::string program =
          reproduce(f.trace, ReproFormat::c, headline(f.bucket, f.deviation), origin_);
      write_beside(kept, ".c", program);
      kept.written.program = named(kept.stem, ".c").string();
    } catch (const std::invalid_argument&) {
      // Not every trace has a C program; the trace is written.
    }
  }

  // What is there already is of the same trace, of an earlier run or on another kernel.
  void write_beside(const Kept& kept, const char* suffix, const std::string& text) const {
    if (!is_file(kept.stem, suffix)) write_over(named(kept.stem, suffix), text);
  }
  std::filesystem::path named(const std::string& stem, const char* suffix) const {
    return directory_ / (stem + suffix);
  }
  bool is_file(const std::string& stem, const char* suffix) const {
    std::error_code ignored;
    return std::filesystem::exists(named(stem, suffix), ignored);
  }

  std::filesystem::path directory_;
  ReproOrigin origin_;
  bool strict_;
  std::map<std::string, Kept> files_;  // by bucket
  std::set<std::string> told_;
};

// The kernel of this machine by its release, any other target by its name.
std::string where_seen(const Plan& plan) {
  return plan.target == "kernel" ? plan.factory()->describe() : plan.target;
}

int run(const Options& o) {
  std::vector<std::string> notes;
  const std::vector<Trace> known = known_deviations(o.known);
  const std::vector<Trace> clauses = traces_in(data_file("traces/clauses"));
  const auto all = plans(o, notes);
  if (all.empty()) throw CannotRun("no target can run");
  FILE* prose = o.json ? stderr : stdout;
  tell(prose, "seed {}\n", o.seed);
  for (const auto& note : notes) tell(prose, "{}\n", note);
  flush(prose);

  Json document{{"seed", o.seed}, {"campaigns", Json::array()}, {"notes", notes}};
  bool deviates = false;
  std::string incomplete;
  Progress progress;
  const std::atomic<bool>& interrupted = end_on_signals();
  for (const Plan& plan : all) {
    if (interrupted) break;
    CampaignOptions c;
    c.dialect = plan.dialect;
    c.seed = o.seed;
    if (o.traces)
      c.traces = o.traces;
    else
      c.time = std::chrono::milliseconds(
          static_cast<std::int64_t>(1000 * o.seconds / static_cast<double>(all.size())));
    c.hazards = o.hazards || !plan.target.starts_with("vm:");
    c.strict = o.strict;
    c.stop = &interrupted;
    c.jobs = o.jobs                    ? o.jobs
             : plan.target == "kernel" ? 1
                                       : std::max(1U, std::thread::hardware_concurrency());
    // Each run on the kernel waits for grace periods; `minimize` can continue.
    if (plan.target == "kernel") c.minimize_time = std::chrono::seconds(10);
    if (plan.target.starts_with("vm:") || plan.target == "kmod")
      c.minimize_time = std::chrono::seconds(60);
    c.progress = [&](const std::string& text) { progress.show(text); };
    for (const Trace& t : known)
      if (t.header.dialect == plan.dialect) c.known.push_back(t);
    Keeper keeper(o.out, {where_seen(plan), o.seed, version()}, o.strict);
    c.found = [&](const Finding& finding) { keeper.keep(finding); };
    const CampaignResult result = run_campaign(plan.factory, c);
    progress.clear();
    for (const auto& [bucket, finding] : result.findings)
      if (finding.known.empty()) keeper.keep(finding, true);
    deviates |= result.deviates();
    if (!interrupted && result.traces == 0)
      incomplete = fmt::format("not one trace was run on {} ({}); give more time", result.target,
                               word(result.dialect));
    if (!result.broke_off.empty()) incomplete = result.broke_off;
    const WrittenFindings written = keeper.written();
    document["campaigns"].push_back(json_of(result, written));
    tell(prose, "{}",
         summary(prose, result, written, askable(clauses, plan.dialect, result.capabilities)));
    flush(prose);
  }
  if (interrupted) incomplete = "interrupted before the end";
  document["interrupted"] = interrupted.load();
  if (o.json) print_json("fuzz", document);
  if (!incomplete.empty()) tell(stderr, "mprogcheck: could not run to the end: {}\n", incomplete);
  return deviates ? kDeviates : incomplete.empty() ? kConforms : kCannotRun;
}

}  // namespace

void add_fuzz(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb =
      program.verb("fuzz", "Generate traces, run them on targets, and judge every answer");
  verb.note(
      "Each new deviation is minimised and written as a trace and, where possible, as a C program. "
      "With --messages, send netlink messages to kmod instead, some of them with mistakes.");
  verb.targets(o->targets,
               "impl, impl:FAULT, kernel, kmod, kmod:FAULT or vm:KERNEL (default: impl, and kernel "
               "if it can run)");
  verb.dialect(o->dialect, "every dialect of the target");
  auto time = verb.seconds("--time TIME", o->seconds,
                           "Generate for TIME, shared by all campaigns, such as 90, 60s, 10m or "
                           "1.5h (default: 60s). Minimising takes more");
  auto traces =
      verb.number("--traces N", o->traces, {1}, "Run N traces per target instead of --time")
          .excludes(time);
  auto messages = verb.number("--messages N", o->messages, {1},
                              "Send N netlink messages to kmod instead of running traces")
                      .excludes(time)
                      .excludes(traces);
  verb.number("--first N", o->first, {}, "Begin with the round that contains message N")
      .needs(messages);
  auto seed = verb.seed(o->seed,
                        "Draw the traces from seed N; the same seed draws the same traces "
                        "(default: a new seed, which is printed)");
  verb.flag("--hazards", o->hazards,
            "In guests, also make requests that may harm the kernel, such as references to objects "
            "of other types");
  verb.number("--jobs N", o->jobs, {1, 64},
              "Threads, 1 to 64 (default: one per processor; on kernel: 1)");
  verb.append(o->append);
  verb.known(o->known);
  verb.strict(o->strict);
  verb.out_dir(o->out,
               "Write minimal traces and C programs, or messages, to DIR (default: findings)");
  verb.json(o->json);
  verb.example("mprogcheck fuzz --target impl --traces 1000 --seed 1",
               "Runs a thousand traces of each dialect on our own implementation.");
  verb.example("mprogcheck fuzz --target vm:7.2 --time 10m",
               "Ten minutes on Linux 7.2 in guests; known deviations are passed over.");
  verb.action([o, seed] {
    if (!seed.given()) o->seed = std::random_device{}();
    const auto alone = alone_in(o->out);
    if (o->messages == 0) return run(*o);
    if (o->targets.size() > 1) throw BadInput("--messages takes one target");
    return fuzz_messages({.target = o->targets.empty() ? "kmod" : o->targets[0],
                          .seed = o->seed,
                          .first = o->first,
                          .count = o->messages,
                          .out = o->out,
                          .append = o->append,
                          .json = o->json});
  });
}

}  // namespace mprogcheck::cli

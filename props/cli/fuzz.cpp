// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck fuzz: campaigns on targets, findings as minimal traces and C programs.
#include <fmt/format.h>

#include <random>
#include <thread>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/messages.hpp"
#include "props/cli/report.hpp"
#include "props/repro/repro.hpp"
#include "props/search/interrupt.hpp"
#include "props/search/known.hpp"

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
  bool hazards = false, json = false;
};

struct Plan {
  std::string target;
  Dialect dialect;
  TargetFactory factory;
};

bool concerns(const Trace& t, const Plan& plan) {
  return t.header.dialect == plan.dialect && is_of(t, plan.target);
}

// Which campaigns are meant. Without a target: our own implementation, and the kernel where it can.
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

// The minimal trace and its C program, side by side; a file that is there already is left as it is.
Written hand_out(const Finding& f, const std::filesystem::path& directory) {
  Trace trace = f.trace;
  annotate(trace);
  trace.preface = {f.bucket, fmt::format("step {}: expected {}, observed {}", f.deviation.step + 1,
                                         f.deviation.expected, f.deviation.observed)};
  const std::string text = print(trace), stem = free_stem(directory, f.bucket, ".trace", text);
  write_new(directory / (stem + ".trace"), text);
  Written written{(directory / (stem + ".trace")).string(), ""};
  if (!f.last_words.console.empty())
    write_new(directory / (stem + ".console"), f.last_words.console);
  try {
    const auto program = directory / (stem + ".c");
    write_new(program, reproduce(f.trace, ReproFormat::c, f.bucket));
    written.program = program.string();
  } catch (const std::invalid_argument&) {
    // No C program for what no kernel can be asked; the trace is there.
  }
  return written;
}

// All new findings of a campaign. What cannot be written after all is in the report in full.
WrittenFindings hand_out(const CampaignResult& result, const std::string& directory) {
  WrittenFindings written;
  for (const auto& [name, f] : result.findings) {
    if (!f.known.empty()) continue;
    try {
      need_writable(directory);
      written[name] = hand_out(f, directory);
    } catch (const BadInput& e) {
      tell(stderr, "mprogcheck: {}\n", e.what());
    }
  }
  return written;
}

int run(const Options& o) {
  std::vector<std::string> notes;
  const std::vector<Trace> known = known_deviations(o.known);
  const auto all = plans(o, notes);
  if (all.empty()) throw CannotRun("there is nothing to run");
  FILE* prose = o.json ? stderr : stdout;
  tell(prose, "seed {}\n", o.seed);
  for (const auto& note : notes) tell(prose, "{}\n", note);
  flush(prose);

  nlohmann::ordered_json document{
      {"seed", o.seed}, {"campaigns", nlohmann::ordered_json::array()}, {"notes", notes}};
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
    c.stop = &interrupted;
    c.jobs = o.jobs                    ? o.jobs
             : plan.target == "kernel" ? 1
                                       : std::max(1U, std::thread::hardware_concurrency());
    // Each try on the kernel waits for its grace periods; `minimize` goes on where this leaves off.
    if (plan.target == "kernel") c.minimize_time = std::chrono::seconds(10);
    if (plan.target.starts_with("vm:") || plan.target == "kmod")
      c.minimize_time = std::chrono::seconds(60);
    c.progress = [&](const std::string& text) { progress.show(text); };
    for (const Trace& t : known)
      if (concerns(t, plan)) c.known.push_back(t);
    const CampaignResult result = run_campaign(plan.factory, c);
    progress.clear();
    deviates |= result.deviates();
    if (!interrupted && result.traces == 0)
      incomplete = fmt::format("not one trace was run on {} ({}); give it more time", result.target,
                               word(result.dialect));
    if (!result.broke_off.empty()) incomplete = result.broke_off;
    const WrittenFindings written = hand_out(result, o.out);
    document["campaigns"].push_back(json_of(result, written));
    tell(prose, "{}", summary(result, written));
    flush(prose);
  }
  if (interrupted) incomplete = "interrupted before the end";
  document["interrupted"] = interrupted.load();
  if (o.json) print_json(document);
  if (!incomplete.empty()) tell(stderr, "mprogcheck: could not run to the end: {}\n", incomplete);
  return deviates ? kDeviates : incomplete.empty() ? kConforms : kCannotRun;
}

}  // namespace

void add_fuzz(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb =
      app.add_subcommand("fuzz", "Generate traces, run them on targets, judge every answer");
  verb->add_option(
      "--target", o->targets,
      "impl, impl:FAULT, kernel, kmod, kmod:FAULT, vm:KERNEL (default: impl, and kernel "
      "where it can)");
  verb->add_option("--dialect", o->dialect, "mainline or rfc2 (default: all the target speaks)")
      ->check(CLI::IsMember({"mainline", "rfc2"}));
  auto* time = verb->add_option("--time", o->seconds,
                                "How long to generate in all, such as 60s, 10m (default 60s)")
                   ->transform(duration());
  auto* traces = verb->add_option("--traces", o->traces, "So many traces on each target instead")
                     ->excludes(time)
                     ->transform(decimal())
                     ->check(CLI::PositiveNumber);
  auto* messages = verb->add_option("--messages", o->messages,
                                    "So many netlink messages instead, good and bad, to kmod")
                       ->excludes(time)
                       ->excludes(traces)
                       ->transform(decimal())
                       ->check(CLI::PositiveNumber);
  verb->add_option("--first", o->first, "Begin with the round that has this message")
      ->needs(messages)
      ->transform(decimal());
  auto* seed = verb->add_option("--seed", o->seed,
                                "The same seed draws the same traces (default: a new one, printed)")
                   ->transform(decimal());
  verb->add_flag("--hazards", o->hazards,
                 "Also what may bring a kernel in a VM to harm: relative objects of other types");
  verb->add_option("--jobs", o->jobs, "Threads (default: one for each processor; kernel: 1)")
      ->transform(decimal())
      ->check(CLI::Range(1, 64));
  verb->add_option("--append", o->append, "More of the kernel's command line, in a guest");
  verb->add_option("--known", o->known,
                   "Traces of known deviations, each with its target and a reason");
  verb->add_option("--out", o->out, "Where minimal traces and C programs go (default: findings)");
  verb->add_flag("--json", o->json, "One JSON document on standard output");
  verb->callback([o, seed, &status] {
    if (seed->empty()) o->seed = std::random_device{}();
    need_usable(o->out);
    if (o->messages == 0) {
      status = run(*o);
      return;
    }
    if (o->targets.size() > 1) throw BadInput("messages go to one target at a time");
    status = fuzz_messages({.target = o->targets.empty() ? "kmod" : o->targets[0],
                            .seed = o->seed,
                            .first = o->first,
                            .count = o->messages,
                            .append = o->append,
                            .json = o->json});
  });
}

}  // namespace mprogcheck::cli

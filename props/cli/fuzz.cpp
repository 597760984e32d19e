// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck fuzz: campaigns on targets, findings as minimal traces and C programs.
#include <fmt/format.h>

#include <random>
#include <thread>

#include "model/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/repro/repro.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
  std::string dialect;
  double seconds = 60;
  std::uint64_t traces = 0;
  std::uint64_t seed = 0;
  unsigned jobs = 0;
  std::vector<std::string> known;
  std::string out = "findings";
  bool json = false;
};

struct Plan {
  std::string target;
  Dialect dialect;
  TargetFactory factory;
};

bool concerns(const Trace& t, const Plan& plan) {
  return t.header.dialect == plan.dialect && (t.target.empty() || t.target == plan.target);
}

// Which campaigns are meant. Without a target: our own implementation, and the kernel where it can.
std::vector<Plan> plans(const Options& o, std::vector<std::string>& notes) {
  const bool chosen = !o.targets.empty();
  std::vector<Plan> out;
  for (const std::string& name : chosen ? o.targets : std::vector<std::string>{"impl", "kernel"}) {
    const TargetFactory factory = target_named(name);
    try {
      const Capabilities can = factory()->capabilities();
      for (const Dialect d : {Dialect::mainline, Dialect::rfc2}) {
        if (!o.dialect.empty() && dialect_from(o.dialect) != d) continue;
        if (d == Dialect::mainline ? can.mainline : can.rfc2)
          out.push_back({name, d, factory});
        else if (chosen && !o.dialect.empty())
          throw CannotRun(fmt::format("{} does not speak dialect {}", name, o.dialect));
      }
    } catch (const CannotRun& e) {
      if (chosen) throw;
      notes.push_back(fmt::format("{}: not run: {}", name, e.what()));
    }
  }
  return out;
}

// The minimal trace and its C program, side by side; a file that is there already is left as it is.
void hand_out(const Finding& f, const std::filesystem::path& directory) {
  Trace trace = f.trace;
  annotate(trace);
  trace.preface = {f.bucket, fmt::format("step {}: expected {}, observed {}", f.deviation.step + 1,
                                         f.deviation.expected, f.deviation.observed)};
  std::string stem = f.bucket;
  for (int n = 2;; ++n) {
    try {
      write_new(directory / (stem + ".trace"), print(trace));
      break;
    } catch (const BadInput&) {
      if (n > 99 || !std::filesystem::exists(directory / (stem + ".trace"))) throw;
      stem = fmt::format("{}-{}", f.bucket, n);
    }
  }
  try {
    write_new(directory / (stem + ".c"), reproduce(f.trace, ReproFormat::c, f.bucket));
  } catch (const std::invalid_argument&) {
    // No C program for what no kernel can be asked; the trace is there.
  }
}

int run(const Options& o) {
  std::vector<std::string> notes;
  std::vector<Trace> known;
  for (const auto& file : o.known)
    for (Trace& t : read_traces(file)) known.push_back(std::move(t));
  const auto all = plans(o, notes);
  if (all.empty()) throw CannotRun("there is nothing to run");
  FILE* prose = o.json ? stderr : stdout;
  fmt::print(prose, "seed {}\n", o.seed);
  for (const auto& note : notes) fmt::print(prose, "{}\n", note);
  std::fflush(prose);

  nlohmann::ordered_json document{
      {"seed", o.seed}, {"campaigns", nlohmann::ordered_json::array()}, {"notes", notes}};
  bool conforms = true;
  Progress progress;
  for (const Plan& plan : all) {
    CampaignOptions c;
    c.dialect = plan.dialect;
    c.seed = o.seed;
    if (o.traces)
      c.traces = o.traces;
    else
      c.time = std::chrono::milliseconds(
          static_cast<long>(1000 * o.seconds / static_cast<double>(all.size())));
    c.jobs = o.jobs                    ? o.jobs
             : plan.target == "kernel" ? 1
                                       : std::max(1U, std::thread::hardware_concurrency());
    // Each try on the kernel waits for its grace periods; `minimize` goes on where this leaves off.
    if (plan.target == "kernel") c.minimize_time = std::chrono::seconds(10);
    c.progress = [&](const std::string& text) { progress(text); };
    for (const Trace& t : known)
      if (concerns(t, plan)) c.known.push_back(t);
    const CampaignResult result = run_campaign(plan.factory, c);
    progress.clear();
    conforms &= result.conforms();
    document["campaigns"].push_back(json_of(result));
    fmt::print(prose, "{}", summary(result));
    bool made = false;
    for (const auto& [name, f] : result.findings) {
      if (!f.known.empty()) continue;
      if (!made) need_writable(o.out);
      made = true;
      hand_out(f, o.out);
    }
    if (made) fmt::print(prose, "  minimal traces and C programs are in {}/\n", o.out);
    std::fflush(prose);
  }
  if (o.json) fmt::print("{}\n", document.dump(2));
  return conforms ? kConforms : kDeviates;
}

}  // namespace

void add_fuzz(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb =
      app.add_subcommand("fuzz", "Generate traces, run them on targets, judge every answer");
  verb->add_option("--target", o->targets,
                   "impl, impl:FAULT, kernel (default: impl, and kernel where it can)");
  verb->add_option("--dialect", o->dialect, "mainline or rfc2 (default: all the target speaks)")
      ->check(CLI::IsMember({"mainline", "rfc2"}));
  auto* time =
      verb->add_option("--time", o->seconds, "How long in all, such as 60s, 10m (default 60s)")
          ->transform(
              CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                    CLI::AsNumberWithUnit::DEFAULT))
          ->check(CLI::PositiveNumber);
  verb->add_option("--traces", o->traces, "So many traces on each target instead")
      ->excludes(time)
      ->check(CLI::PositiveNumber);
  auto* seed = verb->add_option(
      "--seed", o->seed, "The same seed draws the same traces (default: a new one, printed)");
  verb->add_option("--jobs", o->jobs, "Threads (default: one for each processor; kernel: 1)")
      ->check(CLI::Range(1, 64));
  verb->add_option("--known", o->known, "Traces of known deviations, each with a reason");
  auto* out = verb->add_option("--out", o->out,
                               "Where minimal traces and C programs go (default: findings)");
  verb->add_flag("--json", o->json, "One JSON document on standard output");
  verb->callback([o, seed, out, &status] {
    if (seed->empty()) o->seed = std::random_device{}();
    if (!out->empty()) need_writable(o->out);
    status = run(*o);
  });
}

}  // namespace mprogcheck::cli

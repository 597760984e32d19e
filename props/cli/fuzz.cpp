// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck fuzz: campaigns on targets, findings as minimal traces and C programs.
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <random>
#include <thread>

#include "model/words/text.hpp"
#include "props/cli/about.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/keeper.hpp"
#include "props/cli/messages.hpp"
#include "props/cli/report.hpp"
#include "props/search/interrupt.hpp"
#include "props/store/record.hpp"
#include "props/suite/conform.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
  std::string dialect;
  double seconds = 60, minimize_seconds = 0;  // 0: as long
  std::uint64_t traces = 0, messages = 0, first = 0;
  std::uint64_t seed = 0;
  unsigned jobs = 0;
  std::vector<std::string> known;
  std::string out = "findings", append;
  std::string shard = "1/1";
  bool hazards = false, strict = false, json = false, resume = false, store = false;
  bool guided = false;
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

// The kernel of this machine by its release, any other target by its name.
std::string where_seen(const Plan& plan) {
  return plan.target == "kernel" ? plan.factory()->describe() : plan.target;
}

// "2/4": the second of four.
std::pair<std::uint64_t, std::uint64_t> shard_of(const std::string& text) {
  std::uint64_t shard = 0, shards = 0;
  const char* const end = text.data() + text.size();
  const auto [slash, bad] = std::from_chars(text.data(), end, shard);
  const auto [rest, worse] = slash == end
                                 ? std::from_chars_result{slash, std::errc::invalid_argument}
                                 : std::from_chars(slash + 1, end, shards);
  if (bad != std::errc{} || worse != std::errc{} || *slash != '/' || rest != end || shard < 1 ||
      shard > shards)
    throw BadInput(
        fmt::format("--shard: expected I/N such as 2/4, with I from 1 to N, not '{}'", text));
  return {shard, shards};
}

// The campaign that a store began last.
stored::Campaign to_resume(const Store& store) {
  const auto campaigns = store.campaigns();
  if (campaigns.empty())
    throw BadInput(fmt::format("{}: has no campaign to resume; leave out --resume to begin one",
                               store.file().string()));
  return campaigns.back();
}

// What of a campaign was found by an earlier run and not by this one. Whether that deviates.
bool tell_earlier(FILE* prose, const Recording& recording, const CampaignResult& result,
                  bool strict) {
  const stored::Totals& before = recording.before();
  if (before.traces == 0) return false;
  tell(prose, "  before: {} in {}\n", times(before.operations, "operation"),
       times(before.traces, "trace"));
  bool deviates = false;
  for (const stored::Finding& f : recording.found_before()) {
    if (!f.known.empty() || result.findings.contains(f.bucket)) continue;
    const bool breaks = strict || f.breaks != word(Breach::code);
    deviates |= breaks;
    tell(prose, "  {} {}: found before, and in the store\n",
         breaks ? bad(prose, "DEVIATION") : unsure(prose, "differs from code"), f.bucket);
  }
  return deviates;
}

int run(Options o) {
  const auto part = shard_of(o.shard);
  std::optional<Store> store;
  if (o.store) {
    need_writable(o.out);
    store.emplace(o.out, !o.resume);
    if (o.resume) {
      const stored::Campaign last = to_resume(*store);
      o.seed = last.seed, o.guided = last.guided;
    }
  }
  std::vector<std::string> notes;
  const std::vector<Trace> known = known_deviations(o.known);
  const std::vector<Trace> clauses = traces_in(data_file("traces/clauses"));
  const auto all = plans(o, notes);
  if (all.empty()) throw CannotRun("no target can run");
  FILE* prose = o.json ? stderr : stdout;
  tell(prose, "seed {}{}\n", o.seed, o.guided ? ", guided" : "");
  for (const auto& note : notes) tell(prose, "{}\n", note);
  flush(prose);

  Json document{
      {"seed", o.seed}, {"guided", o.guided}, {"campaigns", Json::array()}, {"notes", notes}};
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
    c.guided = o.guided;
    c.stop = &interrupted;
    c.jobs = o.jobs                    ? o.jobs
             : plan.target == "kernel" ? 1
                                       : std::max(1U, std::thread::hardware_concurrency());
    // What runs in no time may end at the same trace every time.
    const bool at_leisure = o.traces && plan.target.starts_with("impl");
    if (o.minimize_seconds > 0)
      c.minimize_time = std::chrono::milliseconds(
          static_cast<std::int64_t>(1000 * o.minimize_seconds / static_cast<double>(all.size())));
    else
      c.minimize_as_long = !at_leisure;
    c.progress = [&](const std::string& text) { progress.show(text); };
    for (const Trace& t : known)
      if (t.header.dialect == plan.dialect) c.known.push_back(t);
    c.shard = part.first - 1, c.shards = part.second;
    Keeper keeper(o.out, {where_seen(plan), o.seed, version()}, o.strict);
    c.found = [&](const Finding& finding) { keeper.keep(finding); };
    std::optional<Recording> recording;
    if (store) {
      c.ready = [&](const Target& target, CampaignOptions& options) {
        stored::Campaign campaign;
        campaign.target = plan.target;
        campaign.release = target.release();
        campaign.dialect = word(plan.dialect);
        campaign.seed = o.seed;
        campaign.shard = part.first, campaign.shards = part.second;
        campaign.guided = o.guided;
        campaign.version = version();
        recording.emplace(*store, campaign, o.resume);
        keeper.record_in(*recording);
        options.first = recording->before().next;
        options.guidance = recording->guidance();
        options.minimal = recording->minimal();
      };
      c.done = [&](const Chunk& chunk) { recording->done(chunk); };
    }
    const CampaignResult result = run_campaign(plan.factory, c);
    progress.clear();
    for (const auto& [bucket, finding] : result.findings)
      if (finding.known.empty()) keeper.keep(finding, true);
    deviates |= result.deviates();
    const bool done_before = recording && recording->before().traces != 0;
    if (!interrupted && result.traces == 0 && !done_before)
      incomplete = fmt::format("not one trace was run on {} ({}); give more time", result.target,
                               word(result.dialect));
    if (!result.broke_off.empty()) incomplete = result.broke_off;
    const WrittenFindings written = keeper.written();
    document["campaigns"].push_back(json_of(result, written));
    tell(prose, "{}",
         summary(prose, result, written, askable(clauses, plan.dialect, result.capabilities)));
    document["campaigns"].back()["minimizing_seconds"] = result.minimizing;
    document["campaigns"].back()["unfinished"] = result.unfinished();
    if (const std::size_t rest = result.unfinished(); rest && !interrupted)
      tell(prose, "  after {:.1f} s of minimising {} not minimal yet; to finish: {}\n",
           result.minimizing, rest == 1 ? "1 finding is" : times(rest, "finding") + " are",
           store ? "mprogcheck minimize --store " + o.out
                 : "mprogcheck minimize TRACE --target " + plan.target);
    if (recording) {
      if (tell_earlier(prose, *recording, result, o.strict)) deviates = true, note_deviation();
      document["campaigns"].back()["campaign"] = recording->id();
      document["campaigns"].back()["traces_before"] = recording->before().traces;
      document["campaigns"].back()["operations_before"] = recording->before().operations;
    }
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
               "impl, impl:FAULT, kernel, kmod, kmod:FAULT, vm:KERNEL or tree:TREE (default: impl, "
               "and kernel "
               "if it can run)");
  verb.dialect(o->dialect, "every dialect of the target");
  auto time = verb.seconds("--time TIME", o->seconds,
                           "Generate for TIME, shared by all campaigns, such as 90, 60s, 10m or "
                           "1.5h (default: 60s). Minimising comes on top");
  verb.seconds("--minimize-time TIME", o->minimize_seconds,
               "Minimise for TIME, shared by all findings (default: as long as the campaign took, "
               "and at least 10s; with --traces on impl to the end). 'minimize --store' goes on");
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
  auto guided = verb.flag("--guided", o->guided,
                          "Draw what meets most that was rarely met so far. It takes fewer "
                          "operations to find a mistake, and more time to draw each: for kernels")
                    .excludes(messages);
  auto resume = verb.flag("--resume", o->resume,
                          "Continue the campaigns that DIR of --out has: the same seed, from where "
                          "they ended. With --traces N, up to N in all")
                    .excludes(seed)
                    .excludes(guided)
                    .excludes(messages);
  verb.text(
          "--shard I/N", o->shard,
          "Of all traces run each Nth, beginning with the Ith: N such runs of one seed do all the "
          "work, and none of it twice (default: 1/1)")
      .excludes(messages);
  verb.flag("--hazards", o->hazards,
            "In guests, also make requests that may harm the kernel, such as references to objects "
            "of other types");
  verb.number("--jobs N", o->jobs, {1, 64},
              "Threads, 1 to 64 (default: one per processor; on kernel: 1)");
  verb.append(o->append);
  verb.known(o->known);
  verb.strict(o->strict);
  auto out = verb.out_dir(
      o->out,
      "Write minimal traces and C programs, or messages, to DIR (default: findings). If it is "
      "given, also what was done, to a store that 'mprogcheck store' reads");
  resume.needs(out);
  verb.json(o->json);
  verb.example("mprogcheck fuzz --target impl --traces 1000 --seed 1",
               "Runs a thousand traces of each dialect on our own implementation.");
  verb.example("mprogcheck fuzz --target vm:7.2 --time 10m",
               "Ten minutes on Linux 7.2 in guests; known deviations are passed over.");
  verb.example("mprogcheck fuzz --target impl --traces 4000 --seed 1 --out night --shard 1/4",
               "A quarter of a campaign, with a store that can be continued and merged.");
  verb.action([o, seed, out] {
    if (!seed.given()) o->seed = std::random_device{}();
    const auto alone = alone_in(o->out);
    o->store = out.given();
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

// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck replay: traces from files, run on a target and judged.
#include <fmt/format.h>

#include <algorithm>

#include "impl/each_trace.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/report/transcript.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string target = "impl";
  std::vector<std::string> known;
  bool json = false, quiet = false, strict = false;
};

std::string permitted(std::size_t refusals) {
  return refusals == 1
             ? "a permitted refusal took the place of what the file expects"
             : fmt::format("{} permitted refusals took the place of what the file expects",
                           refusals);
}

std::string lines_of(const Trace& trace, const std::vector<report::Refusal>& refusals) {
  std::string out;
  for (const report::Refusal& r : refusals)
    out +=
        fmt::format("    permitted, in place of what the file expects: step {}: {}: {}, not {}\n",
                    r.step + 1, print(trace.operations[r.step]), r.observed, r.expected);
  return out;
}

int run(const Options& o) {
  struct Item {
    std::string file;
    Trace trace;
    Spots spots;
  };
  std::vector<Item> traces;
  for (const auto& file : o.files) {
    std::vector<Spots> spots;
    auto read = read_traces(file, &spots);
    for (std::size_t i = 0; i < read.size(); ++i)
      traces.push_back({file, std::move(read[i]), std::move(spots[i])});
  }
  const std::vector<Trace> known = known_deviations(o.known);
  const auto target = target_named(o.target)();
  const Capabilities can = target->capabilities();
  EachTrace each(*target);
  FILE* prose = o.json ? stderr : stdout;
  Json document{{"target", target->name()}, {"traces", Json::array()}};
  std::size_t conforming = 0, deviating = 0, skipped = 0, misprinted = 0, refused = 0, passed = 0;
  Tally all;
  for (const auto& [file, trace, spots] : traces) {
    Json one{{"file", file}, {"line", spots.dialect.line}};
    // The model judges the target; an expectation that differs from the model is a mistake of the
    // file.
    one["misprints"] = tell_misprints(file, trace, spots);
    misprinted += one["misprints"].size();
    std::vector<std::vector<Observation>> seen;
    std::string why = unsupported(trace, can);
    if (why.empty()) why = each.run(std::span(&trace, 1), seen)[0];
    if (!why.empty()) {
      ++skipped;
      tell(prose, "{}: {}: {} {}\n", file, unsure(prose, "not run"), target->name(), why);
      one["verdict"] = "not run";
      one["why"] = why;
      document["traces"].push_back(std::move(one));
      continue;
    }
    const Verdict verdict = check(trace, seen[0], binding_of(*target));
    one["deviations"] = Json::array();
    Tally tally;
    std::string lines;
    bool harmed = false, security = false;
    for (const Deviation& d : verdict.deviations) {
      const std::string name = bucket(d, trace.header.dialect);
      const Trace* const as = known_as(known, name, *target);
      const bool elsewhere = as && listed(*as, *target) == Listed::elsewhere;
      if (!as)
        tally.add_new(d);
      else
        ++(elsewhere ? tally.elsewhere : tally.known);
      if (as)
        lines += fmt::format("    known{}: {} ({})\n", elsewhere ? " on other releases" : "", name,
                             as->reason);
      harmed |= d.aspect == Aspect::harm;
      security |= is_security_relevant(d, trace, target->name());
      Json deviation = json_of(d, trace);
      deviation["known"] = as ? Json(as->reason) : Json();
      deviation["elsewhere"] = elsewhere;
      one["deviations"].push_back(std::move(deviation));
    }
    all += tally;
    // Without a word about known ones, all of them count.
    const bool conforms = verdict.conforms(o.strict),
               passes = !tally.deviates(o.strict) && !o.known.empty();
    const auto refusals = report::permitted_refusals(trace, seen[0], verdict);
    refused += !refusals.empty();
    ++(conforms ? conforming : passes ? passed : deviating);
    std::string said = conforms ? good(prose, "conforms")
                       : passes ? good(prose, "conforms except for known deviations")
                                : bad(prose, "DEVIATES");
    if (tally.all()) said += ": " + tally.text();
    if (!refusals.empty()) said += ", but " + permitted(refusals.size());
    tell(prose, "{}: {} {}\n", file, target->name(), said);
    if (!o.quiet)
      tell(prose, "{}", report::transcript(trace, seen[0], verdict, bad(prose, "DEVIATION")));
    tell(prose, "{}{}", lines, lines_of(trace, refusals));
    if (harmed) {
      const LastWords words = target->last_words();
      tell(prose, "{}\n", words.console);
      one["console"] = words.console;
    }
    if (security) {
      tell(prose, "  {}\n", kSecurityRelevant);
      one["security"] = true;
    }
    one["verdict"] = conforms ? "conforms" : passes ? "known" : "deviates";
    one["permitted"] = Json::array();
    for (const report::Refusal& r : refusals)
      one["permitted"].push_back(
          {{"step", r.step + 1}, {"expected", r.expected}, {"observed", r.observed}});
    document["traces"].push_back(std::move(one));
  }
  tell(prose, "{} conform{}, {}{} deviate, {} not run{}\n", conforming,
       refused ? fmt::format(" ({} with a permitted refusal)", refused) : "",
       passed ? fmt::format("{} except for known deviations, ", passed) : "", deviating, skipped,
       all.all() ? "; deviations: " + all.text() : "");
  add_tally(document, all);
  if (misprinted)
    tell(stderr, "mprogcheck: misprints in the files: {}; correct what stands behind '=>'\n",
         misprinted);
  if (o.json) print_json("replay", document);
  if (deviating) return kDeviates;
  if (misprinted) return kBadInput;
  return skipped ? kCannotRun : kConforms;
}

}  // namespace

void add_replay(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("replay", "Run traces from files on a target, and judge them");
  verb.texts("TRACE", o->files, "Trace files").required();
  verb.target(o->target,
              "impl (default), impl:FAULT, kernel, kmod, kmod:FAULT, vm:KERNEL or tree:TREE");
  verb.known(o->known);
  verb.strict(o->strict);
  verb.note(
      "Ends with 1 for every deviation, with \"known\" beside it if it is; with --known, for new "
      "ones only.");
  verb.flag("--quiet", o->quiet, "Print verdicts only, no transcripts");
  verb.json(o->json);
  verb.example("mprogcheck replay traces/tutorial/*.trace", "Shows each operation and its answer.");
  verb.example("mprogcheck replay traces/examples/detach-before-head.trace --target kernel",
               "Shows whether this kernel has a known bug.");
  verb.example("mprogcheck replay known/kernel.trace --target kernel --known known/kernel.trace",
               "Shows which of the known bugs this kernel has; only new ones count.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli

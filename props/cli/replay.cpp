// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck replay: traces from files, run on a target and judged.
#include <fmt/format.h>

#include <algorithm>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/report/transcript.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string target = "impl";
  bool json = false, quiet = false;
};

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
  const auto target = target_named(o.target)();
  const Capabilities can = target->capabilities();
  FILE* prose = o.json ? stderr : stdout;
  Json document{{"target", target->name()}, {"traces", Json::array()}};
  std::size_t conforming = 0, deviating = 0, skipped = 0, misprinted = 0;
  for (const auto& [file, trace, spots] : traces) {
    Json one{{"file", file}, {"line", spots.dialect.line}};
    // The model judges the target; an expectation that differs from the model is a mistake of the
    // file.
    one["misprints"] = tell_misprints(file, trace, spots);
    misprinted += one["misprints"].size();
    if (const auto why = unsupported(trace, can); !why.empty()) {
      ++skipped;
      tell(prose, "{}: {}: {} {}\n", file, unsure(prose, "not run"), target->name(), why);
      one["verdict"] = "not run";
      one["why"] = why;
      document["traces"].push_back(std::move(one));
      continue;
    }
    std::vector<std::vector<Observation>> seen;
    target->run(std::span(&trace, 1), seen);
    const Verdict verdict = check(trace, seen[0]);
    const bool conforms = verdict.conforms();
    ++(conforms ? conforming : deviating);
    tell(prose, "{}: {} {}\n", file, target->name(),
         conforms ? good(prose, "conforms") : bad(prose, "DEVIATES"));
    if (!o.quiet)
      tell(prose, "{}", report::transcript(trace, seen[0], verdict, bad(prose, "DEVIATION")));
    const bool harmed = std::any_of(verdict.deviations.begin(), verdict.deviations.end(),
                                    [](const Deviation& d) { return d.aspect == Aspect::harm; });
    if (harmed) {
      const LastWords words = target->last_words();
      tell(prose, "{}\n", words.console);
      one["console"] = words.console;
      if (is_kernel(o.target)) {
        tell(prose, "  {}\n", kSecurityRelevant);
        one["security"] = true;
      }
    }
    one["verdict"] = conforms ? "conforms" : "deviates";
    one["deviations"] = Json::array();
    for (const Deviation& d : verdict.deviations) one["deviations"].push_back(json_of(d, trace));
    document["traces"].push_back(std::move(one));
  }
  tell(prose, "{} conform, {} deviate, {} not run\n", conforming, deviating, skipped);
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
  verb.target(o->target, "impl (default), impl:FAULT, kernel, kmod, kmod:FAULT or vm:KERNEL");
  verb.flag("--quiet", o->quiet, "Print verdicts only, no transcripts");
  verb.json(o->json);
  verb.example("mprogcheck replay traces/tutorial/*.trace", "Shows each operation and its answer.");
  verb.example("mprogcheck replay traces/examples/detach-before-head.trace --target kernel",
               "Shows whether this kernel has a known bug.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli

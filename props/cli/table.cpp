// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck table: traces from files on several targets, a row for each trace and a column for
// each target.
#include <fmt/format.h>

#include <algorithm>

#include "impl/each_trace.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/report/transcript.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> targets{"impl"}, known;
  bool outcomes = false, strict = false, json = false;
};

// What the author says first of it, or its first operation.
std::string title(const Trace& trace, bool outcomes) {
  if (outcomes && !trace.operations.empty()) return "`" + print(trace.operations[0]) + "`";
  return trace.preface.empty() ? print(trace.operations[0]) : trace.preface[0];
}

// The first that is new, or else the first.
std::string verdict_of(const Trace& trace, const Deviation& d) {
  return fmt::format("**step {}**{}: `{}`: {}, not {}", d.step + 1,
                     d.breach == Breach::code ? " differs from code" : "",
                     print(trace.operations[d.step]), d.observed, d.expected);
}

int run(const Options& o) {
  struct Row {
    std::string file;
    Trace trace;
    std::vector<std::string> cells;
  };
  std::vector<Row> rows;
  bool misprinted = false, deviates = false, missing = false;
  for (const auto& file : o.files) {
    std::vector<Spots> spots;
    auto read = read_traces(file, &spots);
    for (std::size_t i = 0; i < read.size(); ++i) {
      misprinted |= tell_misprints(file, read[i], spots[i]).size() > 0;
      rows.push_back({file, std::move(read[i]), {}});
    }
  }
  for (const std::string& name : o.targets) target_named(name);  // throws for unknown ones
  const std::vector<Trace> known = known_deviations(o.known);
  std::vector<Tally> tallies;  // of each target
  end_on_signals();
  Progress progress;
  for (const std::string& name : o.targets) {
    const auto target = target_named(name)();
    const Capabilities can = target->capabilities();
    EachTrace each(*target);
    Tally tally;
    bool broken = false;  // known or not
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Row& row = rows[i];
      progress(fmt::format("{}: {} of {}", name, i + 1, rows.size()));
      if (!unsupported(row.trace, can).empty()) {
        missing = true;
        row.cells.emplace_back("unsupported");
        continue;
      }
      std::vector<std::vector<Observation>> seen;
      if (const std::string why = each.run(std::span(&row.trace, 1), seen)[0]; !why.empty()) {
        missing = true;
        progress.clear();
        tell(stderr, "mprogcheck: {}: {} {}\n", row.file, target->name(), why);
        row.cells.emplace_back("not run");
        continue;
      }
      const Verdict verdict = check(row.trace, seen[0], binding_of(*target));
      Tally here;
      const Deviation* shown = nullptr;
      for (const Deviation& d : verdict.deviations) {
        const Trace* const as = known_as(known, bucket(d, row.trace.header.dialect), *target);
        if (!shown || (!as && here.news + here.differ == 0)) shown = &d;
        if (!as)
          here.add_new(d);
        else
          ++(listed(*as, *target) == Listed::elsewhere ? here.elsewhere : here.known);
      }
      tally += here;
      broken |= !verdict.conforms(o.strict);
      std::string cell = shown ? verdict_of(row.trace, *shown) : "holds";
      if (o.outcomes)
        cell = report::outcome(row.trace, seen[0]) + (!shown ? ""
                                                      : shown->breach == Breach::code
                                                          ? " **differs from code**"
                                                          : " **deviates**");
      if (shown && here.news + here.differ == 0)
        cell += here.known ? " (known)" : " (known on other releases)";
      row.cells.push_back(std::move(cell));
    }
    deviates |= tally.deviates(o.strict) || (o.known.empty() && broken);
    tallies.push_back(tally);
  }
  progress.clear();
  if (o.json) {
    Json all = Json::array();
    for (const Row& row : rows) {
      Json cells = Json::object();
      for (std::size_t t = 0; t < o.targets.size(); ++t) cells[o.targets[t]] = row.cells[t];
      all.push_back(
          {{"file", row.file}, {"trace", title(row.trace, o.outcomes)}, {"cells", cells}});
    }
    Json counts = Json::array();
    for (std::size_t t = 0; t < o.targets.size(); ++t) {
      counts.push_back({{"target", o.targets[t]}});
      add_tally(counts.back(), tallies[t]);
    }
    print_json("table", {{"targets", o.targets}, {"rows", all}, {"deviations", counts}});
  } else {
    std::string rule = "|---|";
    for (std::size_t t = 0; t < o.targets.size(); ++t) rule += "---|";
    tell(stdout, "| trace | {} |\n{}\n", fmt::join(o.targets, " | "), rule);
    for (const Row& row : rows)
      tell(stdout, "| {} | {} |\n", title(row.trace, o.outcomes), fmt::join(row.cells, " | "));
    for (std::size_t t = 0; t < o.targets.size(); ++t)
      if (tallies[t].all())
        tell(stdout, "{}{}: {}\n", t == 0 ? "\n" : "", o.targets[t], tallies[t].text());
  }
  return deviates ? kDeviates : misprinted ? kBadInput : missing ? kCannotRun : kConforms;
}

}  // namespace

void add_table(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb(
      "table", "Run traces on several targets: a row per trace, a column per target, in Markdown");
  verb.texts("TRACE", o->files, "Trace files").required();
  verb.targets(o->targets,
               "impl (default), impl:FAULT, kernel, kmod, kmod:FAULT, vm:KERNEL or tree:TREE");
  verb.flag("--outcomes", o->outcomes,
            "Show the answers of each trace's requests and packets, not only whether it holds");
  verb.known(o->known);
  verb.strict(o->strict);
  verb.json(o->json);
  verb.example("mprogcheck table traces/tutorial/*.trace --target impl --target vm:7.2",
               "Compares our own implementation and Linux 7.2.");
  verb.example("mprogcheck table traces/tutorial/01-append-and-prepend.trace --outcomes",
               "Shows the answers.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli

// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck minimize: from a trace to the smallest.
#include "props/search/minimize.hpp"

#include <fmt/format.h>

#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/minimize_store.hpp"
#include "props/cli/one_trace.hpp"
#include "props/cli/report.hpp"
#include "props/cli/values.hpp"
#include "props/explore/explore.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string file, target = "impl", out, bucket, store;
  double seconds = 0;
  bool json = false;
};

int run_minimize(const Options& o) {
  const Trace trace = only_trace(o.file);
  if (!o.out.empty()) need_usable_file(o.out);
  const auto target = target_named(o.target)();
  if (const auto why = unsupported(trace, target->capabilities()); !why.empty())
    throw CannotRun(fmt::format("{} {}", target->name(), why));
  const auto shown = deviations_on(*target, trace);
  if (shown.empty()) {
    tell(stderr, "{}: {} {}; there is nothing to minimise\n", o.file, target->name(),
         good(stderr, "conforms"));
    if (o.json) print_json("minimize", {{"target", target->name()}, {"conforms", true}});
    return kConforms;
  }
  std::string wanted = o.bucket.empty() ? shown.front().bucket : o.bucket;
  const std::atomic<bool>& stop = end_on_signals();
  Progress progress;
  Minimal m;
  MinimizeOptions how;
  try {
    how.stop = &stop;
    how.progress = [&](std::size_t n) {
      progress.show(fmt::format("{} left", times(n, "operation")));
    };
    m = minimize(*target, trace, wanted, how);
  } catch (const std::invalid_argument& e) {
    throw BadInput(fmt::format("{}: {}", o.file, e.what()));
  }
  // A trace that can lose nothing more may still not be the shortest.
  try {
    if (const auto shorter = shorter_by_walk(*target, m.trace, wanted, std::ref(progress)))
      m = minimize(*target, *shorter, wanted, how);
  } catch (const Interrupted&) {
    // Reported below, with the trace so far.
  }
  progress.clear();
  const bool interrupted = stop;
  if (interrupted) m.trace.preface = {"Interrupted: perhaps not minimal."};
  annotate(m.trace);
  Json document{{"target", target->name()}, {"conforms", false}};
  document.update(json_of(m.deviation, m.trace));
  document["runs"] = m.runs;
  document["interrupted"] = interrupted;
  // The file is for the minimal one.
  if (!interrupted) note_deviation();
  deliver("minimize", interrupted ? "" : o.out, o.json, print(m.trace), document);
  tell(stderr, "{}\n", explain(m.deviation, m.trace));
  if (interrupted) throw Interrupted("interrupted, and perhaps not minimal");
  return kDeviates;
}

}  // namespace

void add_minimize(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("minimize", "Find the smallest trace that shows the same deviation");
  auto file = verb.text("TRACE", o->file, "A file with one trace");
  verb.target(o->target,
              "impl (default), impl:FAULT, kernel, kmod, kmod:FAULT, vm:KERNEL or tree:TREE");
  verb.text("--bucket BUCKET", o->bucket,
            "Which deviation, if the trace shows several (default: the first)");
  auto out = verb.out_file(o->out, "Write the trace to a new file instead of standard output");
  auto store = verb.text("--store DIR", o->store,
                         "Instead of a trace: minimise what the campaigns of 'fuzz --out DIR' have "
                         "left, each on its target, and keep the traces in the store")
                   .check(named("a directory"))
                   .excludes(file)
                   .excludes(out);
  verb.seconds("--time TIME", o->seconds, "With --store: end after TIME, such as 60s or 10m")
      .needs(store);
  verb.text("--output FILE", o->out, "The same as --out").hidden();
  verb.json(o->json);
  verb.example(
      "mprogcheck minimize traces/tutorial/02-before-and-after.trace --target "
      "impl:before_lands_behind",
      "Prints the few operations that show the fault.");
  verb.example(
      "mprogcheck minimize --store night --time 10m",
      "Goes on for ten minutes where a campaign has left off; ends with 3 if more is left.");
  verb.action([o, store] {
    if (store.given()) return minimize_store({o->store, o->seconds, o->json});
    if (o->file.empty()) throw BadInput("name a file with a trace, or a store with --store DIR");
    return run_minimize(*o);
  });
}

}  // namespace mprogcheck::cli

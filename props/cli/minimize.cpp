// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck minimize, and mprogcheck repro: from a trace to the smallest, and to a program.
#include "props/search/minimize.hpp"

#include <fmt/format.h>

#include "model/words/text.hpp"
#include "props/cli/about.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/explore/explore.hpp"
#include "props/repro/repro.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

Trace only_trace(const std::string& file) {
  auto traces = read_traces(file);
  if (traces.size() != 1)
    throw BadInput(fmt::format("{}: holds {} traces; name a file with one", file, traces.size()));
  return std::move(traces[0]);
}

// Writes the text to the file if there is one; prints the document if it is wanted, else the text
// if there is no file.
void deliver(std::string_view verb, const std::string& out, bool json, const std::string& text,
             const Json& document) {
  if (!out.empty()) try {
      write_new(out, text);
    } catch (const BadInput&) {
      fmt::print(json ? stderr : stdout, "{}", text);  // rather than lost
      throw;
    }
  if (json)
    print_json(verb, document);
  else if (out.empty())
    fmt::print("{}", text);
}

struct Options {
  std::string file, target = "impl", out, format = "c", bucket;
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

int run_repro(const Options& o) {
  static const std::map<std::string, ReproFormat> kFormats{{"c", ReproFormat::c},
                                                           {"selftest", ReproFormat::selftest},
                                                           {"bpftool", ReproFormat::bpftool},
                                                           {"trace", ReproFormat::trace}};
  const Trace trace = only_trace(o.file);
  try {
    const std::string text = reproduce(trace, kFormats.at(o.format),
                                       trace.preface.empty() ? std::string() : trace.preface[0],
                                       {trace.target, std::nullopt, version()});
    deliver("repro", o.out, o.json, text, {{"file", o.file}, {"format", o.format}, {"text", text}});
  } catch (const std::invalid_argument& e) {
    throw BadInput(fmt::format("{}: {}", o.file, e.what()));
  }
  return kConforms;
}

}  // namespace

void add_minimize(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("minimize", "Find the smallest trace that shows the same deviation");
  verb.text("TRACE", o->file, "A file with one trace").required();
  verb.target(o->target, "impl (default), impl:FAULT, kernel, kmod, kmod:FAULT or vm:KERNEL");
  verb.text("--bucket BUCKET", o->bucket,
            "Which deviation, if the trace shows several (default: the first)");
  verb.out_file(o->out, "Write the trace to a new file instead of standard output");
  verb.text("--output FILE", o->out, "The same as --out").hidden();
  verb.json(o->json);
  verb.example(
      "mprogcheck minimize traces/tutorial/02-before-and-after.trace --target "
      "impl:before_lands_behind",
      "Prints the few operations that show the fault.");
  verb.action([o] { return run_minimize(*o); });
}

void add_repro(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("repro", "Write a trace as a program that shows the same");
  verb.text("TRACE", o->file, "A file with one trace").required();
  verb.text("--format FORMAT", o->format, "c (default), selftest, bpftool or trace")
      .among({"c", "selftest", "bpftool", "trace"});
  verb.out_file(o->out, "Write the program to a new file instead of standard output");
  verb.text("--output FILE", o->out, "The same as --out").hidden();
  verb.json(o->json);
  verb.example("mprogcheck repro traces/examples/detach-before-head.trace --format c -o repro.c",
               "Writes a C program that needs nothing but libbpf.");
  verb.example("mprogcheck repro traces/examples/detach-before-head.trace --format selftest",
               "Prints a test in the form of the kernel's own.");
  verb.action([o] { return run_repro(*o); });
}

}  // namespace mprogcheck::cli

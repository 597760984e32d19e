// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck minimize, and mprogcheck repro: from a trace to the smallest, and to a program.
#include "props/search/minimize.hpp"

#include <fmt/format.h>

#include "model/words/text.hpp"
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

// The text goes into the file if one is named, the document to standard output if it is wanted, and
// the text to standard output if nothing else takes it.
void deliver(const std::string& out, bool json, const std::string& text,
             const nlohmann::ordered_json& document) {
  if (!out.empty()) write_new(out, text);
  if (json)
    print_json(document);
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
    tell(stderr, "{}: {} conforms; there is nothing to minimise\n", o.file, target->name());
    if (o.json) print_json(nlohmann::ordered_json{{"target", target->name()}, {"conforms", true}});
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
  // What cannot lose anything more may still not be the shortest.
  try {
    if (const auto shorter = shorter_by_walk(*target, m.trace, wanted, std::ref(progress)))
      m = minimize(*target, *shorter, wanted, how);
  } catch (const Interrupted&) {
    // It is told below, with what there is.
  }
  progress.clear();
  const bool interrupted = stop;
  if (interrupted) m.trace.preface = {"Interrupted: something may still be able to go."};
  annotate(m.trace);
  nlohmann::ordered_json document{{"target", target->name()}, {"conforms", false}};
  document.update(json_of(m.deviation, m.trace));
  document["runs"] = m.runs;
  document["interrupted"] = interrupted;
  // The file is for the minimal one.
  deliver(interrupted ? "" : o.out, o.json, print(m.trace), document);
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
                                       trace.preface.empty() ? std::string() : trace.preface[0]);
    deliver(o.out, o.json, text, {{"file", o.file}, {"format", o.format}, {"text", text}});
  } catch (const std::invalid_argument& e) {
    throw BadInput(fmt::format("{}: {}", o.file, e.what()));
  }
  return kConforms;
}

}  // namespace

void add_minimize(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("minimize", "The smallest trace that shows the same deviation");
  verb->add_option("TRACE", o->file, "A trace file")->required();
  verb->add_option("--target", o->target,
                   "impl (default), impl:FAULT, kernel, kmod, kmod:FAULT, vm:KERNEL");
  verb->add_option("--bucket", o->bucket,
                   "Which deviation, if the trace shows several (default: the first)");
  verb->add_option("-o,--output", o->out, "Write to a new file instead of standard output");
  verb->add_flag("--json", o->json, "One JSON document on standard output");
  verb->callback([o, &status] { status = run_minimize(*o); });
}

void add_repro(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("repro", "A trace as a program that shows what it shows");
  verb->add_option("TRACE", o->file, "A trace file")->required();
  verb->add_option("--format", o->format, "c (default), selftest, bpftool, trace")
      ->check(CLI::IsMember({"c", "selftest", "bpftool", "trace"}));
  verb->add_option("-o,--output", o->out, "Write to a new file instead of standard output");
  verb->add_flag("--json", o->json, "One JSON document on standard output");
  verb->callback([o, &status] { status = run_repro(*o); });
}

}  // namespace mprogcheck::cli

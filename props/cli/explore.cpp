// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck explore: every reachable state of a small world.
#include "props/explore.hpp"

#include <fmt/format.h>

#include <chrono>

#include "model/check.hpp"
#include "model/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string dialect = "mainline", target, dot, tour;
  unsigned progs = 3, links = 1, capacity = 3;
  bool json = false, no_revisions = false;
};

int run(const Options& o) {
  if (o.progs < 1 || o.progs > 7 || o.links > 3 || o.capacity < 1 || o.capacity > kMaxCapacity)
    throw BadInput("a world to explore has 1 to 7 programs, 0 to 3 links and 1 to 63 slots");
  const Bounds bounds{.dialect = *dialect_from(o.dialect),
                      .progs = static_cast<std::uint8_t>(o.progs),
                      .links = static_cast<std::uint8_t>(o.links),
                      .capacity = static_cast<std::uint8_t>(o.capacity),
                      .revisions = !o.no_revisions};
  std::unique_ptr<Target> target;
  if (!o.target.empty()) {
    target = target_named(o.target)();
    if (!target->stepper())
      throw BadInput(fmt::format(
          "{} cannot be walked step by step; explore goes beside impl and impl:FAULT", o.target));
  }
  if (!o.tour.empty()) need_writable(o.tour);
  Progress progress;
  const auto start = std::chrono::steady_clock::now();
  const Exploration e = explore(bounds, target ? target->stepper() : nullptr,
                                [&](const std::string& text) { progress(text); });
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.clear();

  FILE* prose = o.json ? stderr : stdout;
  fmt::print(prose,
             "{}: {} programs, {} links, {} slots: {} states, the farthest {} requests away\n",
             o.dialect, o.progs, o.links, o.capacity, grouped(e.parent.size()), e.depth);
  fmt::print(prose, "{} requests made, {} refused; {} per second\n", grouped(e.transitions),
             grouped(e.refused),
             grouped(static_cast<std::uint64_t>(static_cast<double>(e.transitions) / seconds)));
  nlohmann::ordered_json document{
      {"dialect", o.dialect},   {"programs", o.progs},       {"links", o.links},
      {"capacity", o.capacity}, {"states", e.parent.size()}, {"requests", e.transitions},
      {"refused", e.refused},   {"depth", e.depth},          {"seconds", seconds}};
  if (target) {
    if (e.deviation) {
      Trace shown = *e.deviation;
      annotate(shown);
      fmt::print(prose, "\n{} DEVIATES, and no shorter trace of this world shows it:\n{}", o.target,
                 print(shown));
      document["deviation"] = print(shown);
    } else {
      fmt::print(prose, "{} answers each of them as the model does\n", o.target);
    }
  }
  if (!o.dot.empty()) write_new(o.dot, dot_of(e));
  if (!o.tour.empty()) {
    const auto traces = tour(bounds, e, 4000);
    std::size_t operations = 0;
    std::string text;
    for (Trace t : traces) {
      operations += t.operations.size();
      annotate(t);
      text += (text.empty() ? "" : "\n") + print(t);
    }
    write_new(std::filesystem::path(o.tour) / fmt::format("{}.tour.trace", o.dialect), text);
    fmt::print(prose, "the tour: {} traces, {} operations\n", traces.size(), grouped(operations));
    document["tour"] = {{"traces", traces.size()}, {"operations", operations}};
  }
  if (o.json) fmt::print("{}\n", document.dump(2));
  return e.deviation ? kDeviates : kConforms;
}

}  // namespace

void add_explore(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("explore", "Every reachable state of a small world");
  verb->add_option("--dialect", o->dialect, "mainline (default) or rfc2")
      ->check(CLI::IsMember({"mainline", "rfc2"}));
  verb->add_option("--progs", o->progs, "Programs (default 3, at most 7)");
  verb->add_option("--links", o->links, "Links that are open at a time (default 1, at most 3)");
  verb->add_option("--capacity", o->capacity, "Slots of the list (default 3)");
  verb->add_flag("--no-revisions", o->no_revisions, "No request expects a revision");
  verb->add_option("--target", o->target, "Beside it impl or impl:FAULT: the shortest deviation");
  verb->add_option("--dot", o->dot, "Write the states and their changes there, for dot(1)");
  verb->add_option("--tour", o->tour, "Write traces there that make every request in every state");
  verb->add_flag("--json", o->json, "One JSON document on standard output");
  verb->callback([o, &status] { status = run(*o); });
}

}  // namespace mprogcheck::cli

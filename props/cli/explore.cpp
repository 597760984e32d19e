// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck explore: every reachable state of a small world.
#include "props/explore/explore.hpp"

#include <fmt/format.h>

#include <chrono>
#include <functional>

#include "impl/inprocess/inprocess.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string dialect = "mainline", target, dot, tour;
  // With as many programs as slots and one more, a full list still refuses somebody.
  unsigned progs = 4, links = 1, capacity = 3;
  bool json = false, no_revisions = false;
};

// Null if there is no target.
std::unique_ptr<Target> target_beside(const Options& o, Dialect dialect) {
  if (o.target.empty()) return nullptr;
  const TargetFactory factory = target_named(o.target);
  // Not asked of the target itself: for that a guest would boot first.
  if (o.target != "impl" && !o.target.starts_with("impl:"))
    throw BadInput(fmt::format(
        "{} cannot be walked step by step; explore goes beside impl and impl:FAULT", o.target));
  for (const FaultInfo& f : InProcess::faults())
    if (o.target == fmt::format("impl:{}", f.name) && !f.seen_in(dialect))
      throw BadInput(fmt::format("{} is no fault of {}; 'mprogcheck faults' says of which it is",
                                 f.name, o.dialect));
  return factory();
}

void tell_counts(FILE* prose, const Options& o, const Exploration& e, double seconds) {
  tell(prose, "{}: {}, {}, {}: {} up to renaming of programs and links, the farthest {} away\n",
       o.dialect, times(o.progs, "program"), times(o.links, "link"), times(o.capacity, "slot"),
       times(e.parent.size(), "state"), times(e.depth, "request"));
  tell(prose, "{} made, {} refused; {} per second\n", times(e.transitions, "request"),
       grouped(e.refused),
       grouped(static_cast<std::uint64_t>(static_cast<double>(e.transitions) / seconds)));
  tell(prose,
       "not asked: queries, packets, removal of the device, references that are bad or files, "
       "unknown bits, closed programs{}\n",
       o.no_revisions ? ", expected revisions" : "");
}

// The picture and the tour: both, or none if one is there with another content.
void write_down(const Options& o, const Bounds& bounds, const Exploration& e, Progress& progress,
                nlohmann::ordered_json& document) {
  const std::string picture = o.dot.empty() ? "" : dot_of(e);
  if (!o.dot.empty()) is_there(o.dot, picture);
  if (!o.tour.empty()) {
    const auto traces = tour(bounds, e, 4000, std::ref(progress));
    progress.clear();
    std::size_t operations = 0;
    std::string text;
    for (Trace t : traces) {
      operations += t.operations.size();
      annotate(t);
      text += (text.empty() ? "" : "\n") + print(t);
    }
    write_all_new(o.tour, {{fmt::format("{}.tour.trace", o.dialect), text}});
    tell(o.json ? stderr : stdout, "the tour: {}, {}\n", times(traces.size(), "trace"),
         times(operations, "operation"));
    document["tour"] = {{"traces", traces.size()}, {"operations", operations}};
  }
  if (!o.dot.empty()) write_new(o.dot, picture);
}

int run(const Options& o) {
  if (o.progs < 1 || o.progs > 7 || o.links > 3 || o.capacity < 1 || o.capacity > kMaxCapacity)
    throw BadInput("a world to explore has 1 to 7 programs, 0 to 3 links and 1 to 63 slots");
  const Bounds bounds{.dialect = *dialect_from(o.dialect),
                      .progs = static_cast<std::uint8_t>(o.progs),
                      .links = static_cast<std::uint8_t>(o.links),
                      .capacity = static_cast<std::uint8_t>(o.capacity),
                      .revisions = !o.no_revisions};
  const auto target = target_beside(o, bounds.dialect);
  if (!o.dot.empty()) need_usable_file(o.dot);
  if (!o.tour.empty()) need_usable(o.tour);
  end_on_signals();
  Progress progress;
  FILE* prose = o.json ? stderr : stdout;
  const auto start = std::chrono::steady_clock::now();
  const Exploration e = explore(bounds, target ? target->stepper() : nullptr, std::ref(progress));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.clear();

  tell_counts(prose, o, e, seconds);
  nlohmann::ordered_json document{
      {"dialect", o.dialect},   {"programs", o.progs},       {"links", o.links},
      {"capacity", o.capacity}, {"states", e.parent.size()}, {"requests", e.transitions},
      {"refused", e.refused},   {"depth", e.depth},          {"seconds", seconds}};
  if (target) {
    document["target"] = o.target;
    document["conforms"] = !e.deviation;
  }
  if (e.deviation) {
    Trace shown = *e.deviation;
    annotate(shown);
    tell(prose, "\n{} DEVIATES, and no shorter trace of this world shows it:\n{}", o.target,
         print(shown));
    document["deviation"] = print(shown);
    if (!o.dot.empty() || !o.tour.empty())
      tell(stderr, "the exploration ended there: no picture and no tour is written\n");
  } else {
    if (target) tell(prose, "{} answers each of them as the model does\n", o.target);
    write_down(o, bounds, e, progress, document);
  }
  if (o.json) print_json(document);
  return e.deviation ? kDeviates : kConforms;
}

}  // namespace

void add_explore(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("explore", "Every reachable state of a small world");
  verb->add_option("--dialect", o->dialect, "mainline (default) or rfc2")
      ->check(CLI::IsMember({"mainline", "rfc2"}));
  verb->add_option("--progs", o->progs, "Programs (default 4, at most 7)")->transform(decimal());
  verb->add_option("--links", o->links, "Links that are open at a time (default 1, at most 3)")
      ->transform(decimal());
  verb->add_option("--capacity", o->capacity, "Slots of the list (default 3)")
      ->transform(decimal());
  verb->add_flag("--no-revisions", o->no_revisions, "No request expects a revision");
  verb->add_option("--target", o->target, "Beside it impl or impl:FAULT: the shortest deviation");
  verb->add_option("--dot", o->dot, "Write the states and their changes there, for dot(1)");
  verb->add_option("--tour", o->tour, "Write traces there that make every request in every state");
  verb->add_flag("--json", o->json, "One JSON document on standard output");
  verb->callback([o, &status] { status = run(*o); });
}

}  // namespace mprogcheck::cli

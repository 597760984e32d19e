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
#include "props/search/known.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string dialect = "mainline", target, out, dot, tour;
  // With as many programs as slots and one more, a full list still refuses somebody.
  unsigned progs = 4, links = 1, capacity = 3;
  bool json = false, no_revisions = false;
};

// Null if there is no target.
std::unique_ptr<Target> target_beside(const Options& o, Dialect dialect) {
  if (o.target.empty()) return nullptr;
  const TargetFactory factory = target_named(o.target);
  // Not asked of the target itself: for that a guest would boot first.
  const bool walks =
      o.target == "impl" || o.target.starts_with("impl:") || o.target.starts_with("tree:");
  if (!walks)
    throw BadInput(fmt::format(
        "{} cannot be walked beside; explore takes impl, impl:FAULT and tree:TREE", o.target));
  for (const FaultInfo& f : InProcess::faults())
    if (o.target == fmt::format("impl:{}", f.name) && !f.seen_in(dialect))
      throw BadInput(fmt::format("{} is no fault of {}; 'mprogcheck faults' lists the dialects",
                                 f.name, o.dialect));
  return factory();
}

// What a kernel is known to do otherwise does not end its walk: it is counted.
class Counted {
 public:
  Counted(Target& target, bool every_difference) {
    if (!every_difference) known_.emplace(known_of(target, own_known_deviations()));
  }

  bool ends_with(const Trace& trace, std::span<const Observation> seen) {
    if (!known_ || seen.empty()) return true;
    const std::size_t last = trace.operations.size() - 1;
    bool told = false;
    for (const Deviation& d : check(trace, seen, Binding::promises).deviations) {
      const std::string name = bucket(d, trace.header.dialect);
      const bool excused = known_->excuse(name) != nullptr;
      if (!excused && d.breach != Breach::code) return true;
      if (d.step != last) continue;
      ++(excused ? excused_ : differ_)[name];
      told = true;
    }
    // It differs from our own rules alone, which bind no kernel: the judge reports nothing.
    if (!told) ++unjudged_;
    return false;
  }

  void tell(FILE* prose, Json& document) const {
    const auto list = [&](const char* what, const char* key,
                          const std::map<std::string, std::uint64_t>& buckets) {
      Json counts = Json::object();
      for (const auto& [bucket, times] : buckets) {
        mprogcheck::tell(prose, "  {}, {} times: {}\n", what, grouped(times), bucket);
        counts[bucket] = times;
      }
      document[key] = counts;
    };
    list("known", "known", excused_);
    list("differs from code", "differ", differ_);
    if (unjudged_ != 0)
      mprogcheck::tell(prose, "  differs from our own rules alone, {} times\n", grouped(unjudged_));
    document["unjudged"] = unjudged_;
  }

 private:
  std::optional<Known> known_;
  std::map<std::string, std::uint64_t> excused_, differ_;
  std::uint64_t unjudged_ = 0;
};

void tell_counts(FILE* prose, const Options& o, const Exploration& e, double seconds) {
  tell(prose, "{}: {}, {}, {}: {} up to renaming of programs and links, the deepest after {}\n",
       o.dialect, times(o.progs, "program"), times(o.links, "link"), times(o.capacity, "slot"),
       times(e.parent.size(), "state"), times(e.depth, "request"));
  tell(prose, "{} made, {} refused; {} per second\n", times(e.transitions, "request"),
       grouped(e.refused),
       grouped(static_cast<std::uint64_t>(static_cast<double>(e.transitions) / seconds)));
  tell(prose, "{} of clauses that refuse were met together\n",
       times(e.pairs(*dialect_from(o.dialect)), "pair"));
  tell(prose,
       "not asked: queries, packets, removal of the device, references that are bad or files, "
       "unknown bits, closed programs{}\n",
       o.no_revisions ? ", expected revisions" : "");
}

// The graph and the tour: both, or none if one exists with another content.
void write_down(const Options& o, const Bounds& bounds, const Exploration& e, Progress& progress,
                Json& document) {
  const std::string graph = o.dot.empty() ? "" : dot_of(e);
  if (!o.dot.empty()) is_there(o.dot, graph);
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
  if (!o.dot.empty()) write_new(o.dot, graph);
}

int run(Options o) {
  if (!o.out.empty()) {
    o.tour = o.out;
    o.dot = (std::filesystem::path(o.out) / (o.dialect + ".dot")).string();
  }
  const Bounds bounds{.dialect = *dialect_from(o.dialect),
                      .progs = static_cast<std::uint8_t>(o.progs),
                      .links = static_cast<std::uint8_t>(o.links),
                      .capacity = static_cast<std::uint8_t>(o.capacity),
                      .revisions = !o.no_revisions};
  const auto target = target_beside(o, bounds.dialect);
  if (!o.dot.empty() && o.out.empty()) need_usable_file(o.dot);
  if (!o.tour.empty()) need_usable(o.tour);
  end_on_signals();
  Progress progress;
  FILE* prose = o.json ? stderr : stdout;
  const auto start = std::chrono::steady_clock::now();
  std::optional<Counted> counted;
  if (target) counted.emplace(*target, !target->is_kernel());
  const auto wanted = [&](const Trace& trace, std::span<const Observation> seen) {
    return counted->ends_with(trace, seen);
  };
  const Exploration e = target ? explore_beside(bounds, *target, std::ref(progress), wanted)
                               : explore(bounds, nullptr, std::ref(progress));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.clear();

  tell_counts(prose, o, e, seconds);
  Json document{{"dialect", o.dialect},      {"programs", o.progs},
                {"links", o.links},          {"capacity", o.capacity},
                {"states", e.parent.size()}, {"requests", e.transitions},
                {"refused", e.refused},      {"depth", e.depth},
                {"seconds", seconds},        {"pairs", e.pairs(bounds.dialect)}};
  if (target) {
    document["target"] = o.target;
    document["conforms"] = !e.deviation;
  }
  if (e.deviation) {
    Trace shown = *e.deviation;
    annotate(shown);
    tell(prose, "\n{} {}; no shorter trace of this world shows it:\n{}", o.target,
         bad(prose, "DEVIATES"), print(shown));
    document["deviation"] = print(shown);
    if (!o.dot.empty() || !o.tour.empty())
      tell(stderr, "the exploration ended there: no graph and no tour is written\n");
  } else {
    if (target) {
      tell(prose, "{} answers {} as the model does{}\n", o.target, good(prose, "each of them"),
           target->is_kernel() ? ", but for:" : "");
      if (target->is_kernel()) counted->tell(prose, document);
    }
    write_down(o, bounds, e, progress, document);
  }
  if (o.json) print_json("explore", document);
  return e.deviation ? kDeviates : kConforms;
}

}  // namespace

void add_explore(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("explore", "Visit every reachable state of a small world");
  verb.dialect(o->dialect, "mainline");
  verb.number("--progs N", o->progs, {1, 7}, "Programs, 1 to 7 (default: 4)");
  verb.number("--links N", o->links, {0, 3},
              "Links that can be open at a time, 0 to 3 (default: 1)");
  verb.number("--capacity N", o->capacity, {1, kMaxCapacity},
              "Slots of the list, 1 to 63 (default: 3)");
  verb.flag("--no-revisions", o->no_revisions, "Make no request that expects a revision");
  verb.target(o->target,
              "Run impl, impl:FAULT or tree:TREE beside the model, and stop at the shortest "
              "deviation, known ones aside");
  auto out = verb.out_dir(o->out, "Write both to DIR: DIALECT.dot and DIALECT.tour.trace");
  verb.text("--dot FILE", o->dot, "Write the states and their changes to FILE, for dot(1)")
      .excludes(out);
  verb.text("--tour DIR", o->tour, "Write traces to DIR that make every request in every state")
      .excludes(out);
  verb.json(o->json);
  verb.example("mprogcheck explore --progs 2 --links 1 --capacity 2",
               "Counts the states and the requests of a world of two programs and a link.");
  verb.example("mprogcheck explore --target impl:detach_before_head_takes_head",
               "Finds the shortest trace that shows a planted fault.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli

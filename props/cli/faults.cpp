// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck faults: what can be planted in our implementation, and the minimal traces that show
// it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "impl/inprocess/inprocess.hpp"
#include "impl/vm/modules.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/search/hunt.hpp"
#include "props/search/interrupt.hpp"
#include "props/search/known.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  bool json = false, hunt = false;
  std::uint64_t seed = 1;
  std::string target = "impl", out;
  std::vector<std::string> only, known;
};

std::vector<Dialect> dialects_of(const FaultInfo& f) {
  std::vector<Dialect> out;
  std::copy_if(kDialects.begin(), kDialects.end(), std::back_inserter(out),
               [&](Dialect d) { return f.seen_in(d); });
  return out;
}

// Operations of a campaign: half of all campaigns find each fault within a third of them (`bench
// faults`).
constexpr std::uint64_t kEnough = 60'000;

// Found in our module: with the trace that the same finding comes to where the fault is in this
// process. Throws Different if it is another.
struct Different : std::runtime_error {
  using std::runtime_error::runtime_error;
};
std::optional<Minimal> found_in_module(const FaultInfo& f, Dialect dialect, const Options& o,
                                       const std::function<void(std::size_t)>& progress) {
  const auto module = target_named("kmod:" + std::string(f.name))();
  std::vector<Trace> known = known_deviations(o.known);
  std::erase_if(known, [&](const Trace& t) {
    return t.header.dialect != dialect || listed(t, o.target, "") != Listed::name;
  });
  for (Trace& t : known) t.target = module->name();
  const auto found = first_found(*module, dialect, o.seed, kEnough, known, progress);
  if (!found) return std::nullopt;
  InProcess process(f.name);
  std::string here = "does not show it\n";
  try {
    here = print(minimize(process, found->from, found->bucket).trace);
  } catch (const std::invalid_argument&) {
  }
  if (print(found->minimal.trace) != here)
    throw Different(fmt::format("{} in {}: the minimal trace in the module\n{}and in impl\n{}",
                                f.name, word(dialect), print(found->minimal.trace), here));
  return found->minimal;
}

// The smallest trace that shows the fault, as it is checked in; nothing if it was not found.
std::optional<std::string> hunt(const FaultInfo& f, Dialect dialect, const Options& o,
                                Progress& progress) {
  const auto told = [&](std::size_t left) {
    progress(
        fmt::format("hunting {} in {}: {} left", f.name, word(dialect), times(left, "operation")));
  };
  told(0);
  const auto found = o.target == "kmod"
                         ? found_in_module(f, dialect, o, told)
                         : smallest_found([&] { return std::make_unique<InProcess>(f.name); },
                                          dialect, o.seed, told);
  progress.clear();
  if (!found) return std::nullopt;
  Trace trace = found->trace;
  annotate(trace);
  trace.preface = {
      std::string(f.sentence),
      fmt::format("Seen at step {}: {}.", found->deviation.step + 1, found->deviation.observed)};
  const std::string text = print(trace);
  if (!o.out.empty())
    write_new(std::filesystem::path(o.out) / fmt::format("{}.{}.trace", f.name, word(dialect)),
              text);
  else
    tell(o.json ? stderr : stdout, "{}\n", text);
  return text;
}

int run(const Options& o) {
  Json document = Json::array();
  std::size_t hunted = 0, missed = 0;
  Progress progress;
  if (!o.out.empty()) need_writable(o.out);
  if (o.hunt) end_on_signals();
  for (const std::string& name : o.only) target_named("impl:" + name);  // throws for unknown ones
  const std::set<std::string> in_module = o.target == "kmod"
                                              ? vm::faults_of_module(module_built(kFaultyModule))
                                              : std::set<std::string>();
  const auto list = [&](const FaultInfo& f) {
    std::vector<std::string_view> dialects;
    for (const Dialect d : dialects_of(f)) dialects.push_back(word(d));
    document.push_back(
        {{"name", f.name}, {"dialects", dialects}, {"sentence", f.sentence}, {"like", f.like}});
    if (o.json || o.hunt) return;
    fmt::print("{:34} {:14} {}\n", f.name, fmt::join(dialects, " "), f.sentence);
    if (!o.only.empty()) fmt::print("{:34} {:14} Like: {}\n", "", "", f.like);
  };
  for (const FaultInfo& f : InProcess::faults()) {
    if (o.target == "kmod" && !in_module.contains(std::string(f.name))) continue;
    if (!o.only.empty() && std::find(o.only.begin(), o.only.end(), f.name) == o.only.end())
      continue;
    Json traces = Json::object();
    for (const Dialect d : dialects_of(f)) {
      if (!o.hunt) continue;
      ++hunted;
      std::string why = fmt::format("{} was not found in {}\n", f.name, word(d));
      std::optional<std::string> trace;
      try {
        trace = hunt(f, d, o, progress);
      } catch (const Different& e) {
        progress.clear();
        why = e.what();
      }
      traces[std::string(word(d))] = trace ? Json(*trace) : Json();
      if (trace) continue;
      ++missed;
      tell(stderr, "{}", why);
    }
    list(f);
    if (o.hunt) document.back()["traces"] = std::move(traces);
  }
  // What only `stress` finds.
  for (const FaultInfo& f : InProcess::races())
    if (o.target == "kmod" && !o.hunt && o.only.empty()) list(f);
  if (o.json) print_json("faults", {{"target", o.target}, {"faults", document}});
  if (o.hunt && o.target == "kmod")
    tell(stderr, "kmod: {} of {} found, counted for each dialect, with the same traces as impl\n",
         hunted - missed, hunted);
  return missed ? kDeviates : kConforms;
}

}  // namespace

void add_faults(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb(
      "faults", "List the faults that can be planted in our implementation, or find each");
  verb.texts("FAULT", o->only, "Only these faults (default: all)");
  auto hunt = verb.flag("--hunt", o->hunt, "Find each, and print the minimal trace that shows it");
  verb.target(o->target,
              "impl (default), or kmod, our module in a guest; a hunt in kmod must find the same "
              "traces as in impl")
      .among({"impl", "kmod"});
  verb.known(o->known).needs(hunt);
  verb.seed(o->seed, "Seed of the hunt (default: 1, as for the traces that are checked in)");
  verb.out_dir(o->out, "Write the minimal traces to DIR instead of standard output").needs(hunt);
  verb.json(o->json);
  verb.example("mprogcheck faults", "Lists all of them, with their dialects.");
  verb.example("mprogcheck faults before_lands_behind --hunt",
               "Finds one, and prints the minimal trace that shows it.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli

// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck faults: what can be planted in our implementation, and the minimal traces that show
// it.
#include <fmt/format.h>

#include <algorithm>

#include "impl/inprocess.hpp"
#include "model/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/hunt.hpp"
#include "props/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  bool json = false, hunt = false;
  std::uint64_t seed = 1;
  std::string out;
  std::vector<std::string> only;
};

std::vector<Dialect> dialects_of(const FaultInfo& f) {
  std::vector<Dialect> out;
  if (f.mainline) out.push_back(Dialect::mainline);
  if (f.rfc2) out.push_back(Dialect::rfc2);
  return out;
}

// The smallest trace that shows the fault, as it is checked in; nothing if it was not found.
std::optional<std::string> hunt(const FaultInfo& f, Dialect dialect, const Options& o,
                                Progress& progress) {
  const auto found =
      smallest_found([&] { return std::make_unique<InProcess>(f.name); }, dialect, o.seed,
                     [&](std::size_t left) {
                       progress(fmt::format("hunting {} in {}: {} left", f.name, word(dialect),
                                            times(left, "operation")));
                     });
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
  auto document = nlohmann::ordered_json::array();
  std::size_t missed = 0;
  Progress progress;
  if (!o.out.empty()) need_writable(o.out);
  if (o.hunt) end_on_signals();
  for (const std::string& name : o.only) target_named("impl:" + name);  // throws for unknown ones
  for (const FaultInfo& f : InProcess::faults()) {
    if (!o.only.empty() && std::find(o.only.begin(), o.only.end(), f.name) == o.only.end())
      continue;
    std::vector<std::string_view> dialects;
    auto traces = nlohmann::ordered_json::object();
    for (const Dialect d : dialects_of(f)) {
      dialects.push_back(word(d));
      if (!o.hunt) continue;
      const auto trace = hunt(f, d, o, progress);
      traces[std::string(word(d))] =
          trace ? nlohmann::ordered_json(*trace) : nlohmann::ordered_json();
      if (trace) continue;
      ++missed;
      tell(stderr, "{} was not found in {}\n", f.name, word(d));
    }
    document.push_back({{"name", f.name}, {"dialects", dialects}, {"sentence", f.sentence}});
    if (o.hunt) document.back()["traces"] = std::move(traces);
    if (!o.json && !o.hunt)
      fmt::print("{:34} {:14} {}\n", f.name, fmt::join(dialects, " "), f.sentence);
  }
  if (o.json) print_json(document);
  return missed ? kDeviates : kConforms;
}

}  // namespace

void add_faults(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  auto* verb =
      app.add_subcommand("faults", "The faults that can be planted in impl: --target impl:FAULT");
  verb->add_option("FAULT", o->only, "Only these (default: all)");
  auto* hunt =
      verb->add_flag("--hunt", o->hunt, "Find each, and print the minimal trace that shows it");
  verb->add_option("--seed", o->seed, "Of the hunt (default 1, as the checked-in traces)")
      ->transform(decimal());
  verb->add_option("--out", o->out, "Of the hunt: write the minimal traces there instead")
      ->needs(hunt);
  verb->add_flag("--json", o->json, "One JSON document on standard output");
  verb->callback([o, &status] { status = run(*o); });
}

}  // namespace mprogcheck::cli

// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck store: what is in the stores that campaigns write.
#include "props/store/store.hpp"

#include <fmt/format.h>

#include <ctime>
#include <map>

#include "props/cli/about.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/report/campaign.hpp"
#include "props/store/grouped.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string store, out, bucket, target, status, why, format = "html", since;
  std::vector<std::string> from;
  bool json = false;
};

std::string named(const stored::Campaign& c) {
  return c.release.empty() ? c.target : c.target + " (" + c.release + ")";
}

int show(const Options& o) {
  const Store store(o.store);
  if (const std::string wrong = store.integrity(); wrong != "ok")
    throw CannotRun(fmt::format("{}: is damaged: {}", store.file().string(), wrong));
  if (o.json) {
    fmt::print("{}", report::campaign_report(store, {"json", "store show", kJsonSchema}));
    return kConforms;
  }
  for (const stored::Campaign& c : store.campaigns()) {
    const stored::Totals t = store.totals(c.id);
    const auto spans = store.spans(c.id);
    const double rate = t.seconds > 0 ? static_cast<double>(t.operations) / t.seconds : 0;
    tell(stdout, "{} {} {}, seed {}{}{}: {} in {}, {:.0f} s ({} per second)", report::utc(c.begun),
         named(c), c.dialect, c.seed,
         c.shards == 1 ? "" : fmt::format(", shard {}/{}", c.shard, c.shards),
         c.guided ? ", guided" : "", times(t.operations, "operation"), times(t.traces, "trace"),
         t.seconds, grouped(static_cast<std::uint64_t>(rate)));
    if (!spans.empty())
      tell(stdout, "; {} and {} met", times(spans.back().clauses, "clause"),
           times(spans.back().pairs, "pair"));
    tell(stdout, "\n");
  }
  for (const GroupedFinding& g : grouped_findings(store))
    tell(stdout, "  {:5}  {} {}: {}, first {}, last {}{}\n", g.status, g.target, g.best.bucket,
         times(g.best.times, "trace"), report::utc(g.best.first_seen),
         report::utc(g.best.last_seen), g.best.minimal ? "" : "; not minimal");
  return kConforms;
}

// Another store, or a document of one.
report::Earlier earlier(const std::string& name) {
  std::error_code error;
  if (!std::filesystem::is_directory(name, error)) return {name, content(name)};
  return {name, report::campaign_report(Store(name), {"json", "store show", kJsonSchema})};
}

int tell_all(const Options& o) {
  const Store store(o.store);
  report::CampaignForm form{o.format, "store report", kJsonSchema, version(), {}};
  if (!o.since.empty()) form.since = earlier(o.since);
  if (!o.out.empty()) {
    need_usable_file(o.out);
    write_new(o.out, report::campaign_report(store, form));
  }
  if (o.json) form.format = "json";
  if (o.json || o.out.empty()) fmt::print("{}", report::campaign_report(store, form));
  return kConforms;
}

int merge(const Options& o) {
  // All of them are opened before the first is merged: a wrong name changes nothing.
  std::vector<std::unique_ptr<Store>> from;
  for (const std::string& folder : o.from) from.push_back(std::make_unique<Store>(folder));
  need_writable(o.store);
  const auto alone = alone_in(o.store);
  Store into(o.store, true);
  for (const auto& store : from) into.merge(*store);
  const std::size_t campaigns = into.campaigns().size(), findings = grouped_findings(into).size();
  if (o.json)
    print_json("store merge",
               {{"file", into.file().string()}, {"campaigns", campaigns}, {"findings", findings}});
  else
    tell(stdout, "{}: {}, {}\n", into.file().string(), times(campaigns, "campaign"),
         times(findings, "finding"));
  return kConforms;
}

int write_out(const Options& o) {
  const Store store(o.store);
  std::map<std::string, std::string> files;
  for (const GroupedFinding& g : grouped_findings(store)) {
    const std::string stem = g.best.bucket + "-on-" + g.target;
    std::string name;
    for (const char c : stem) name += c == '/' || c == ':' || c == ' ' ? '-' : c;
    files[name + ".trace"] = g.best.trace;
    if (!g.best.program.empty()) files[name + ".c"] = g.best.program;
    if (!g.best.console.empty()) files[name + ".console"] = g.best.console;
  }
  write_all_new(o.out, files);
  if (o.json) {
    Json names = Json::array();
    for (const auto& [name, text] : files) names.push_back(name);
    print_json("store export", {{"out", o.out}, {"files", names}});
  } else {
    tell(stdout, "{}: {}\n", o.out, times(files.size(), "file"));
  }
  return kConforms;
}

int mark(const Options& o) {
  Store store(o.store);
  bool found = false;
  for (const GroupedFinding& g : grouped_findings(store))
    found |= g.best.bucket == o.bucket && g.target == o.target;
  if (!found)
    throw BadInput(fmt::format("{}: has no finding '{}' of {}; 'mprogcheck store show' lists them",
                               store.file().string(), o.bucket, o.target));
  store.mark({o.bucket, o.target, o.status, o.why, std::time(nullptr)});
  if (o.json)
    print_json("store mark", {{"bucket", o.bucket}, {"target", o.target}, {"status", o.status}});
  else
    tell(stdout, "{} of {}: {}\n", o.bucket, o.target, o.status);
  return kConforms;
}

}  // namespace

void add_store(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb =
      program.verb("store", "Show, merge, export and report what campaigns have done and found");
  verb.note("'fuzz -o DIR' keeps a store in DIR: campaigns, coverage over time, and findings.");
  const char* const directory = "The directory of a store";

  Command showing = verb.verb("show", "List the campaigns of a store, and their findings");
  showing.text("DIR", o->store, directory).required();
  showing.json(o->json);
  showing.example("mprogcheck store show night",
                  "Lists what the campaigns of 'fuzz -o night' have done and found.");
  showing.action([o] { return show(*o); });

  Command merging = verb.verb("merge", "Add to a store what other stores have");
  merging.text("DIR", o->store, "The directory of the store, which is made if need be").required();
  merging.texts("FROM", o->from, "Directories of other stores; they stay as they are").required();
  merging.json(o->json);
  merging.example("mprogcheck store merge all night",
                  "Adds what night has to the store in all. To do it again changes nothing.");
  merging.action([o] { return merge(*o); });

  Command exporting =
      verb.verb("export", "Write each finding as a trace, with its C program and console");
  exporting.text("DIR", o->store, directory).required();
  exporting.out_dir(o->out, "Write to DIR").required();
  exporting.json(o->json);
  exporting.example("mprogcheck store export night --out written",
                    "Writes a file for the trace, the program and the console of each finding.");
  exporting.action([o] { return write_out(*o); });

  Command reporting = verb.verb("report", "Write one page for a store, or a form of it for CI");
  reporting.text("DIR", o->store, directory).required();
  reporting.text("--format FORMAT", o->format, "html (default), markdown, json, junit or sarif")
      .among({"html", "markdown", "json", "junit", "sarif"});
  reporting.text(
      "--since EARLIER", o->since,
      "Compare with EARLIER, the directory of another store or a file with the output of "
      "'store show --json': say which findings are new, gone or changed");
  reporting.out_file(o->out, "Write the report to a new file instead of standard output");
  reporting.json(o->json);
  reporting.example("mprogcheck store report night -o night.html",
                    "Writes a page that needs no other file.");
  reporting.example("mprogcheck store report all --since night --format markdown",
                    "Prints a summary for a CI, and what is new, gone and changed since night.");
  reporting.action([o] { return tell_all(*o); });

  Command marking = verb.verb("mark", "Say of a finding that it is open, known or fixed");
  marking.text("DIR", o->store, directory).required();
  marking.text("BUCKET", o->bucket, "The finding, as 'store show' names it").required();
  marking.target(o->target, "The target of the finding").required();
  marking.text("--status STATUS", o->status, "open, known or fixed")
      .among({"open", "known", "fixed"})
      .required();
  marking.text("--why TEXT", o->why, "Why, for instance a commit");
  marking.json(o->json);
  marking.example(
      "mprogcheck store mark night BUCKET --target vm:7.2 --status fixed --why 'by a commit'",
      "Says that a finding is fixed. The last word counts.");
  marking.action([o] { return mark(*o); });
}

}  // namespace mprogcheck::cli

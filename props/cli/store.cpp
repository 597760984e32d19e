// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck store: what is in the stores that campaigns write.
#include "props/store/store.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <map>

#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"

namespace mprogcheck::cli {
namespace {

struct Options {
  std::string store, out, bucket, target, status, why;
  std::vector<std::string> from;
  bool json = false;
};

std::string utc(stored::Time at) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(at)));
}

std::string named(const stored::Campaign& c) {
  return c.release.empty() ? c.target : c.target + " (" + c.release + ")";
}

// The same deviation of the same target, whatever campaigns met it.
struct Grouped {
  stored::Finding best;  // the minimal one, or the shortest
  std::string target, status;
};
std::vector<Grouped> grouped_findings(const Store& store) {
  std::map<std::string, stored::Campaign> by_id;
  for (auto& c : store.campaigns()) by_id[c.id] = c;
  std::map<std::pair<std::string, std::string>, Grouped> all;
  for (const stored::Finding& f : store.findings()) {
    const std::string target = by_id.at(f.campaign).target;
    const auto [at, is_new] = all.try_emplace({f.bucket, target}, Grouped{f, target, {}});
    stored::Finding& best = at->second.best;
    if (is_new) continue;
    const std::uint64_t times = best.times + f.times;
    const auto first = std::min(best.first_seen, f.first_seen);
    const auto last = std::max(best.last_seen, f.last_seen);
    const auto rank = [](const stored::Finding& x) {
      return std::tuple(!x.minimal, x.trace.size(), x.trace, x.campaign);
    };
    if (rank(f) < rank(best)) best = f;
    best.times = times, best.first_seen = first, best.last_seen = last;
  }
  std::vector<Grouped> out;
  for (auto& [key, g] : all) {
    g.status = store.status(g.best, g.target);
    out.push_back(std::move(g));
  }
  return out;
}

Json json_of(const Grouped& g) {
  const stored::Finding& f = g.best;
  return {{"bucket", f.bucket},       {"target", g.target},
          {"status", g.status},       {"breaks", f.breaks},
          {"clause", f.clause},       {"expected", f.expected},
          {"observed", f.observed},   {"step", f.step},
          {"trace", f.trace},         {"minimal", f.minimal},
          {"times", f.times},         {"first_seen", f.first_seen},
          {"last_seen", f.last_seen}, {"known", f.known.empty() ? Json() : Json(f.known)},
          {"security", f.security},   {"console", f.console},
          {"program", f.program}};
}

Json json_of(const Store& store) {
  Json out{{"file", store.file().string()}};
  Json& campaigns = out["campaigns"] = Json::array();
  for (const stored::Campaign& c : store.campaigns()) {
    const stored::Totals totals = store.totals(c.id);
    Json one{{"campaign", c.id},
             {"target", c.target},
             {"release", c.release},
             {"dialect", c.dialect},
             {"seed", c.seed},
             {"shard", c.shard},
             {"shards", c.shards},
             {"version", c.version},
             {"begun", c.begun},
             {"traces", totals.traces},
             {"operations", totals.operations},
             {"seconds", totals.seconds}};
    Json& spans = one["spans"] = Json::array();
    for (const stored::Span& s : store.spans(c.id))
      spans.push_back({{"first", s.first},
                       {"traces", s.traces},
                       {"operations", s.operations},
                       {"seconds", s.seconds},
                       {"ended", s.ended},
                       {"clauses", s.clauses},
                       {"pairs", s.pairs}});
    Json& met = one["met"] = Json::array();
    for (const stored::Covered& m : store.met(c.id))
      if (!m.is_pair) met.push_back({{"clause", m.what}, {"decided", m.times}});
    campaigns.push_back(std::move(one));
  }
  Json& findings = out["findings"] = Json::array();
  for (const Grouped& g : grouped_findings(store)) findings.push_back(json_of(g));
  return out;
}

int show(const Options& o) {
  const Store store(o.store);
  if (const std::string wrong = store.integrity(); wrong != "ok")
    throw CannotRun(fmt::format("{}: is damaged: {}", store.file().string(), wrong));
  if (o.json) {
    print_json("store show", json_of(store));
    return kConforms;
  }
  for (const stored::Campaign& c : store.campaigns()) {
    const stored::Totals t = store.totals(c.id);
    const auto spans = store.spans(c.id);
    const double rate = t.seconds > 0 ? static_cast<double>(t.operations) / t.seconds : 0;
    tell(stdout, "{} {} {}, seed {}{}: {} in {}, {:.0f} s ({} per second)", utc(c.begun), named(c),
         c.dialect, c.seed, c.shards == 1 ? "" : fmt::format(", shard {}/{}", c.shard, c.shards),
         times(t.operations, "operation"), times(t.traces, "trace"), t.seconds,
         grouped(static_cast<std::uint64_t>(rate)));
    if (!spans.empty())
      tell(stdout, "; {} and {} met", times(spans.back().clauses, "clause"),
           times(spans.back().pairs, "pair"));
    tell(stdout, "\n");
  }
  for (const Grouped& g : grouped_findings(store))
    tell(stdout, "  {:5}  {} {}: {}, first {}, last {}{}\n", g.status, g.target, g.best.bucket,
         times(g.best.times, "trace"), utc(g.best.first_seen), utc(g.best.last_seen),
         g.best.minimal ? "" : "; not minimal");
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
  for (const Grouped& g : grouped_findings(store)) {
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
  for (const Grouped& g : grouped_findings(store))
    found |= g.best.bucket == o.bucket && g.target == o.target;
  if (!found)
    throw BadInput(fmt::format("{}: has no finding '{}' of {}; 'mprogcheck store show' lists them",
                               store.file().string(), o.bucket, o.target));
  store.mark({o.bucket, o.target, o.status, o.why, std::time(nullptr)});
  tell(stdout, "{} of {}: {}\n", o.bucket, o.target, o.status);
  return kConforms;
}

}  // namespace

void add_store(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb("store", "Show, merge and export what campaigns have done and found");
  verb.note("'fuzz --out DIR' keeps a store in DIR: campaigns, coverage over time, and findings.");
  const char* const directory = "The directory of a store";

  Command showing = verb.verb("show", "List the campaigns of a store, and their findings");
  showing.text("DIR", o->store, directory).required();
  showing.json(o->json);
  showing.action([o] { return show(*o); });

  Command merging = verb.verb("merge", "Add to a store what other stores have");
  merging.text("DIR", o->store, "The directory of the store, which is made if need be").required();
  merging.texts("FROM", o->from, "Directories of other stores; they stay as they are").required();
  merging.json(o->json);
  merging.action([o] { return merge(*o); });

  Command exporting =
      verb.verb("export", "Write each finding as a trace, with its C program and console");
  exporting.text("DIR", o->store, directory).required();
  exporting.out_dir(o->out, "Write to DIR").required();
  exporting.json(o->json);
  exporting.action([o] { return write_out(*o); });

  Command marking = verb.verb("mark", "Say of a finding that it is open, known or fixed");
  marking.text("DIR", o->store, directory).required();
  marking.text("BUCKET", o->bucket, "The finding, as 'store show' names it").required();
  marking.target(o->target, "The target that shows it").required();
  marking.text("--status STATUS", o->status, "open, known or fixed")
      .among({"open", "known", "fixed"})
      .required();
  marking.text("--why TEXT", o->why, "Why, for instance a commit");
  marking.action([o] { return mark(*o); });
}

}  // namespace mprogcheck::cli

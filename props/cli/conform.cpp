// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck conform: the directed suite, every clause and every two that can meet, on each target.
#include "props/suite/conform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "model/words/text.hpp"
#include "proofs/witness.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/conform_report.hpp"
#include "props/cli/report.hpp"
#include "props/cli/values.hpp"
#include "props/generate/long_lists.hpp"
#include "props/report/matrix.hpp"
#include "props/search/interrupt.hpp"
#include "props/suite/device_suite.hpp"
#include "props/suite/filter_suite.hpp"

namespace mprogcheck::cli {
namespace {

namespace fs = std::filesystem;
using proofs::Witness;

// As the program has them, and as the report names them.
const std::vector<std::string> kOwnSuites{"traces/clauses", "traces/suite"};

struct Options {
  std::vector<std::string> targets{"impl"};
  std::vector<std::string> suites;  // if none, ours
  std::string generate;
  std::vector<std::string> known;
  std::string out, date, baseline;
  bool strict = false, json = false;
};

// --- The suite is written

struct Tally {
  std::set<std::string> rules;
  std::size_t met = 0, third = 0, cannot = 0, open = 0;
  std::size_t pairs() const { return met + third + cannot + open; }
};

std::string about(const Witness& w) {
  if (w.meets.empty()) return w.decides;
  if (w.kind == Witness::Kind::decided)
    return fmt::format("{} and {} hold, another decides", w.decides, w.meets);
  return fmt::format("{}, and {} holds", w.decides, w.meets);
}

void count(const Witness& w, Tally& t) {
  if (w.meets.empty()) {
    t.rules.insert(w.decides);
    return;
  }
  switch (w.kind) {
    case Witness::Kind::met:
      ++t.met;
      break;
    case Witness::Kind::decided:
      ++t.third;
      break;
    case Witness::Kind::cannot:
      ++t.cannot;
      break;
    case Witness::Kind::open:
      ++t.open;
      break;
  }
}

// Each trace once, with all that it shows.
void add(std::vector<Trace>& traces, std::map<std::string, std::size_t>& place, Trace trace,
         const std::string& shows) {
  const auto [at, is_new] = place.try_emplace(print(trace), traces.size());
  if (is_new) traces.push_back(std::move(trace));
  auto& preface = traces[at->second].preface;
  if (std::find(preface.begin(), preface.end(), shows) == preface.end()) preface.push_back(shows);
}

std::string text_of(const std::vector<Trace>& traces) {
  std::string text;
  for (const Trace& trace : traces) text += (text.empty() ? "" : "\n") + print(trace);
  return text;
}

// One file for each command, and one of long lists.
int generate(const Options& o) {
  need_usable(o.generate);
  const std::atomic<bool>& stop = end_on_signals();
  Progress progress;
  Tally all;
  std::size_t rules = 0;
  std::map<std::string, std::string> suite;  // files by name
  bool whole = true;
  FILE* prose = o.json ? stderr : stdout;
  Json document = Json::array();
  tell(prose, "{:9} {:12} {:>6} {:>6} {:>7} {:>7} {:>12} {:>5} {:>7}\n", "dialect", "command",
       "rules", "pairs", "meet", "decided", "cannot meet", "open", "traces");
  for (const Dialect dialect : kDialects) {
    std::map<Verb, Tally> tallies;
    std::map<Verb, std::vector<Trace>> files;
    std::map<std::string, std::size_t> place;
    std::set<std::pair<Verb, std::string>> run, netkit;
    std::size_t found = 0;
    const auto tell_progress = [&](const Witness& done) {
      progress(fmt::format("{} {}: {} so far", word(dialect), word(done.verb),
                           times(++found, "question")));
    };
    const auto witnesses = proofs::witnesses(dialect, tell_progress, &stop);
    unless_interrupted();
    for (const Witness& w : witnesses) {
      count(w, tallies[w.verb]);
      const std::string& wrong =
          w.shown.encoding_error.empty() ? w.shown.unreachable : w.shown.encoding_error;
      if (!wrong.empty()) tell(stderr, "{} {}: {}\n", word(w.verb), about(w), wrong);
      whole &= w.kind != Witness::Kind::open && w.shown.encoding_error.empty() &&
               w.shown.unreachable.empty();
      if (w.shown.trace.operations.empty()) continue;
      const bool effect = std::string_view(w.meets).empty();
      add(files[w.verb], place, effect ? looked_at(w.shown.trace) : w.shown.trace, about(w));
      // One of each rule, wherever the list is.
      if (w.meets.empty() && netkit.insert({w.verb, w.decides}).second) {
        if (const auto there = at_netkit(effect ? looked_at(w.shown.trace) : w.shown.trace))
          add(files[w.verb], place, *there, about(w) + ", at netkit");
        else
          netkit.erase({w.verb, w.decides});
      }
      if (!effect || !run.insert({w.verb, w.decides}).second) continue;
      add(files[w.verb], place, other_direction(looked_at(w.shown.trace)), about(w));
      if (const auto packets = run_through(w.shown.trace))
        add(files[w.verb], place, *packets, about(w) + ", and packets");
      else
        run.erase({w.verb, w.decides});
    }
    progress.clear();
    suite[fmt::format("{}.long.trace", word(dialect))] = text_of(long_lists(dialect));
    for (const auto& [verb, t] : tallies) {
      suite[fmt::format("{}.{}.trace", word(dialect), word(verb))] = text_of(files[verb]);
      rules += t.rules.size();
      all.met += t.met, all.third += t.third, all.cannot += t.cannot, all.open += t.open;
      document.push_back({{"dialect", word(dialect)},
                          {"command", word(verb)},
                          {"rules", t.rules.size()},
                          {"pairs", t.pairs()},
                          {"meet", t.met},
                          {"decided", t.third},
                          {"cannot meet", t.cannot},
                          {"open", t.open},
                          {"traces", files[verb].size()}});
      tell(prose, "{:9} {:12} {:>6} {:>6} {:>7} {:>7} {:>12} {:>5} {:>7}\n", word(dialect),
           word(verb), t.rules.size(), t.pairs(), t.met, t.third, t.cannot, t.open,
           files[verb].size());
    }
  }
  tell(prose, "\n{:9} {:12} {:>6} {:>8} {:>6} {:>7}\n", "dialect", "command", "rules", "decided",
       "pairs", "traces");
  for (const Dialect dialect : kDialects) {
    std::vector<DirectedSuite> directed = device_suite(dialect);
    std::ranges::move(filter_suite(dialect), std::back_inserter(directed));
    for (const DirectedSuite& s : directed) {
      suite[fmt::format("{}.{}.trace", word(dialect), s.name)] = text_of(s.traces);
      whole &= s.decided == s.rules || s.name == "boundaries";
      document.push_back({{"dialect", word(dialect)},
                          {"command", s.name},
                          {"rules", s.rules},
                          {"decided", s.decided},
                          {"meet", s.pairs},
                          {"traces", s.traces.size()}});
      tell(prose, "{:9} {:12} {:>6} {:>8} {:>6} {:>7}\n", word(dialect), s.name, s.rules, s.decided,
           s.pairs, s.traces.size());
    }
  }
  tell(prose,
       "{} rules; {} pairs of error rules: {} meet; in {} a third rule decides where both hold; {} "
       "cannot meet, proved for lists of any length; {} open\n",
       rules, all.pairs(), all.met, all.third, all.cannot, all.open);
  write_all_new(o.generate, suite);
  if (o.json) print_json("conform", {{"commands", document}});
  return whole ? kConforms : kDeviates;
}

// --- The suite is run

// The same numbers as in the report, which are those of the matrix.
void show(FILE* out, const Conformance& c) {
  auto answers = report::answers(report::matrix({&c, 1}), 0);
  using A = report::Answer;
  tell(out,
       "{}: {} operations in {} traces; of {} clauses {} hold, of {} the precedence differs, of {} "
       "the promise is broken{}; {} unsupported, {} not met{}\n",
       c.target, grouped(c.operations), grouped(c.traces),
       answers[A::holds] + answers[A::precedence] + answers[A::promise] + answers[A::code],
       answers[A::holds], answers[A::precedence], answers[A::promise],
       answers[A::code] ? fmt::format(", {} differ from code", answers[A::code]) : "",
       answers[A::unsupported], answers[A::not_met],
       answers[A::not_judged] ? fmt::format(", {} not judged", answers[A::not_judged]) : "");
  for (const auto& [why, traces] : c.not_run)
    tell(out, "  {} not run: it {}\n", grouped(traces), why);
  tell(out, "{}", lines_of_missing(out, c.known));
  for (const auto& [name, example] : c.deviations)
    if (!example.known.empty())
      tell(out, "{}", known_line(name, example.known, example.elsewhere, example.times));
}

void show_verdict(FILE* out, const Conformance& c) {
  tell(out, "  {}\n",
       verdict(out, {c.target, c.tally(), c.deviates() || !c.known.gone.empty(),
                     c.broke_off.empty() ? "" : "the target failed before the end"}));
}

void show_deviations(FILE* out, const Conformance& c) {
  for (const auto& [name, example] : c.deviations) {
    if (!example.known.empty()) continue;
    tell(out, "\n  {} {}: {} (in {} of them)\n", title(out, example.deviation), name,
         what_differs(example.deviation), example.times);
    if (example.security) tell(out, "  {}\n", kSecurityRelevant);
    tell(out, "{}{}\n", print(example.trace), explain(example.deviation, example.trace));
  }
}

// A line for each new deviation; the rest is in the report.
void point_to_deviations(FILE* out, const report::Report& report, const fs::path& directory) {
  const fs::path folder = directory / report::folders(report).back();
  for (const report::Evidence& e : report.columns.back().deviations)
    if (e.example.known.empty())
      tell(out, "  {} {}: observed {}, expected {}; {}; {}.trace\n",
           title(out, e.example.deviation), e.bucket, e.example.deviation.observed,
           e.example.deviation.expected, what_differs(e.example.deviation),
           (folder / std::to_string(e.number)).string());
}

Json json_of(const Conformance& c) {
  Json out{{"target", c.target},   {"traces", c.traces},        {"operations", c.operations},
           {"seconds", c.seconds}, {"not_run", Json::object()}, {"conforms", c.conforms()}};
  for (const auto& [why, traces] : c.not_run) out["not_run"][why] = traces;
  Json& clauses = out["clauses"] = Json::object();
  for (const auto& [name, r] : c.clauses)
    clauses[name] = {{"decided", r.decided},
                     {"precedence differs", r.precedence},
                     {"promise broken", r.promise},
                     {"differs from code", r.code}};
  Json& deviations = out["deviations"] = Json::array();
  for (const auto& [name, example] : c.deviations) {
    deviations.push_back(cli::json_of(example.deviation, example.trace));
    deviations.back()["traces"] = example.times;
    deviations.back()["known"] = example.known;
    deviations.back()["elsewhere"] = example.elsewhere;
    if (example.security) deviations.back()["security"] = true;
  }
  add_known(out, c.known, c.tally());
  out["verdict"] = report::verdict(c);
  return out;
}

// The command that makes the report again.
std::string command_of(const Options& o) {
  std::string out = "mprogcheck conform";
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) out += fmt::format(" {} {}", option, quoted(value));
  };
  for (const auto& target : o.targets) add("--target", target);
  for (const auto& suite : o.suites) add("--suite", suite);
  for (const auto& file : o.known) add("--known", file);
  if (o.strict) out += " --strict";
  add("--baseline", o.baseline);
  add("--date", o.date);
  add("--out", o.out);
  return out;
}

// One report over all targets. A target that could not run does not hide the findings of others.
int run_with_report(const Options& o, const std::vector<Trace>& suite,
                    const std::vector<Trace>& known,
                    const std::optional<report::Baseline>& baseline) {
  FILE* prose = o.json ? stderr : stdout;
  Json document = Json::array();
  bool deviates = false, complete = true;
  const std::atomic<bool>& interrupted = end_on_signals();
  ReportOptions r{
      o.targets, o.suites.empty() ? kOwnSuites : o.suites, o.known, command_of(o), o.date, o.out,
      o.strict};
  r.baseline = baseline;
  const report::Report whole = write_report(r, suite, known, [&](const report::Report& report) {
    const Conformance& c = report.columns.back().seen;
    // Ctrl-C ends guests too, and a guest that is gone shows no known deviation.
    deviates |= c.deviates() || (!c.known.gone.empty() && !interrupted);
    if (deviates && !baseline) note_deviation();
    complete &= c.broke_off.empty();
    if (c.traces) show(prose, c);
    if (!o.out.empty())
      point_to_deviations(prose, report, o.out);
    else
      show_deviations(prose, c);
    if (c.traces) show_verdict(prose, c);
    if (!c.broke_off.empty())
      tell(stderr, "mprogcheck: could not run: {}: {}\n", c.target, c.broke_off);
    document.push_back(json_of(c));
  });
  if (whole.against) show_difference(prose, *whole.against);
  if (!o.out.empty()) tell(prose, "the report: {}\n", (fs::path(o.out) / "report.html").string());
  if (interrupted) tell(stderr, "mprogcheck: could not run to the end: interrupted\n");
  Json json{{"targets", document}};
  if (whole.against) json["baseline"] = cli::json_of(*whole.against, o.strict);
  if (o.json) print_json("conform", json);
  // What was there before is accepted, and so is what is gone.
  if (whole.against) deviates = whole.against->deviates(o.strict);
  return deviates ? kDeviates : complete ? kConforms : kCannotRun;
}

// The suite, and the traces of known deviations, which are run on every target: without the
// program's own the clauses that they break must not seem to hold.
std::vector<Trace> suite_of(const Options& o) {
  std::vector<Trace> suite;
  std::vector<std::string> directories = o.suites;
  if (directories.empty())
    for (const std::string& own : kOwnSuites) directories.push_back(data_file(own).string());
  for (const auto& directory : directories) {
    unless_interrupted(directory);
    for (Trace& t : traces_in(directory)) suite.push_back(std::move(t));
  }
  if (!o.suites.empty() || !without_own(o.known)) return suite;
  for (Trace& t : own_known_deviations()) suite.push_back(std::move(t));
  return suite;
}

int run(const Options& o) {
  if (!o.generate.empty()) return generate(o);
  std::unique_ptr<ResultFolder> alone;
  if (!o.out.empty()) {
    alone = alone_in(o.out);
    need_empty(o.out);
  }
  std::optional<report::Baseline> baseline;
  if (!o.baseline.empty()) baseline = baseline_in(o.baseline, o.targets);
  end_on_signals();
  const std::vector<Trace> suite = suite_of(o), known = known_deviations(o.known);
  if (!o.out.empty() || baseline) return run_with_report(o, suite, known, baseline);
  FILE* prose = o.json ? stderr : stdout;
  Json document = Json::array();
  bool conforms = true;
  Progress progress;
  for (const std::string& name : o.targets) target_named(name);  // throws for unknown ones
  for (const std::string& name : o.targets) {
    const auto target = target_named(name)();
    Conformance c =
        conform(*target, suite, known, [&](const std::string& text) { progress(text); });
    c.strict = o.strict;
    progress.clear();
    if (!c.broke_off.empty()) throw CannotRun(c.broke_off);
    if (c.traces == 0) throw CannotRun(fmt::format("{} can run no trace of the suite", name));
    conforms &= c.conforms();
    show(prose, c);
    show_deviations(prose, c);
    show_verdict(prose, c);
    document.push_back(json_of(c));
  }
  if (o.json) print_json("conform", {{"targets", document}});
  return conforms ? kConforms : kDeviates;
}

}  // namespace

void add_conform(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb =
      program.verb("conform",
                   "Run the directed suite: every clause, every two clauses that can meet, and a "
                   "tour of a small world");
  auto generate =
      verb.text("--generate DIR", o->generate, "Write the suite to DIR instead, by solver")
          .check(named("a directory"));
  verb.targets(o->targets,
               "impl (default), impl:FAULT, kernel, kmod, kmod:FAULT, vm:KERNEL or tree:TREE; for "
               "a report in "
               "the order of their releases")
      .excludes(generate);
  verb.texts("--suite DIR", o->suites,
             "Run the traces in DIR (default: traces/clauses and traces/suite, as installed)")
      .excludes(generate);
  verb.known(o->known).excludes(generate);
  verb.strict(o->strict).excludes(generate);
  auto out = verb.out_dir(o->out,
                          "Write one report over all targets to the new directory DIR: HTML, "
                          "Markdown, JSON and JUnit XML, and each deviation as a trace and a C "
                          "program")
                 .excludes(generate);
  verb.text("--date DATE", o->date,
            "Put a date into the report, such as 2026-01-31 (default: none)")
      .needs(out)
      .check(iso_date());
  verb.text("--baseline FILE", o->baseline,
            "Compare with an earlier report.json: say what is new, gone and changed; the status is "
            "1 only for what is new and not known")
      .excludes(generate)
      .check(named("a file"));
  verb.json(o->json);
  verb.example("mprogcheck conform", "Runs the suite on our own implementation.");
  verb.example("mprogcheck conform --target vm:6.12 --target vm:7.3-rc --out report",
               "Compares two kernels in one report.");
  verb.example("mprogcheck conform --target vm:7.3-rc --baseline report/report.json",
               "Fails for what an earlier report does not have.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli

// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/conform_report.hpp"

#include <fmt/format.h>

#include <set>

#include "props/cli/about.hpp"
#include "props/cli/cli.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

namespace fs = std::filesystem;

// Most runs to minimise one trace. On kernels that is about half a minute; `minimize` can continue.
constexpr std::size_t kMostRuns = 5000, kMostRunsOfKernels = 250;

// The report takes the place of the one before; of a column there is only one.
void write_forms(const report::Report& report, const fs::path& out) {
  need_writable(out);
  for (const auto& [name, text] : report::forms(report)) write_over(out / name, text);
}

void write_last(const report::Report& report, const fs::path& out) {
  const fs::path folder = out / report::folders(report).back();
  for (const report::Evidence& evidence : report.columns.back().deviations) {
    need_writable(folder);
    const std::string file = (folder / std::to_string(evidence.number)).string();
    write_new(file + ".trace", report::trace_file(evidence, report.columns.back().seen.target));
    if (!evidence.program.empty()) write_new(file + ".c", evidence.program);
  }
}

Json json_of(const std::vector<report::Noted>& all) {
  Json out = Json::array();
  for (const report::Noted& n : all)
    out.push_back({{"bucket", n.bucket}, {"grade", n.grade}, {"observed", n.observed}});
  return out;
}

}  // namespace

void need_empty(const std::string& directory) {
  need_usable(directory);
  std::error_code error;
  const bool is_used = fs::exists(directory, error) && !fs::is_empty(directory, error);
  if (error) throw BadInput(fmt::format("{}: cannot be read: {}", directory, error.message()));
  if (is_used)
    throw BadInput(
        fmt::format("{}: exists and is not empty; name another directory with --out", directory));
}

report::Baseline baseline_in(const std::string& file, const std::vector<std::string>& targets) {
  try {
    report::Baseline before = report::parse_baseline(file, content(file));
    report::need_comparable(before, targets);
    return before;
  } catch (const report::BadBaseline& e) {
    throw BadInput(e.what());
  }
}

report::Report write_report(const ReportOptions& o, const std::vector<Trace>& suite,
                            const std::vector<Trace>& known,
                            const std::function<void(const report::Report&)>& each) {
  std::set<std::string> names;
  std::vector<TargetFactory> factories;
  for (const std::string& name : o.targets) {
    if (!names.insert(name).second)
      throw BadInput(
          fmt::format("--target {} is given twice; a report has one column per target", name));
    factories.push_back(target_named(name));
  }
  report::Report report{
      version(), o.command, o.date, {}, o.suites, o.known, suite.size() + known.size(), {}, {}};
  Progress progress;
  const auto say = [&](const std::string& text) { progress(text); };
  Compiler compiler;
  std::size_t number = 1;
  std::string unwritten;
  for (std::size_t i = 0; i < factories.size(); ++i) {
    report::Column& column = report.columns.emplace_back();
    column.seen.target = o.targets[i];
    try {
      unless_interrupted();
      const auto target = factories[i]();
      column.description = target->describe();
      column.seen = conform(*target, suite, known, say);
      column.seen.strict = o.strict;
      if (column.seen.traces == 0 && column.seen.broke_off.empty())
        column.seen.broke_off = "it can run no trace of the suite";
      column.deviations = report::gather_evidence(
          *target, column.seen, number, compiler,
          target->stepper() ? kMostRuns : kMostRunsOfKernels, version(), say);
      number += column.deviations.size();
    } catch (const CannotRun& e) {
      column.seen.broke_off = e.what();
    }
    progress.clear();
    // What is printed is on disk. What cannot be written is told, and the targets go on.
    const auto attempt = [&](const auto& write) {
      if (!o.out.empty()) try {
          write(report, o.out);
        } catch (const BadInput& e) {
          tell(stderr, "mprogcheck: {}\n", e.what());
          unwritten = e.what();
        }
    };
    attempt(write_last);
    attempt(write_forms);
    each(report);
  }
  if (o.baseline) report.against = report::difference(*o.baseline, report);
  if (!o.out.empty() && o.baseline) write_forms(report, o.out);
  if (!unwritten.empty()) throw BadInput(unwritten);
  return report;
}

void show_difference(FILE* out, const report::Difference& all) {
  if (!all.note.empty()) tell(out, "against {}: {}\n", all.before.file, all.note);
  for (const report::TargetDifference& d : all.targets) {
    tell(out, "{} against {}{}: {}\n", d.target, d.against == d.target ? "" : d.against + " of ",
         all.before.file, report::text(d));
    for (const report::Noted& n : d.news)
      tell(out, "  new: {} ({}): observed {}\n", n.bucket, n.grade, n.observed);
    for (const report::Noted& n : d.gone) tell(out, "  gone: {} (was {})\n", n.bucket, n.grade);
    for (const report::Changed& c : d.changed)
      tell(out, "  changed: {} (was {}, is {}): observed {}, now {}\n", c.now.bucket,
           c.before.grade, c.now.grade, c.before.observed, c.now.observed);
  }
}

Json json_of(const report::Difference& all, bool strict) {
  Json targets = Json::array();
  for (const report::TargetDifference& d : all.targets) {
    Json changed = Json::array();
    for (const report::Changed& c : d.changed)
      changed.push_back({{"bucket", c.now.bucket},
                         {"before", json_of({c.before}).back()},
                         {"now", json_of({c.now}).back()}});
    targets.push_back({{"target", d.target},
                       {"against", d.against},
                       {"complete", d.complete},
                       {"new", json_of(d.news)},
                       {"gone", json_of(d.gone)},
                       {"changed", changed},
                       {"same", d.same}});
  }
  return {{"file", all.before.file},
          {"version", all.before.version},
          {"note", all.note.empty() ? Json() : Json(all.note)},
          {"deviates", all.deviates(strict)},
          {"targets", targets}};
}

std::string quoted(const std::string& argument) {
  const bool plain =
      !argument.empty() && argument.find_first_not_of(
                               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_-./:=+,@%") == std::string::npos;
  if (plain) return argument;
  std::string out = "'";
  for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace mprogcheck::cli

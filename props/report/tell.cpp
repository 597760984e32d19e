// SPDX-License-Identifier: GPL-2.0-only
// From the first trace that shows a deviation to what a maintainer can act on.
#include "model/text.hpp"
#include "props/minimize.hpp"
#include "props/report/report.hpp"
#include "props/repro/repro.hpp"

namespace mprogcheck::report {
namespace {

// Somebody has made this one minimal before; on a kernel a long list takes minutes to cut down.
void take_kept(Told& told) {
  auto& [deviation, trace] = *told.example.kept;
  told.example.deviation = deviation;
  told.example.trace = trace;
  told.example.trace.operations.resize(deviation.step + 1);
  told.example.trace.comments.clear();
  told.example.trace.preface.clear();
}

// What a C reproducer ends with where the kernel deviates.
constexpr int kShown = 1;

void make_smaller(Target& target, Told& told, const MinimizeOptions& how) {
  told.minimal = false;
  Minimal least;
  try {
    least = minimize(target, told.example.trace, told.bucket, how);
  } catch (const std::invalid_argument&) {
    return;  // the target did so only once; then the trace stays as it was seen
  }
  told.example.trace = std::move(least.trace);
  told.example.deviation = std::move(least.deviation);
  told.minimal = least.finished;
}

void write_program(Told& told) {
  const std::string& headline = told.example.known.empty() ? told.bucket : told.example.known;
  try {
    told.program = reproduce(told.example.trace, ReproFormat::c, headline);
  } catch (const std::invalid_argument& e) {
    told.confirmation = Confirmation::no_program;
    told.said = e.what();
  }
}

void confirm(Target& target, Compiler& compiler, Told& told) {
  const Compiled compiled = compiler.compile(told.program);
  if (compiled.executable.empty()) {
    told.confirmation = Confirmation::not_compiled;
    told.said = compiled.said;
    return;
  }
  const auto ran = target.run_program(compiled.executable);
  if (!ran) {
    told.confirmation = Confirmation::no_programs;
    return;
  }
  const bool shown = ran->status == kShown && ran->output.find("DEVIATION") != std::string::npos;
  told.confirmation = shown ? Confirmation::confirmed : Confirmation::not_confirmed;
  if (!shown) told.said = ran->output + "exit status " + std::to_string(ran->status) + "\n";
}

}  // namespace

std::string_view word(Confirmation confirmation) {
  switch (confirmation) {
    case Confirmation::confirmed:
      return "confirmed";
    case Confirmation::not_confirmed:
      return "not confirmed";
    case Confirmation::not_compiled:
      return "could not be compiled here";
    case Confirmation::no_programs:
      return "target runs no programs";
    case Confirmation::no_program:
      return "no C program for such a trace";
    case Confirmation::target_failed:
      return "target failed before it could be seen";
  }
  return "?";
}

std::vector<Told> tell(Target& target, const Conformance& seen, std::size_t first_number,
                       Compiler& compiler, std::size_t most_runs,
                       const std::function<void(const std::string&)>& progress) {
  std::vector<Told> all;
  bool runs_programs = true;
  std::string failed = seen.broke_off;
  for (const auto& [bucket, example] : seen.deviations) {
    Told& told = all.emplace_back();
    told.number = first_number + all.size() - 1;
    told.bucket = bucket;
    told.example = example;
    MinimizeOptions how;
    how.most_runs = most_runs;
    how.progress = [&](std::size_t left) {
      if (progress)
        progress(seen.target + ": deviation " + std::to_string(all.size()) + " of " +
                 std::to_string(seen.deviations.size()) + ", " + std::to_string(left) +
                 " operations left");
    };
    try {
      if (example.kept)
        take_kept(told);
      else if (failed.empty())
        make_smaller(target, told, how);
      write_program(told);
      if (told.program.empty()) continue;
      if (failed.empty() && runs_programs) confirm(target, compiler, told);
      if (!runs_programs) told.confirmation = Confirmation::no_programs;
      runs_programs &= told.confirmation != Confirmation::no_programs;
    } catch (const CannotRun& e) {
      failed = e.what();
      if (told.program.empty()) write_program(told);
    }
    if (failed.empty() || told.program.empty()) continue;
    told.minimal = example.kept.has_value();
    told.confirmation = Confirmation::target_failed;
    told.said = failed;
  }
  return all;
}

std::string trace_file(const Told& told, const std::string& target) {
  Trace trace = told.example.trace;
  const Deviation& d = told.example.deviation;
  annotate(trace);
  trace.reason = told.example.known;
  if (!trace.reason.empty()) trace.target = target;
  trace.preface = {told.bucket, "step " + std::to_string(d.step + 1) + ": expected " + d.expected +
                                    ", observed " + d.observed};
  return print(trace);
}

}  // namespace mprogcheck::report

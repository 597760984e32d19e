// SPDX-License-Identifier: GPL-2.0-only
// From the first trace that shows a deviation to a minimal one with a C program, which is run on
// the target.
#include "model/words/text.hpp"
#include "props/report/report.hpp"
#include "props/repro/repro.hpp"
#include "props/search/minimize.hpp"

namespace mprogcheck::report {
namespace {

// The trace of a known deviation is minimal already; on a kernel, minimising a long list takes
// minutes.
void take_kept(Evidence& evidence) {
  auto& [deviation, trace] = *evidence.example.kept;
  evidence.example.deviation = deviation;
  evidence.example.trace = trace;
  evidence.example.trace.operations.resize(deviation.step + 1);
  evidence.example.trace.comments.clear();
  evidence.example.trace.preface.clear();
}

// The exit status of a C reproducer on a kernel that deviates.
constexpr int kShown = 1;

void make_smaller(Target& target, Evidence& evidence, const MinimizeOptions& how) {
  evidence.minimal = false;
  Minimal least;
  try {
    least = minimize(target, evidence.example.trace, evidence.bucket, how);
  } catch (const std::invalid_argument&) {
    return;  // the target did so only once; the trace stays as it was seen
  }
  evidence.example.trace = std::move(least.trace);
  evidence.example.deviation = std::move(least.deviation);
  evidence.minimal = least.finished;
}

void write_program(Evidence& evidence) {
  const std::string& what =
      evidence.example.known.empty() ? evidence.bucket : evidence.example.known;
  try {
    evidence.program = reproduce(evidence.example.trace, ReproFormat::c,
                                 headline(what, evidence.example.deviation));
  } catch (const std::invalid_argument& e) {
    evidence.confirmation = Confirmation::no_program;
    evidence.said = e.what();
  }
}

std::string ending(const ProgramResult& ran) {
  if (ran.harm != Harm::none) return describe(ran.harm) + "\n";
  return "exit status " + std::to_string(ran.status) + "\n";
}

void confirm(Target& target, Compiler& compiler, Evidence& evidence) {
  const Compiled compiled = compiler.compile(evidence.program);
  if (compiled.executable.empty()) {
    evidence.confirmation = Confirmation::not_compiled;
    evidence.said = compiled.said;
    return;
  }
  const auto ran = target.run_program(compiled.executable);
  if (!ran) {
    evidence.confirmation = Confirmation::no_programs;
    return;
  }
  // On a kernel that is harmed, the program does not get to print that it deviates.
  const bool harmful = evidence.example.deviation.aspect == Aspect::harm;
  const bool says_so = ran->status == kShown && ran->output.find("DEVIATION") != std::string::npos;
  const bool shown = harmful ? ran->harm != Harm::none : ran->harm == Harm::none && says_so;
  evidence.confirmation = shown ? Confirmation::confirmed : Confirmation::not_confirmed;
  if (!shown) evidence.said = ran->output + ending(*ran);
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
      return "target failed before the program ran";
  }
  return "?";
}

std::vector<Evidence> gather_evidence(Target& target, const Conformance& seen,
                                      std::size_t first_number, Compiler& compiler,
                                      std::size_t most_runs,
                                      const std::function<void(const std::string&)>& progress) {
  std::vector<Evidence> all;
  bool runs_programs = true;
  std::string failed = seen.broke_off;
  for (const auto& [bucket, example] : seen.deviations) {
    Evidence& evidence = all.emplace_back();
    evidence.number = first_number + all.size() - 1;
    evidence.bucket = bucket;
    evidence.example = example;
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
        take_kept(evidence);
      else if (failed.empty())
        make_smaller(target, evidence, how);
      write_program(evidence);
      if (evidence.program.empty()) continue;
      if (failed.empty() && runs_programs) confirm(target, compiler, evidence);
      if (!runs_programs) evidence.confirmation = Confirmation::no_programs;
      runs_programs &= evidence.confirmation != Confirmation::no_programs;
    } catch (const CannotRun& e) {
      failed = e.what();
      if (evidence.program.empty()) write_program(evidence);
    }
    if (failed.empty() || evidence.program.empty()) continue;
    evidence.minimal = example.kept.has_value();
    evidence.confirmation = Confirmation::target_failed;
    evidence.said = failed;
  }
  return all;
}

std::string trace_file(const Evidence& evidence, const std::string& target) {
  Trace trace = evidence.example.trace;
  const Deviation& d = evidence.example.deviation;
  annotate(trace);
  trace.bucket = evidence.bucket;
  trace.reason = evidence.example.known;
  // A known one keeps its releases.
  trace.target = trace.reason.empty() || !trace.releases.empty() ? "" : target;
  trace.preface = {evidence.bucket, "step " + std::to_string(d.step + 1) + ": expected " +
                                        d.expected + ", observed " + d.observed};
  return print(trace);
}

}  // namespace mprogcheck::report

// SPDX-License-Identifier: GPL-2.0-only
// mprogcheck prove: the ordering obligations, for lists of any length.
#include "proofs/prove.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "impl/inprocess/inprocess.hpp"
#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/cli/cli.hpp"
#include "props/cli/report.hpp"
#include "props/search/interrupt.hpp"

namespace mprogcheck::cli {
namespace {

using proofs::BreakResult;
using proofs::Counterexample;
using proofs::ProofResult;

struct Options {
  proofs::ProveOptions prove;
  std::string dialect, smtlib, out;
  bool json = false;
};

// How our implementation answers the trace of a counterexample.
std::string on_impl(const Counterexample& c) {
  if (!c.encoding_error.empty()) return "the encoding is wrong: " + c.encoding_error;
  if (!c.unreachable.empty()) return "not reachable from the empty list: " + c.unreachable;
  const auto where = std::find_if(c.trace.operations.begin(), c.trace.operations.end(),
                                  [](const Operation& op) { return op.hazardous(); });
  InProcess impl;
  std::vector<std::vector<Observation>> seen;
  impl.run(std::span(&c.trace, 1), seen);
  const bool conforms = check(c.trace, seen[0]).conforms();
  return std::string(conforms ? "impl answers as the rules say"
                              : "impl does not answer as the rules say") +
         (where == c.trace.operations.end() ? "" : " (hazardous: not for kernels)");
}

void show(FILE* out, const ProofResult& r) {
  // Padded first: colours have no width.
  const std::string verdict = fmt::format("{:9}", word(r.outcome));
  tell(out, "{:14} {:9} {} {:7.2f} s  {}\n", r.obligation, word(r.dialect),
       r.outcome == proofs::Outcome::proved ? good(out, verdict) : bad(out, verdict), r.seconds,
       r.sentence);
  if (!r.detail.empty()) tell(out, "    {} at {}\n", word(r.outcome), r.detail);
  if (r.counterexample)
    tell(out, "{}    {}\n", print(r.counterexample->trace), on_impl(*r.counterexample));
  for (const BreakResult& b : r.breaks) {
    tell(out, "    {} if {} ({}{}{})\n",
         b.outcome == proofs::Outcome::refuted ? "refuted " : bad(out, "MISSED  "), b.words,
         b.command, b.clause.empty() ? "" : " ", b.clause);
    if (b.shown && !b.shown->encoding_error.empty())
      tell(out, "    ENCODING ERROR: {}\n", b.shown->encoding_error);
  }
}

Json json_of(const Counterexample& c) {
  return {{"rule", c.rule},
          {"outcome", c.outcome},
          {"trace", c.unreachable.empty() ? print(c.trace) : ""},
          {"unreachable", c.unreachable},
          {"encoding_error", c.encoding_error},
          {"impl", on_impl(c)}};
}

Json json_of(const ProofResult& r) {
  Json one{{"obligation", r.obligation}, {"sentence", r.sentence}, {"dialect", word(r.dialect)},
           {"verdict", word(r.outcome)}, {"detail", r.detail},     {"queries", r.queries},
           {"seconds", r.seconds},       {"breaks", Json::array()}};
  if (r.counterexample) one["counterexample"] = json_of(*r.counterexample);
  for (const BreakResult& b : r.breaks) {
    Json broken{{"if", b.words},
                {"command", b.command},
                {"clause", b.clause},
                {"verdict", word(b.outcome)}};
    if (b.shown) broken["counterexample"] = json_of(*b.shown);
    one["breaks"].push_back(std::move(broken));
  }
  return one;
}

// The counterexamples of the broken rules, as traces.
void write_traces(const std::filesystem::path& directory, const ProofResult& r) {
  for (std::size_t i = 0; i < r.breaks.size(); ++i) {
    const BreakResult& b = r.breaks[i];
    if (!b.shown || !b.shown->unreachable.empty()) continue;
    Trace trace = b.shown->trace;
    trace.preface = {r.sentence, fmt::format("Would not hold if {}.", b.words),
                     fmt::format("Broken so, {} decides the last request: {}.", b.shown->rule,
                                 b.shown->outcome)};
    write_new(directory / fmt::format("{}.{}.{}.trace", r.obligation, word(r.dialect), i + 1),
              print(trace));
  }
}

int run(Options& o) {
  FILE* prose = o.json ? stderr : stdout;
  if (!o.dialect.empty()) o.prove.dialect = dialect_from(o.dialect);
  if (const auto why = why_nothing(o.prove); !why.empty()) throw BadInput(why);
  if (!o.smtlib.empty()) {
    need_writable(o.smtlib);
    o.prove.smtlib = [&](const std::string& name, const std::string& text) {
      write_new(std::filesystem::path(o.smtlib) / name, text);
    };
  }
  if (!o.out.empty()) need_writable(o.out);
  Progress progress;
  o.prove.progress = [&](const std::string& text) { progress("proving " + text); };
  o.prove.stop = &end_on_signals();
  std::size_t proved = 0, failed = 0, breaks = 0, missed = 0;
  double seconds = 0;
  Json document = Json::array();
  prove(o.prove, [&](const ProofResult& r) {
    progress.clear();
    show(prose, r);
    ++(r.outcome == proofs::Outcome::proved ? proved : failed);
    seconds += r.seconds;
    for (const BreakResult& b : r.breaks) {
      ++breaks;
      missed += b.outcome != proofs::Outcome::refuted || !b.shown->encoding_error.empty();
    }
    document.push_back(json_of(r));
    if (!o.out.empty()) write_traces(o.out, r);
  });
  progress.clear();
  tell(prose, "{} proved for {}, {} not; {} of {} broken rules refuted; {:.1f} s\n", proved,
       o.prove.written_out ? fmt::format("{} slots written out", o.prove.written_out)
                           : "lists of any length",
       failed, breaks - missed, breaks, seconds);
  unless_interrupted();
  if (o.json) print_json("prove", {{"obligations", document}});
  return failed || missed ? kDeviates : kConforms;
}

}  // namespace

void add_prove(Program& program) {
  auto o = std::make_shared<Options>();
  Command verb = program.verb(
      "prove", "Prove what every list keeps, for lists of any length, over the rules that run");
  verb.note(
      "Each obligation is also tried with broken rules, and must be refuted with each of them.");
  verb.dialect(o->dialect, "both");
  verb.text("--obligation NAME", o->prove.obligation, "Prove one obligation (default: all)")
      .among(proofs::obligation_names());
  verb.number("--written-out N", o->prove.written_out, {1, 63},
              fmt::format("Prove the core obligations ({}) over lists of N slots, 1 to 63, as bit "
                          "vectors; no rule is broken",
                          fmt::join(proofs::core_names(), ", ")));
  verb.text("--smtlib DIR", o->smtlib, "Write each query to DIR, for another solver");
  verb.out_dir(o->out, "Write the counterexamples of the broken rules to DIR, as traces");
  verb.json(o->json);
  verb.example("mprogcheck prove --obligation revision", "Proves one obligation in both dialects.");
  verb.action([o] { return run(*o); });
}

}  // namespace mprogcheck::cli

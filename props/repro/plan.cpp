// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "model/words/plain_text.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck::repro {
namespace {

void add_once(std::vector<Errno>& errors, Errno e) {
  if (std::find(errors.begin(), errors.end(), e) == errors.end()) errors.push_back(e);
}

// The list a step is judged by: World::concerns leaves out queries, which change nothing.
std::optional<Point> judged_by(const World& world, const Operation& op) {
  return has_trait(op.verb, Trait::tells_list) ? world.located(op.point, op.space)
                                               : world.concerns(op);
}

void add_other_errors(Step& step, const Decision& decision, Dialect dialect) {
  const auto clauses = clauses_of(dialect, step.op.verb);
  step.clause = clauses[decision.rule];
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    const Clause& clause = clauses[i];
    if (!(decision.met >> i & 1) || clause.error == decision.error) continue;
    if (clause.force == Force::effect) continue;
    // Which of two errors wins is open unless the order of both is documented.
    const bool open = clause.force == Force::may || !(clause.ordered && step.clause.ordered);
    add_once(open ? step.permitted : step.also_due, clause.error);
  }
  step.any_error = step.clause.any_error;
  if (step.any_error) {
    step.permitted.clear();
    step.also_due.clear();
  }
  // An error that is left open anyway is no breach at all.
  std::erase_if(step.also_due, [&](Errno e) {
    return std::find(step.permitted.begin(), step.permitted.end(), e) != step.permitted.end();
  });
}

}  // namespace

std::vector<Step> plan(const Trace& trace) {
  std::vector<Step> steps;
  World world;
  world.reset(trace.header);
  Prediction prediction;
  for (const Operation& op : trace.operations) {
    Step step;
    step.number = steps.size() + 1;
    step.op = op;
    step.where = judged_by(world, op);
    if (step.where) {
      world.chain(*step.where)->list(step.before);
      step.revision = step.before.revision;
    }
    step.header_devices = trace.header.devices;
    for (std::uint8_t d = 0; d < kMaxDevices; ++d) step.devices[d] = world.view(d);
    for (std::uint8_t n = 0; n < kMaxSpaces; ++n) step.space_there[n] = world.space_there(n);
    world.step(op, prediction);
    step.must = prediction.observation;
    step.changes = step.where && prediction.decision.change != Change::none;
    add_other_errors(step, prediction.decision, trace.header.dialect);
    if (step.where) step.revision_after = world.chain(*step.where)->revision();
    steps.push_back(std::move(step));
  }
  return steps;
}

void require_kernel_trace(const Trace& trace) {
  const Header& h = trace.header;
  if (!h.dialect->in_kernels)
    throw std::invalid_argument(
        "dialect rfc2 was never merged: no kernel has it to reproduce this on; use --format trace");
  if (h.capacity != kMaxCapacity)
    throw std::invalid_argument(
        fmt::format("this trace has lists of {} entries; a kernel's hold {} and nothing else; "
                    "use --format trace",
                    h.capacity, kMaxCapacity));
  if (h.revision != 1)
    throw std::invalid_argument(
        fmt::format("this trace begins at revision {}; a kernel's lists begin at 1; "
                    "use --format trace",
                    h.revision));
  if (const auto bad = complaint(trace))
    throw std::invalid_argument(
        fmt::format("operation {} makes no sense: {}", bad->first + 1, bad->second.text));
}

bool is_hazardous(const Trace& trace) {
  return std::any_of(trace.operations.begin(), trace.operations.end(),
                     [](const Operation& op) { return op.hazardous(); });
}

void cannot_express(const Step& step, std::string_view format, std::string_view why) {
  throw std::invalid_argument(fmt::format("step {}, '{}', cannot be written for {}: {}",
                                          step.number, print(step.op), format, why));
}

std::string program_name(Prog p) {
  return fmt::format("p{}", p.raw);
}
std::string link_name(Link l) {
  return fmt::format("l{}", l.raw);
}

bool is_left_open(const Step& step) {
  return step.must.error == Errno::ok && !step.permitted.empty() &&
         !has_trait(step.op.verb, Trait::tells_list);
}

bool is_revision_it_had(const Step& step) {
  return step.where && step.op.revision != 0 && step.op.revision <= step.revision;
}

bool has_answer(const Step& step) {
  return has_trait(step.op.verb, Trait::tells_list) && step.where &&
         (step.must.error == Errno::ok || step.must.error == Errno::nospc);
}

bool tells_link(const Step& step) {
  return has_trait(step.op.verb, Trait::tells_link) && step.must.error == Errno::ok;
}

bool is_asked(const Step& create) {
  return create.clause.id != "create.space_gone" && create.clause.id != "create.twice";
}

std::string source_of(const Clause& clause) {
  const Source& source = clause.source;
  return std::string(word(source.basis)) +
         (source.count ? ": " + text(source.references()[0]) : "");
}

std::string provenance(const ReproOrigin& origin) {
  std::string out;
  if (!origin.kernel.empty()) out += fmt::format("Seen on {}. ", origin.kernel);
  if (origin.seed) out += fmt::format("Seed {}. ", *origin.seed);
  out += "Written by mprogcheck";
  return out + (origin.version.empty() ? "" : " " + origin.version) + ".";
}

std::string foreign_name(Foreign type) {
  return fmt::format("{}_link", words::name(words::kForeigns, type));
}

std::string one_line(std::string_view text) {
  std::string out = plain_text(text);
  for (char& c : out)
    if (c == '\n' || c == '\t') c = ' ';
  return out;
}

std::string for_c_comment(std::string_view text) {
  std::string out;
  for (const char c : one_line(text)) {
    const char last = out.empty() ? ' ' : out.back();
    if ((last == '*' && c == '/') || (last == '/' && c == '*') || (last == '?' && c == '?'))
      out += ' ';
    out += c;
  }
  return out;
}

std::string wrapped(std::string_view text, std::string_view indent, std::size_t width) {
  std::string out(indent);
  std::size_t column = indent.size();
  bool begun = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    if (begun && column + 1 + one.size() > width) {
      out += '\n';
      out += indent;
      column = indent.size();
      begun = false;
    }
    if (begun) out += ' ';
    out += one;
    column += one.size() + (begun ? 1 : 0);
    begun = true;
  }
  return out + "\n";
}

}  // namespace mprogcheck::repro

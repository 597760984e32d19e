// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/mail.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/repro/narrow.hpp"
#include "props/repro/plan.hpp"

namespace mprogcheck {
namespace {

constexpr std::size_t kColumns = 74;

// "step 2: expected ERANGE, observed ok".
struct Shows {
  std::size_t step = 0;
  std::string expected, observed;
};
std::optional<Shows> shows_in(const std::string& line, std::size_t steps) {
  constexpr std::string_view kStep = "step ", kExpected = ": expected ", kObserved = ", observed ";
  if (!line.starts_with(kStep)) return std::nullopt;
  Shows out;
  const char* const end = line.data() + line.size();
  const auto [rest, bad] = std::from_chars(line.data() + kStep.size(), end, out.step);
  const std::size_t at = static_cast<std::size_t>(rest - line.data());
  const std::size_t observed = line.find(kObserved, at);
  if (bad != std::errc{} || out.step < 1 || out.step > steps || observed == line.npos ||
      line.compare(at, kExpected.size(), kExpected) != 0)
    return std::nullopt;
  const std::size_t expected = at + kExpected.size();
  out.expected = repro::one_line(line.substr(expected, observed - expected));
  out.observed = repro::one_line(line.substr(observed + kObserved.size()));
  return out;
}

Shows shown_by(const Trace& trace) {
  for (const std::string& line : trace.preface)
    if (const auto shows = shows_in(line, trace.operations.size())) return *shows;
  return {trace.operations.size(), {}, {}};
}

std::string paragraph(std::string_view text) {
  return repro::wrapped(text, "", kColumns - 2) + "\n";
}

// One for each line; the next ones of a header begin with a blank.
std::string header(std::string_view name, const std::vector<std::string>& addresses) {
  if (addresses.empty()) return {};
  return fmt::format("{}: {}\n", name, fmt::join(addresses, ",\n "));
}

}  // namespace

std::vector<std::string> files_concerned(const Trace& trace) {
  const auto steps = repro::plan(trace);
  std::vector<std::string> out{"kernel/bpf/mprog.c"};
  const auto add = [&](std::string file) {
    if (std::find(out.begin(), out.end(), file) == out.end()) out.push_back(std::move(file));
  };
  for (const repro::Step& s : steps)
    if (s.where)
      add(s.where->hook == Hook::primary || s.where->hook == Hook::peer ? "drivers/net/netkit.c"
                                                                        : "kernel/bpf/tcx.c");
  const std::size_t step = shown_by(trace).step;
  for (const Reference& r : steps.at(step - 1).clause.source.references())
    if (r.kind == Reference::Kind::file) add(std::string(r.place));
  return out;
}

std::string write_mail(const Trace& trace, const MailFacts& facts, const ReproOrigin& origin) {
  if (trace.operations.empty()) throw std::invalid_argument("the trace has no operations");
  repro::require_kernel_trace(trace);
  const Shows shows = shown_by(trace);
  const repro::Step step = repro::plan(trace).at(shows.step - 1);
  const std::string request = print(step.op);
  const std::string on = facts.on.empty() ? "a kernel" : repro::one_line(facts.on);
  std::string subject = fmt::format("[BUG] bpf_mprog: {}", request);
  if (!shows.observed.empty())
    subject += fmt::format(": {}, not {}", shows.observed, shows.expected);
  constexpr std::string_view kName = "Subject: ";
  if (subject.size() + kName.size() > kColumns)
    subject = subject.substr(0, kColumns - kName.size() - 3) + "...";

  std::string out = header("To", facts.to) + header("Cc", facts.cc);
  out += fmt::format("{}{}\n\nHello,\n\n", kName, subject);
  out += paragraph(
      shows.observed.empty()
          ? fmt::format("{} answers the last step of the requests below otherwise than it should.",
                        on)
          : fmt::format("What happens: on {} step {} of the requests below, '{}', gives {}.", on,
                        shows.step, request, shows.observed));
  out += paragraph(fmt::format(
      "What was expected: {}{} ({}; {})", shows.expected.empty() ? "" : shows.expected + ". ",
      step.clause.sentence, step.clause.id, repro::source_of(step.clause)));
  if (!facts.kernels.empty()) out += paragraph("Kernels: " + repro::one_line(facts.kernels) + ".");

  Trace bare = trace;
  bare.preface.clear();
  annotate(bare);
  out += "The requests, and what each should give:\n\n";
  const std::string text = print(bare);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    out += line.size() + 4 <= kColumns ? (line.empty() ? "\n" : "    " + line + "\n")
                                       : repro::wrapped(line, "    ", kColumns - 2);
    begin = end + 1;
  }
  try {
    const std::string program = reproduce(trace, ReproFormat::c, {}, origin);
    out += "\nThe same as a program (cc -o repro repro.c -lbpf; as root):\n\n" +
           repro::narrow_c(program, kColumns);
  } catch (const std::invalid_argument& e) {
    out += "\n" + paragraph(fmt::format("There is no C program: {}.", e.what()));
  }
  if (!facts.fixes.empty()) out += "\nFixes: " + repro::one_line(facts.fixes) + "\n";
  return out;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/repro.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/repro/plan.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck {
namespace {

constexpr std::pair<std::string_view, ReproFormat> kFormats[] = {
    {"c", ReproFormat::c},
    {"selftest", ReproFormat::selftest},
    {"bpftool", ReproFormat::bpftool},
    {"trace", ReproFormat::trace},
};

// The text form has every dialect and any header, so nothing is refused here.
std::string annotated(Trace trace, std::string_view headline) {
  annotate(trace);
  // Comments of the text form are lines, so a headline must be one.
  const std::string line = repro::one_line(headline);
  const bool there = line == trace.reason || std::find(trace.preface.begin(), trace.preface.end(),
                                                       line) != trace.preface.end();
  if (!line.empty() && !there) trace.preface.insert(trace.preface.begin(), line);
  return print(trace);
}

// Only a C program warns of what it does, and asks before it runs.
void require_harmless(const Trace& trace) {
  for (std::size_t i = 0; i < trace.operations.size(); ++i)
    if (const Operation& op = trace.operations[i];
        op.hazardous() && !has_trait(op.verb, Trait::provokes))
      throw std::invalid_argument(fmt::format(
          "step {}, '{}', may crash the kernel it runs on, and this format cannot ask before it "
          "runs; use --format c",
          i + 1, print(op)));
}

}  // namespace

std::string reproduce(const Trace& trace, ReproFormat format, std::string_view headline,
                      const ReproOrigin& origin) {
  if (headline.empty()) headline = trace.reason;
  if (format == ReproFormat::trace) return annotated(trace, headline);
  repro::require_kernel_trace(trace);
  if (format == ReproFormat::c) return repro::write_c(trace, headline, origin);
  require_harmless(trace);
  if (format == ReproFormat::selftest) return repro::write_selftest(trace, headline, origin);
  return repro::write_bpftool(trace, headline);
}

std::optional<ReproFormat> repro_format_from(std::string_view word) {
  for (const auto& [name, format] : kFormats)
    if (name == word) return format;
  return std::nullopt;
}

std::string_view word(ReproFormat format) {
  for (const auto& [name, value] : kFormats)
    if (value == format) return name;
  return "?";
}

}  // namespace mprogcheck

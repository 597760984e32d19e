// SPDX-License-Identifier: GPL-2.0-only
// A deviation in words, and the bucket it falls into.
#include <algorithm>

#include "model/judge/check.hpp"
#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"

namespace mprogcheck {

bool Verdict::conforms(bool strict) const {
  return std::all_of(deviations.begin(), deviations.end(),
                     [&](const Deviation& d) { return d.breach == Breach::code && !strict; });
}

std::string_view word(Breach breach) {
  switch (breach) {
    case Breach::promise:
      return "promise";
    case Breach::precedence:
      return "precedence";
    case Breach::code:
      return "code";
  }
  return "?";
}

std::string does_what(const Deviation& d) {
  return (d.breach == Breach::code ? "differs from " : "breaks the ") + std::string(word(d.breach));
}

std::string grounds(const Deviation& d) {
  if (!d.broken) return std::string(d.clause);
  const Source& source = d.broken->source;
  return std::string(d.broken->id) + " (" + basis_of(source) +
         (source.count ? ": " + text(source) : "") + ")";
}

std::string_view word(Aspect aspect) {
  switch (aspect) {
    case Aspect::error:
      return "error";
    case Aspect::answer:
      return "answer";
    case Aspect::list:
      return "list";
    case Aspect::revision:
      return "revision";
    case Aspect::references:
      return "references";
    case Aspect::harm:
      return "harm";
    case Aspect::devices:
      return "devices";
    case Aspect::filters:
      return "filters";
  }
  return "?";
}

std::string bucket(const Deviation& d, Dialect dialect) {
  const std::string_view at = d.at_netkit ? ".netkit." : of_filters(d.verb) ? ".tc." : ".tcx.";
  const std::string place = std::string(word(dialect)) + std::string(at);
  const std::string out = place + std::string(word(d.verb)) + "." + std::string(d.clause);
  // A revision that comes back is one finding, whichever way the list was emptied; so is what is
  // written beside an attribute, whatever was asked.
  if (d.clause.starts_with("revision.") || d.clause == clause_of(Judged::attribute_within).id ||
      d.clause == clause_of(Judged::send_whole).id)
    return place + std::string(d.clause);
  // So is an undefined verdict at tcx, wherever the packet would have come to.
  if (d.verb == Verb::send && d.detail.ends_with(".unknown")) return place + "send.unknown_at_tcx";
  if (d.aspect == Aspect::error)
    return out + "." + to_string(d.expected_error) + "-" + to_string(d.observed_error) + d.detail;
  return out + "." + std::string(word(d.aspect)) + d.detail;
}

std::string headline(std::string_view what, const Deviation& d) {
  std::string out(what);
  if (!out.ends_with('.')) out += '.';
  return out + " This " + does_what(d) + ": " + grounds(d) + ".";
}

std::string explain(const Deviation& d, const Trace& trace) {
  std::string out = "step " + std::to_string(d.step + 1) + ": " + print(trace.operations[d.step]) +
                    "\n  model:  " + d.expected + "   (" + std::string(d.clause) + ")" +
                    "\n  target: " + d.observed + "\n  " + does_what(d);
  if (!d.permitted.empty()) {
    out += "; also met:";
    for (const auto clause : d.permitted) out += " " + std::string(clause);
  }
  return out + "\n  source: " + grounds(d);
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The part of a paragraph of a C reproducer that sends a packet out of a netkit device.
#include <fmt/format.h>

#include <vector>

#include "model/words/words.hpp"
#include "props/repro/c_words.hpp"
#include "props/repro/plan.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

std::string carries(bool mark, bool priority) {
  if (mark && priority) return "MARK | PRIORITY";
  return mark ? "MARK" : priority ? "PRIORITY" : "0";
}

std::string_view verdict(Action action) {
  switch (action) {
    case Action::pass:
      return "TCX_PASS";
    case Action::drop:
      return "TCX_DROP";
    case Action::redirect:
      return "TCX_REDIRECT";
    case Action::unknown:
      return "42 /* undefined: TCX_NEXT at tcx, TCX_DROP at netkit */";
    case Action::next:
      break;
  }
  return "TCX_NEXT";
}

std::string fate(const Step& step) {
  const Journey& j = step.must.journey;
  if (step.must.fate != Fate::redirected)
    return std::string(words::name(words::kFates, step.must.fate));
  // To the loopback device of where the packet was then.
  return fmt::format("redirected in n{}", step.devices[j.progs[j.met - 1].on].space);
}

}  // namespace

std::string c_send(const Step& step) {
  const Operation& op = step.op;
  std::vector<std::string> says, met;
  for (const Says& s : op.says)
    if (s.action != Action::next)
      says.push_back(fmt::format("{{ p{}, {} }}", s.prog.raw, verdict(s.action)));
  const Journey& j = step.must.journey;
  const bool arrives = step.must.fate == Fate::passed || step.must.fate == Fate::redirected;
  const std::string how =
      fmt::format("d{}, {}, {}, {}", op.point.device, op.bytes, carries(op.mark, op.priority),
                  arrives ? "ARRIVES" : "IS_LOST");
  const std::string verdicts = c_words::in_macro("SAYING", "ALL_NEXT", says);
  std::string out = c_words::expect(
      step, fmt::format("send_from({},{}{})", how, says.size() > 1 ? "\n\t\t\t " : " ", verdicts));
  if (step.must.fate == Fate::none) return out;
  for (std::size_t i = 0; i < j.met; ++i)
    met.push_back(fmt::format("{{ {}, d{}, {} }}", program_name(j.progs[i].prog), j.progs[i].on,
                              carries(j.progs[i].mark, j.progs[i].priority)));
  std::string counted;
  const auto add = [&](std::string_view name, std::uint32_t value) {
    if (value) counted += fmt::format("{}.{} = {}", counted.empty() ? "" : ", ", name, value);
  };
  add("sent", j.sent);
  add("sent_bytes", j.sent_bytes);
  add("dropped", j.dropped);
  add("received", j.received);
  add("received_bytes", j.received_bytes);
  return out + fmt::format("\texpect_journey(\"{}\", {},\n\t\t       (struct counted){{ {} }});\n",
                           fate(step), c_words::in_macro("MET", "MET_NOBODY", met),
                           counted.empty() ? "0" : counted);
}

}  // namespace mprogcheck::repro

// SPDX-License-Identifier: GPL-2.0-only
// The steps of a C reproducer that send packets.
#include <fmt/format.h>

#include "model/words/text.hpp"
#include "model/words/words.hpp"
#include "props/repro/c_program.hpp"
#include "props/repro/libbpf_words.hpp"

namespace mprogcheck::repro {
namespace {

std::string_view verdict(Action action) {
  switch (action) {
    case Action::pass:
      return "TCX_PASS";
    case Action::drop:
      return "TCX_DROP";
    case Action::redirect:
      return "TCX_REDIRECT";
    case Action::unknown:
      return "42";
    case Action::next:
      break;
  }
  return "TCX_NEXT";
}

std::string verdicts(const Operation& op, bool sends) {
  std::string out;
  for (const Says& s : op.says)
    if (s.action != Action::next)
      out += fmt::format("\t{}[p{}] = {};{}\n", sends ? "answers" : "note->verdicts", s.prog.raw,
                         verdict(s.action), s.action == Action::unknown ? " /* undefined */" : "");
  return sends ? "\tbegin_packet();\n" + out + "\ttell_answers();\n" : out;
}

std::string fate(const Step& step) {
  const Journey& j = step.must.journey;
  if (step.must.fate != Fate::redirected)
    return std::string(words::name(words::kFates, step.must.fate));
  // To the loopback device of where the packet was then.
  return fmt::format("redirected in n{}", step.devices[j.progs[j.met - 1].on].space);
}

std::string side(const Step& step, std::uint8_t device) {
  if (device == kNoDevice) return "(struct side){ 0 }";
  const DeviceView& v = step.devices[device];
  return fmt::format("(struct side){{ \"{}\", d{}, n{} }}", device_name(v.name), device, v.space);
}

std::string nothing(const Step& step) {
  return fmt::format("\tprintf(\"{}: there is no such device\\n\");\n", print(step.op));
}

}  // namespace

std::string c_packet(const CProgram& p, const Step& step) {
  if (step.must.error != Errno::ok) return nothing(step);
  const Operation& op = step.op;
  const bool out_of = op.point.hook == Hook::egress;
  const std::string device = device_index(p, step, op.point.device);
  std::string out = p.sends ? "" : fmt::format("\tclear_note({});\n", out_of ? "0" : device);
  out += verdicts(op, p.sends);
  const std::string sent =
      op.point.device == p.loopback
          ? "send_packet()"
          : fmt::format("send_packet_at({}, {}, {})", op.point.device, device, out_of ? "1" : "0");
  std::string ran;
  for (std::size_t i = 0; i < step.must.answer.filled; ++i)
    ran += program_name(step.must.answer.entries[i].prog) + " ";
  return out +
         folded(fmt::format("\tcheck(\"{}\", \"{}\", {});", print(op),
                            step.must.fate == Fate::dropped ? "dropped" : "passed", sent)) +
         folded(fmt::format("\tcheck(\"\\tprograms\", \"{}\", {});", ran,
                            p.sends ? "who_met()" : "who_ran()"));
}

std::string c_send(const CProgram& p, const Step& step) {
  const Operation& op = step.op;
  const DeviceView& from = step.devices[op.point.device];
  if (!from.there) return nothing(step);
  const bool arrives = step.must.fate == Fate::passed || step.must.fate == Fate::redirected;
  std::string out = verdicts(op, true);
  if (p.carries)
    out += fmt::format("\tcarry(arrivals[n{}], {}, {});\n", from.space, op.mark ? 7 : 0,
                       op.priority ? 3 : 0);
  out += c_check(step, fmt::format("send_frame({}, {}, {}, {})", side(step, op.point.device),
                                   side(step, from.link), op.bytes, arrives ? "ARRIVES" : "LOST"));
  if (step.must.fate == Fate::none) return out;
  const Journey& j = step.must.journey;
  std::string met;
  for (std::size_t i = 0; i < j.met; ++i)
    met += fmt::format("{}{{ {}, d{}, {}, {} }}", i ? ", " : "", program_name(j.progs[i].prog),
                       j.progs[i].on, int(j.progs[i].mark), int(j.progs[i].priority));
  return out + fmt::format("\tcheck(\"\\tfate\", \"{}\", fate);\n", fate(step)) +
         folded(j.met
                    ? fmt::format("\tcheck_met((const struct met[]){{ {} }}, {});", met, int(j.met))
                    : "\tcheck_met(NULL, 0);") +
         folded(fmt::format(
             "\tcheck(\"\\tcounters\", \"sent {} of {} bytes, dropped {}, received {} "
             "of {} bytes\", counted);",
             int(j.sent), j.sent_bytes, int(j.dropped), int(j.received), j.received_bytes));
}

}  // namespace mprogcheck::repro

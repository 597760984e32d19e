// SPDX-License-Identifier: GPL-2.0-only
// The steps of a C reproducer that send packets.
#include <fmt/format.h>

#include <span>
#include <vector>

#include "model/words/text.hpp"
#include "model/words/words.hpp"
#include "props/repro/c_program.hpp"
#include "props/repro/libbpf_words.hpp"

namespace mprogcheck::repro {
namespace {

// A program says the same to all packets where there is one packet.
std::string verdicts(const CProgram& p, const Operation& op, std::string_view iif) {
  if (!p.several || !p.loads) return "";
  std::string out = fmt::format("\tbegin_packet({});\n", iif);
  for (const Says& s : op.says)
    if (s.action != Action::next)
      out += fmt::format("\tverdicts[p{}] = {};\n", s.prog.raw, verdict(s.action));
  return out + "\ttell_verdicts();\n";
}

std::string fate(const Step& step) {
  const Journey& j = step.must.journey;
  if (step.must.fate != Fate::redirected)
    return std::string(words::name(words::kFates, step.must.fate));
  // To the loopback device of where the packet was then.
  return fmt::format("redirected in n{}", step.devices[j.progs[j.met - 1].on].space);
}

std::string side(const CProgram& p, const Step& step, std::uint8_t device) {
  return p.spaces ? fmt::format("n{}, d{}", step.devices[device].space, device)
                  : fmt::format("d{}", device);
}

std::string name_then(const Step& step, std::uint8_t device) {
  return device < step.header_devices ? fmt::format("d{}", device)
                                      : repro::device_name(step.devices[device].name);
}

std::string nothing(const Step& step) {
  return fmt::format("\tprintf(\"{}: there is no such device\\n\");\n", print(step.op));
}

// What programs noted, in the words of check_met(): on which device, by its name where the program
// is in the namespace of all.
std::string check_met(const CProgram& p, const Step& step, std::span<const Met> met) {
  std::string text, indexes;
  for (const Met& m : met) {
    if (!p.sends) text += program_name(m.prog) + " ";
    if (!p.sends) continue;
    text += fmt::format("{} on {}{}{}; ", program_name(m.prog),
                        p.spaces ? "device %d" : name_then(step, m.on), m.mark ? " with mark" : "",
                        m.priority ? " with priority" : "");
    indexes += fmt::format(", d{}", m.on);
  }
  if (met.empty() || !p.sends || !p.spaces)
    return folded(fmt::format("\tcheck_met(\"{}\");", text));
  return folded(fmt::format("\tsprintf(expected, \"{}\"{});", text, indexes)) +
         "\tcheck_met(expected);\n";
}

std::string carry(const CProgram& p, const Operation& op, const std::string& socket) {
  const int mark = op.mark ? 7 : 0, priority = op.priority ? 3 : 0;
  if (p.several) return fmt::format("\tcarry({}, {}, {});\n", socket, mark, priority);
  std::string calls;
  const auto set = [&](int value, std::string_view option) {
    if (value)
      calls += fmt::format("{}setsockopt({}, SOL_SOCKET, {}, &(int){{ {} }}, sizeof(int))",
                           calls.empty() ? "" : " || ", socket, option, value);
  };
  set(mark, "SO_MARK"), set(priority, "SO_PRIORITY");
  return calls.empty() ? ""
                       : folded(fmt::format("\tif ({})", calls)) +
                             "\t\terr(2, \"could not run: saying what a packet carries\");\n";
}

}  // namespace

std::string verdict(Action action) {
  switch (action) {
    case Action::pass:
      return "TCX_PASS";
    case Action::drop:
      return "TCX_DROP";
    case Action::redirect:
      return "TCX_REDIRECT";
    case Action::unknown:
      return "UNDEFINED";
    case Action::next:
      break;
  }
  return "TCX_NEXT";
}

std::string c_packet(const CProgram& p, const Step& step) {
  if (step.must.error != Errno::ok) return nothing(step);
  const Operation& op = step.op;
  const std::uint8_t d = op.point.device;
  const bool out_of = op.point.hook == Hook::egress;
  const std::string device = device_index(p, step, d);
  std::vector<Met> met;
  for (std::size_t i = 0; i < step.must.answer.filled; ++i) {
    met.emplace_back();
    met.back().prog = step.must.answer.entries[i].prog;
    met.back().on = d;
  }
  const std::string from =
      out_of || d == p.loopback ? device : fmt::format("if_nametoindex(\"wire{}\")", d);
  return verdicts(p, op, out_of ? "0" : device) +
         folded(fmt::format("\tcheck(\"{}\", \"{}\", send_packet({}));", print(op),
                            step.must.fate == Fate::dropped ? "dropped" : "passed", from)) +
         (p.loads ? check_met(p, step, met) : "");
}

std::string c_send(const CProgram& p, const Step& step) {
  const Operation& op = step.op;
  const DeviceView& from = step.devices[op.point.device];
  if (!from.there) return nothing(step);
  // Where there is no other side, nothing arrives at this one.
  const std::uint8_t to = from.link == kNoDevice ? op.point.device : from.link;
  const bool arrives = step.must.fate == Fate::passed || step.must.fate == Fate::redirected;
  std::string out = verdicts(p, op, "0");
  if (p.carries) out += carry(p, op, packet_socket(p, from.space));
  out += c_check(step, fmt::format("send_frame({}, {}, {}, {})", side(p, step, op.point.device),
                                   side(p, step, to), op.bytes, arrives ? 10000 : 200));
  if (step.must.fate == Fate::none) return out;
  const Journey& j = step.must.journey;
  return out +
         folded(fmt::format(
             "\tcheck(\"\\tfate\", \"{}, sent {} of {} bytes, dropped {}, received {} of {} "
             "bytes\", fate);",
             fate(step), int(j.sent), j.sent_bytes, int(j.dropped), int(j.received),
             j.received_bytes)) +
         (p.loads ? check_met(p, step, {j.progs.data(), j.met}) : "");
}

}  // namespace mprogcheck::repro

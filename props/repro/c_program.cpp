// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/c_program.hpp"

#include <algorithm>

#include "model/words/bpf_attribute.hpp"
#include "model/words/forms.hpp"

namespace mprogcheck::repro {
namespace {

bool moves_or_asks_elsewhere(const Operation& op) {
  const auto is_space = [](const Attr& a) { return own_key(a.key) == Key::space; };
  return op.space != 0 || std::any_of(op.attrs.begin(), op.attrs.end(), is_space);
}

bool is_plain(const Operation& op) {
  return op.verb == Verb::create && op.peer != kNoDevice && op.attrs[0].key == Key::none;
}

bool is_refused_creation(const Step& s) {
  return s.op.verb == Verb::create && s.must.error != Errno::ok && s.permitted.empty();
}

}  // namespace

CProgram::CProgram(const Trace& t, std::vector<Step> planned)
    : trace(t), steps(std::move(planned)) {
  for (std::size_t i = 0; i < kMaxProgs; ++i) loads |= t.header.loaded[i] && !t.header.xdp[i];
  bool lifetimes = false, hooks[2] = {};
  std::size_t sent = 0;
  for (const Step& s : steps) {
    const Operation& op = s.op;
    if (op.point.device < trace.header.devices) devices.insert(op.point.device);
    if (s.must.at.device < trace.header.devices) devices.insert(s.must.at.device);
    lifetimes |= has_trait(op.verb, Trait::lifetime) || op.point.device == kLoopback;
    netkit |= has_trait(op.verb, Trait::netkit);
    spaces |= moves_or_asks_elsewhere(op);
    hazards |= op.hazardous();
    sends |= has_trait(op.verb, Trait::journey);
    packets |= has_trait(op.verb, Trait::packet) && !has_trait(op.verb, Trait::journey) &&
               s.must.error == Errno::ok;
    if (s.where && (!has_trait(op.verb, Trait::tells_list) || has_answer(s)))
      lists.insert(*s.where);
    if (s.where && op.verb == Verb::qdisc) lists.insert({s.where->device, Hook::egress});
    carries |= op.mark || op.priority;
    if (has_trait(op.verb, Trait::inserts)) hooks[op.point.hook == Hook::egress] = true;
    const bool journey = has_trait(op.verb, Trait::journey);
    if (journey ? !s.devices[op.point.device].there
                : !has_trait(op.verb, Trait::packet) || s.must.error != Errno::ok)
      continue;
    single |= journey && s.devices[op.point.device].link == kNoDevice;
    several |= sent++ > 0;
    for (const Says& says : op.says) redirects |= says.action == Action::redirect;
  }
  const auto sends_one = [](const Step& s) {
    return has_trait(s.op.verb, Trait::packet) || has_trait(s.op.verb, Trait::journey);
  };
  // What only prepares for a packet is not shown either. What a link of struct_ops leads to is seen
  // before there is a list to ask for.
  const bool one_packet = !steps.empty() && sends_one(steps.back()) &&
                          std::count_if(steps.begin(), steps.end(), sends_one) == 1;
  const Ref deadly{Ref::Kind::foreign, static_cast<std::uint8_t>(Foreign::struct_ops)};
  const bool harms = std::any_of(steps.begin(), steps.end(),
                                 [&](const Step& s) { return s.op.relative == deadly; });
  if ((one_packet || harms) && std::none_of(steps.begin(), steps.end(), [](const Step& s) {
        return s.op.revision || has_answer(s);
      }))
    lists.clear();
  // The last step shows the deviation. Devices that only prepare for it are not shown.
  if (netkit && !steps.empty()) {
    const Step& last = steps.back();
    shows_devices = tells_devices(last.op.verb) && !is_refused_creation(last) &&
                    last.op.point.device != kAllDevices;
  }
  if (devices.size() == 1 && !lifetimes && !sends && !spaces) loopback = *devices.begin();
  both_hooks = packets && loopback != kNoDevice && hooks[0] && hooks[1];
  several |= both_hooks;
}

bool CProgram::has(Verb verb) const {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& s) { return s.op.verb == verb; });
}

bool CProgram::only_prepares(const Step& step) const {
  return !shows_devices && step.op.verb == Verb::create && step.must.error == Errno::ok &&
         step.op.space == 0 && is_plain(step.op);
}

std::size_t CProgram::run_of_attaches(std::size_t from) const {
  // Each would be a change of its own, of which revisions are counted.
  for (const Step& s : steps)
    if (s.op.revision || has_answer(s)) return 0;
  std::size_t n = 0;
  for (; from + n < steps.size(); ++n) {
    const Step &s = steps[from + n], &first = steps[from];
    Operation plain;
    plain.verb = Verb::attach;
    plain.point = first.op.point;
    plain.prog = ref(Prog{static_cast<std::uint8_t>(first.op.prog.raw + n)});
    if (s.op != plain || s.must.error != Errno::ok || !s.permitted.empty()) break;
  }
  return n < 5 ? 0 : n;
}

std::string device_index(const CProgram& program, const Step& step, std::uint8_t device) {
  const std::uint8_t space = step.op.space;
  if (device == kLoopback) return "LOOPBACK";
  if (device >= kMaxDevices) return "NO_DEVICE";
  if (device == program.loopback) return "LOOPBACK";
  const bool here = device < step.header_devices
                        ? space == 0
                        : step.devices[device].there && step.devices[device].space == space;
  return here ? fmt::format("d{}", device) : "NO_DEVICE";
}

std::string attach_type(Hook hook) {
  switch (hook) {
    case Hook::ingress:
      return "BPF_TCX_INGRESS";
    case Hook::egress:
      return "BPF_TCX_EGRESS";
    case Hook::primary:
      return "BPF_NETKIT_PRIMARY";
    case Hook::peer:
      return "BPF_NETKIT_PEER";
    case Hook::bogus:
      break;
  }
  return "NO_SUCH_TYPE";
}

std::string place(Point p) {
  return fmt::format("d{}_{}", p.device,
                     p.hook == Hook::ingress  ? "ingress"
                     : p.hook == Hook::egress ? "egress"
                                              : "own");
}

std::string device_name(std::uint32_t name) {
  return name < kMadeUpName ? fmt::format("d{}", name) : fmt::format("nk{}", name - kMadeUpName);
}

std::string error_text(Errno e) {
  return e == Errno::ok ? "0" : to_string(e);
}

std::string in_space(std::uint8_t space, std::string_view call) {
  return space == 0 ? std::string(call)
                    : fmt::format("\tenter(n{});\n{}\tenter(n0);\n", space, call);
}

std::string as_caller(const Operation& op, std::string_view call) {
  if (op.caller == Caller::nobody)
    return fmt::format(
        "\tif (seteuid(65534)) /* nobody */\n\t\terr(2, \"could not run: seteuid\");\n{}"
        "\tif (seteuid(0))\n\t\terr(2, \"could not run: seteuid\");\n",
        call);
  return std::string(call);
}

std::string packet_socket(const CProgram& program, std::uint8_t space) {
  return program.spaces ? fmt::format("packet_sockets[n{}]", space) : "packet_socket";
}

}  // namespace mprogcheck::repro

// SPDX-License-Identifier: GPL-2.0-only
// The part of a paragraph of a C reproducer that asks rtnetlink for something.
#include <fmt/format.h>

#include "props/repro/c_netkit_words.hpp"
#include "props/repro/c_uses.hpp"
#include "props/repro/c_words.hpp"
#include "props/repro/plan.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

using namespace c_words;

// The descriptor of a namespace, or of something that is none.
std::string space_descriptor(const Step& step, std::uint32_t space) {
  if (space >= kMaxSpaces) return "some_file";
  return step.space_there[space] ? fmt::format("space_fd[n{}]", space)
                                 : fmt::format("some_file /* n{} has ended */", space);
}

std::string put_address(const Attr& a) {
  static constexpr int kBytes[] = {6, 5, 10};
  return fmt::format("\tput(&r, IFLA_ADDRESS, addresses[{}], {});\n", address(a.value),
                     kBytes[static_cast<std::size_t>(a.form)]);
}

std::string put_number(const AttributeRow& type, const Attr& a, const std::string& value) {
  const int bytes = type.width;
  if (a.form == Form::whole)
    return fmt::format("\tput_u{}(&r, {}, {});\n", 8 * bytes, type.uapi, value);
  if (a.form == Form::shortened)
    return fmt::format("\tput(&r, {}, &(__u{}){{ {} }}, {}); /* a byte short */\n", type.uapi,
                       8 * bytes, value, bytes - 1);
  return fmt::format("\tput(&r, {}, (__u{}[{}]){{ {} }}, {}); /* longer by four bytes */\n",
                     type.uapi, 8 * bytes, 1 + 4 / bytes, value, bytes + 4);
}

// The attributes of the request that stand there, in its order. PEER_INFO is a nest of its own.
std::string put_all(const Step& step, Within within) {
  std::string out;
  for (const Attr& a : step.op.attrs) {
    const AttributeRow& type = row(a.key);
    if (type.within != within || type.uapi.empty() || a.key == Key::peer) continue;
    if (type.own == Key::name && step.op.attr(a.key)->value >= kMadeUpName) continue;
    if (type.own == Key::name)
      out += fmt::format("\tput_string(&r, IFLA_IFNAME, \"{}\");\n", name_of(a.value));
    else if (type.own == Key::address)
      out += put_address(a);
    else if (type.own == Key::space)
      out += put_number(type, a, "(__u32)" + space_descriptor(step, a.value));
    else
      out += put_number(type, a, value_word(a.key, a.value));
  }
  return out;
}

// Of the interface, unless the request names it otherwise.
std::string put_name(const Operation& op, Key key, std::uint8_t device) {
  if (op.attr(key)) return "";
  return fmt::format("\tput_string(&r, IFLA_IFNAME, \"d{}\");\n", device);
}

std::string index_of(const Attr& a) {
  return a.value == static_cast<std::uint32_t>(Index::negative) ? "-1" : "LOOPBACK";
}

constexpr std::string_view kWholeHead = "sizeof(struct ifinfomsg)";

std::string peer_info(const Step& step) {
  const Operation& op = step.op;
  const bool cut = op.peer_info_is(Presence::cut);
  const bool given = op.peer_info_is(Presence::given);
  const bool named = op.verb == Verb::create && op.has_peer_info();
  if (cut)
    return "\tput(&r, IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg) / "
           "2);\n";
  const std::string empty = fmt::format(
      "\tput(&r, IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){{ 0 }}, {});\n", kWholeHead);
  if (given) return empty;
  if (!named) return "";
  const Attr* const index = op.attr(Key::peer_index);
  const bool nested = op.peer_info_is(Presence::nested);
  return (op.peer_info_is(Presence::twice) ? empty : "") +
         fmt::format("\tnest(&r, IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){{ {} }}, {});\n",
                     index ? ".ifi_index = " + index_of(*index) : "0", kWholeHead) +
         put_name(op, Key::peer_name, op.peer) + put_all(step, Within::peer) +
         (nested ? "\tnest_netkit(&r);\n" + empty + "\tunnest(&r);\n\tunnest(&r);\n" : "") +
         "\tunnest(&r);\n";
}

std::string create(const Step& step) {
  const Operation& op = step.op;
  if (!is_asked(step))
    return nothing("the kernel is not asked") + "\tlook(NOBODY_ELSE, NOBODY_ELSE);\n";
  std::string out = "\tbegin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);\n";
  if (const Attr* const index = op.attr(Key::index))
    out += fmt::format("\tr.link.ifi_index = {};\n", index_of(*index));
  out += put_name(op, Key::name, op.point.device) + put_all(step, Within::device);
  out += "\tnest_netkit(&r);\n" + peer_info(step) + put_all(step, Within::data);
  out += expect(step, fmt::format("ask_in(n{}, &r)", op.space));
  return out + fmt::format("\tlook_for_new(d{}, {});\n", op.point.device, other_name(op.peer));
}

std::string change(const Step& step) {
  return "\tbegin(&r, RTM_NEWLINK, 0);\n\tnest_netkit(&r);\n" + peer_info(step) +
         put_all(step, Within::data) +
         expect(step, fmt::format("ask_device(d{}, &r)", step.op.point.device)) +
         "\tlook(NOBODY_ELSE, NOBODY_ELSE);\n";
}

std::string set(const Step& step) {
  const Operation& op = step.op;
  std::string out = "\tbegin(&r, RTM_SETLINK, 0);\n";
  const bool state = op.attrs[0].key == Key::state, moves = op.attrs[0].key == Key::space;
  if (state)
    out += fmt::format("\tr.link.ifi_change = IFF_UP;\n{}",
                       op.attrs[0].value ? "\tr.link.ifi_flags = IFF_UP;\n" : "");
  const std::string device = fmt::format("d{}", op.point.device);
  out += put_all(step, Within::device) + expect(step, fmt::format("ask_device({}, &r)", device));
  // In the other namespace it is a new one.
  return out + (moves ? fmt::format("\tlook({0}, {0});\n", device)
                      : "\tlook(NOBODY_ELSE, NOBODY_ELSE);\n");
}

std::string remove(const Step& step, const Uses& uses) {
  const std::uint8_t d = step.op.point.device;
  if (d == kAllDevices)
    return expect(
        step, uses.spaces ? fmt::format("end_space(n{})", step.op.space) : "remove_namespace()");
  if (d < step.header_devices) return expect(step, fmt::format("remove_device(d{})", d));
  return "\tbegin(&r, RTM_DELLINK, 0);\n" + expect(step, fmt::format("ask_device(d{}, &r)", d));
}

}  // namespace

std::string c_create(const Step& step, const Uses&) {
  return create(step) + c_devices_after(step);
}
std::string c_change(const Step& step, const Uses&) {
  return change(step) + c_devices_after(step);
}
std::string c_set(const Step& step, const Uses&) {
  return set(step) + c_devices_after(step);
}
std::string c_remove(const Step& step, const Uses& uses) {
  return remove(step, uses) +
         (uses.netkit ? "\tlook(NOBODY_ELSE, NOBODY_ELSE);\n" + c_devices_after(step) : "");
}

}  // namespace mprogcheck::repro

// SPDX-License-Identifier: GPL-2.0-only
// The steps of a C reproducer that ask rtnetlink for something, and what the devices must be then.
#include <fmt/format.h>

#include <algorithm>

#include "model/words/forms.hpp"
#include "model/words/text.hpp"
#include "model/words/words.hpp"
#include "props/repro/c_program.hpp"
#include "props/repro/libbpf_words.hpp"

namespace mprogcheck::repro {
namespace {

constexpr std::string_view kWholeHead = "sizeof(struct ifinfomsg)";

// The descriptor of a namespace, or of something that is none.
std::string space_descriptor(const Step& step, std::uint32_t space) {
  if (space >= kMaxSpaces) return "SOME_FILE";
  return step.space_there[space] ? fmt::format("netns[n{}]", space)
                                 : fmt::format("SOME_FILE /* n{} has ended */", space);
}

std::string put_address(const Attr& a) {
  static constexpr int kBytes[] = {6, 5, 10};
  static constexpr std::string_view kAddresses[] = {"0", "2, 0, 0, 0, 0, 0xa", "2, 0, 0, 0, 0, 0xb",
                                                    "1, 0, 0x5e, 0, 0, 1"};
  const int bytes = kBytes[static_cast<std::size_t>(a.form)];
  return fmt::format("\tput(IFLA_ADDRESS, (__u8[{}]){{ {} }}, {});\n", std::max(bytes, 6),
                     kAddresses[a.value], bytes);
}

std::string value_text(Key key, std::uint32_t value) {
  const ValueName* const name = value_name(key, value);
  return name && !name->uapi.empty() ? std::string(name->uapi) : fmt::format("{}", value);
}

std::string put_number(const AttributeRow& type, const Attr& a, const std::string& value) {
  const int bytes = type.width;
  if (a.form == Form::whole)
    return fmt::format("\tput_u{}({}, {});\n", 8 * bytes, type.uapi, value);
  if (a.form == Form::shortened)
    return fmt::format("\tput({}, &(__u{}){{ {} }}, {}); /* a byte short */\n", type.uapi,
                       8 * bytes, value, bytes - 1);
  return fmt::format("\tput({}, (__u{}[{}]){{ {} }}, {}); /* longer by four bytes */\n", type.uapi,
                     8 * bytes, 1 + 4 / bytes, value, bytes + 4);
}

// The attributes of the request that stand there, in its order. PEER_INFO is a nest of its own.
std::string put_all(const Step& step, Within within) {
  std::string out;
  for (const Attr& a : step.op.attrs) {
    const AttributeRow& type = row(a.key);
    if (type.within != within || type.uapi.empty() || a.key == Key::peer) continue;
    if (type.own == Key::name && step.op.attr(a.key)->value >= kMadeUpName) continue;
    if (type.own == Key::name)
      out += fmt::format("\tput_string(IFLA_IFNAME, \"{}\");\n", device_name(a.value));
    else if (type.own == Key::address)
      out += put_address(a);
    else if (type.own == Key::space)
      out += put_number(type, a, space_descriptor(step, a.value));
    else
      out += put_number(type, a, value_text(a.key, a.value));
  }
  return out;
}

// Of the interface, unless the request names it otherwise.
std::string put_name(const Operation& op, Key key, std::uint8_t device) {
  if (op.attr(key)) return "";
  return fmt::format("\tput_string(IFLA_IFNAME, \"d{}\");\n", device);
}

std::string index_of(const Attr& a) {
  return a.value == static_cast<std::uint32_t>(Index::negative) ? "-1" : "LOOPBACK";
}

std::string peer_info(const Step& step) {
  const Operation& op = step.op;
  if (op.peer_info_is(Presence::cut))
    return fmt::format("\tput(IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){{ 0 }}, {} / 2);\n",
                       kWholeHead);
  const std::string empty =
      fmt::format("\tput(IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){{ 0 }}, {});\n", kWholeHead);
  if (op.peer_info_is(Presence::given)) return empty;
  if (op.verb != Verb::create || !op.has_peer_info()) return "";
  const Attr* const index = op.attr(Key::peer_index);
  const bool nested = op.peer_info_is(Presence::nested);
  return (op.peer_info_is(Presence::twice) ? empty : "") +
         folded(fmt::format("\tpeer = put(IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){{ {} }}, {});",
                            index ? ".ifi_index = " + index_of(*index) : "0", kWholeHead)) +
         put_name(op, Key::peer_name, op.peer) + put_all(step, Within::peer) +
         (nested ? "\tinner = put(IFLA_LINKINFO, \"\", 0);\n\tput_string(IFLA_INFO_KIND, "
                   "\"netkit\");\n\tinner_data = put(IFLA_INFO_DATA, \"\", 0);\n" +
                       empty + "\tend_nest(inner_data);\n\tend_nest(inner);\n"
                 : "") +
         "\tend_nest(peer);\n";
}

// What the driver is to read.
std::string of_netkit(const Step& step) {
  return "\tinfo = put(IFLA_LINKINFO, \"\", 0);\n\tput_string(IFLA_INFO_KIND, \"netkit\");\n"
         "\tdata = put(IFLA_INFO_DATA, \"\", 0);\n" +
         peer_info(step) + put_all(step, Within::data) + "\tend_nest(data);\n\tend_nest(info);\n";
}

// The index of each device that is new there, and the revisions of its lists.
std::string new_indexes(const CProgram& p, const Step& step) {
  std::string out;
  if (step.number == p.steps.size()) return out;
  for (std::uint8_t d = step.header_devices; d < kMaxDevices; ++d) {
    const DeviceView &was = step.devices[d], &is = step.must.devices[d];
    if (!is.there || (was.there && was.space == is.space)) continue;
    out += in_space(is.space,
                    fmt::format("\td{} = if_nametoindex(\"{}\");\n", d, device_name(is.name)));
    const bool again = std::any_of(p.steps.begin(), p.steps.begin() + long(step.number) - 1,
                                   [&](const Step& s) { return s.must.devices[d].there; });
    for (const Hook hook : {Hook::ingress, Hook::egress, Hook::primary})
      if (again && !was.there && p.lists.contains({d, hook}))
        out += fmt::format("\tmemset({0}, 0, sizeof({0}));\n\t{0}[0] = 1;\n", place({d, hook}));
  }
  return out;
}

// About the device, which is asked for where it is.
std::string ask_device(const Step& step, std::string_view type) {
  const std::uint8_t d = step.op.point.device;
  const DeviceView& is = step.devices[d];
  if (!is.there) return c_check(step, "-ENODEV");
  const Attr& first = step.op.attrs[0];
  const bool state = step.op.verb == Verb::set && first.key == Key::state;
  return folded(fmt::format("\treq.link = (struct ifinfomsg){{ .ifi_index = d{}{}{} }};", d,
                            state && first.value ? ", .ifi_flags = IFF_UP" : "",
                            state ? ", .ifi_change = IFF_UP" : "")) +
         in_space(is.space, c_check(step, fmt::format("ask({}, 0)", type)));
}

// What only prepares has to be made. Else the first request for a netkit device also tells whether
// the kernel has any.
std::string check_made(const CProgram& p, const Step& step, std::string_view call) {
  const auto refused = [](const Step& s) {
    return s.must.error == Errno::opnotsupp ||
           std::find(s.permitted.begin(), s.permitted.end(), Errno::opnotsupp) != s.permitted.end();
  };
  if (step.number < p.steps.size() && step.must.error == Errno::ok && step.permitted.empty())
    return folded(fmt::format("\tif ({})", call)) +
           "\t\terrx(2, \"could not run: making netkit (Linux 6.7, CONFIG_NETKIT)\");\n";
  for (const Step& s : p.steps)
    if (s.op.verb == Verb::create && is_asked(s) && !refused(s)) {
      if (s.number != step.number) break;
      return c_check(step, call,
                     "\tif (ret == -EOPNOTSUPP)\n"
                     "\t\terrx(2, \"could not run: making netkit (Linux 6.7, CONFIG_NETKIT)\");\n");
    }
  return c_check(step, call);
}

// As the program shows an address that a device has.
std::string address_text(Address address) {
  switch (address) {
    case Address::zero:
      return "0:0:0:0:0:0";
    case Address::a:
      return "2:0:0:0:0:a";
    case Address::b:
      return "2:0:0:0:0:b";
    case Address::multicast:
      return "1:0:5e:0:0:1";
    case Address::random:
      break;
  }
  return "random";
}

std::vector<const AttributeRow*> by_type(KeySet keys) {
  std::vector<const AttributeRow*> out;
  for (const Key key : keys) out.push_back(&row(key));
  std::sort(out.begin(), out.end(),
            [](const AttributeRow* a, const AttributeRow* b) { return a->type < b->type; });
  return out;
}

// In the words of check_device().
std::string device_text(const std::array<DeviceView, kMaxDevices>& all, std::uint8_t d) {
  const DeviceView& v = all[d];
  if (!v.there) return "none";
  std::string link = "none";
  if (v.link != kNoDevice)
    link = all[v.link].space == v.space ? device_name(all[v.link].name) : "elsewhere";
  std::string out = fmt::format("{}{}{} address={} mtu={} link={}", v.up ? "up" : "down",
                                v.carrier ? " carrier" : "", v.arp ? " arp" : "",
                                address_text(v.address), v.mtu, link);
  const bool single = v.link == kNoDevice && v.pairing == netkit::single;
  for (const AttributeRow* const a : by_type(kShownData))
    if (!single || kShownOfSingle.has(a->key))
      out += fmt::format(" {}{}={}", a->since.empty() ? "" : "~", a->word, a->shown_in.get(v));
  return out;
}

// Whether a device is to be looked for by another name, or in another namespace.
bool is_elsewhere(const Step& step) {
  for (std::uint8_t d = step.header_devices; d < kMaxDevices; ++d) {
    const DeviceView &was = step.devices[d], &is = step.must.devices[d];
    if (was.there && is.there && (was.name != is.name || was.space != is.space)) return true;
  }
  return false;
}

using Devices = std::array<DeviceView, kMaxDevices>;

// What is seen of them if the request was refused, and if not.
std::string devices_are(const Step& step, const Devices& was, const Devices& refused,
                        const Devices& is) {
  std::string out;
  for (std::uint8_t d = step.header_devices; d < kMaxDevices; ++d) {
    const bool named = step.op.verb == Verb::create && !step.op.attr(Key::name) &&
                       !step.op.attr(Key::peer_name) && is_asked(step) &&
                       (d == step.op.point.device || d == step.op.peer);
    if (!is[d].there && !was[d].there && !named) continue;
    const DeviceView& at = is[d].there ? is[d] : was[d];
    const std::string name = at.there ? device_name(at.name) : fmt::format("d{}", d);
    // Another may have the name.
    const bool taken = !is[d].there && std::any_of(is.begin(), is.end(), [&](const auto& v) {
      return v.there && device_name(v.name) == name && v.space == (at.there ? at.space : 0);
    });
    if (taken) continue;
    out += in_space(at.there ? at.space : 0,
                    folded(fmt::format("\tcheck_device(\"{}\", {});", name,
                                       either(device_text(refused, d), device_text(is, d)))));
  }
  return out;
}

}  // namespace

std::string c_devices(const Step& step, bool left_open) {
  const auto &was = step.devices, &is = step.must.devices;
  if (!left_open) return devices_are(step, was, is, is);
  if (!is_elsewhere(step)) return devices_are(step, was, was, is);
  return fmt::format("\tif (ret) {{\n{}\t}} else {{\n{}\t}}\n",
                     indented(devices_are(step, was, was, was)),
                     indented(devices_are(step, was, is, is)));
}

std::string c_create(const CProgram& p, const Step& step) {
  const Operation& op = step.op;
  if (!is_asked(step)) return "\t/* The kernel is not asked. */\n";
  if (p.makes_pair && is_plain_pair(op))
    return in_space(op.space, check_made(p, step,
                                         fmt::format("make_pair(\"netkit\", \"d{}\", \"d{}\")",
                                                     op.point.device, op.peer))) +
           new_indexes(p, step);
  std::string out;
  if (const Attr* const index = op.attr(Key::index))
    out += fmt::format("\treq.link.ifi_index = {};\n", index_of(*index));
  out += put_name(op, Key::name, op.point.device) + put_all(step, Within::device);
  out += of_netkit(step);
  out += in_space(op.space, check_made(p, step, "ask(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)")) +
         new_indexes(p, step);
  if (p.shows_devices || step.must.error == Errno::ok || op.attr(Key::name)) return out;
  return out + in_space(op.space, fmt::format("\tcheck_number(\"\\tindex of d{0}\", 0, "
                                              "if_nametoindex(\"d{0}\"));\n",
                                              op.point.device));
}

std::string c_change(const CProgram&, const Step& step) {
  return of_netkit(step) + ask_device(step, "RTM_NEWLINK");
}

std::string c_set(const CProgram& p, const Step& step) {
  return put_all(step, Within::device) + ask_device(step, "RTM_SETLINK") + new_indexes(p, step);
}

std::string c_remove(const CProgram& p, const Step& step) {
  const Operation& op = step.op;
  const std::uint8_t d = op.point.device;
  if (d != kAllDevices)
    return d < step.header_devices ? fmt::format("\treq.link.ifi_index = d{};\n", d) +
                                         c_check(step, "ask(RTM_DELLINK, 0)")
                                   : ask_device(step, "RTM_DELLINK");
  std::string out, again;
  if (op.space == 0)
    for (const std::uint8_t device : p.devices)
      again += fmt::format("\td{} = NO_DEVICE;\n", device);
  if (p.sends || (p.packets && (p.spaces || op.space == 0))) {
    const std::string socket = packet_socket(p, op.space);
    out += fmt::format("\tclose({});\n", socket);
    if (!p.spaces) again += fmt::format("\t{} = open_packets();\n", socket);
  }
  return out + c_check(step, p.spaces ? fmt::format("end_space(n{})", op.space) : "leave_netns()") +
         again;
}

std::string c_attributes() {
  std::string out, values, shown;
  for (const AttributeRow* a : by_type(kInData)) {
    out += fmt::format("#define {} {}\n", a->uapi, a->type);
    if (a->of_other) continue;  // has the values of the side's own
    for (const ValueName& value : a->values)
      if (!value.uapi.empty()) values += fmt::format("#define {} {}\n", value.uapi, value.value);
  }
  unsigned next = 0;
  for (const AttributeRow* a : by_type(kShownData)) {
    shown += shown.empty() ? "" : ", ";
    if (a->type != next) shown += fmt::format("[{}] = ", a->type);
    shown += fmt::format("\"{}{}\"", a->since.empty() ? "" : "~", a->word);
    next = a->type + 1u;
  }
  return out + values + "\n/* The attributes that are shown, by their types. */\n" +
         folded(fmt::format("static const char *const shown[] = {{ {} }};", shown));
}

}  // namespace mprogcheck::repro

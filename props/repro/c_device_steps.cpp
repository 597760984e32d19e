// SPDX-License-Identifier: GPL-2.0-only
// The part of a paragraph of a C reproducer that is about netkit devices: requests of rtnetlink,
// what the devices are to be then, and packets out of them.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "model/words.hpp"
#include "props/repro/c_uses.hpp"
#include "props/repro/c_words.hpp"
#include "props/repro/plan.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

struct Type {
  Key key;
  std::string_view name;
  int bits;
};
constexpr Type kData[] = {{Key::primary, "IFLA_NETKIT_PRIMARY", 8},
                          {Key::policy, "IFLA_NETKIT_POLICY", 32},
                          {Key::peer_policy, "IFLA_NETKIT_PEER_POLICY", 32},
                          {Key::mode, "IFLA_NETKIT_MODE", 32},
                          {Key::scrub, "IFLA_NETKIT_SCRUB", 32},
                          {Key::peer_scrub, "IFLA_NETKIT_PEER_SCRUB", 32},
                          {Key::headroom, "IFLA_NETKIT_HEADROOM", 16},
                          {Key::tailroom, "IFLA_NETKIT_TAILROOM", 16},
                          {Key::pairing, "IFLA_NETKIT_PAIRING", 32},
                          {Key::unknown, "NO_SUCH_ATTRIBUTE", 32}};
constexpr Type kOfDevice[] = {{Key::address, "IFLA_ADDRESS", 0},
                              {Key::mtu, "IFLA_MTU", 32},
                              {Key::txqueues, "IFLA_NUM_TX_QUEUES", 32},
                              {Key::rxqueues, "IFLA_NUM_RX_QUEUES", 32},
                              {Key::name, "IFLA_IFNAME", 0},
                              {Key::space, "IFLA_NET_NS_FD", 32}};
constexpr Type kOfPeer[] = {{Key::peer_address, "IFLA_ADDRESS", 0},
                            {Key::peer_mtu, "IFLA_MTU", 32},
                            {Key::peer_txqueues, "IFLA_NUM_TX_QUEUES", 32},
                            {Key::peer_rxqueues, "IFLA_NUM_RX_QUEUES", 32},
                            {Key::peer_name, "IFLA_IFNAME", 0},
                            {Key::peer_space, "IFLA_NET_NS_FD", 32}};

constexpr std::string_view kAddresses[] = {"ZERO", "ADDRESS_A", "ADDRESS_B", "MULTICAST", "OWN"};

std::string address(std::uint32_t value) {
  return std::string(kAddresses[value]);
}

std::string name_of(std::uint32_t name) {
  return name < kMadeUpName ? fmt::format("d{}", name) : fmt::format("nk{}", name - kMadeUpName);
}

std::string value_word(Key key, std::uint32_t value) {
  const auto one_of = [&](std::string_view zero, std::uint32_t other, std::string_view word) {
    return value == 0       ? std::string(zero)
           : value == other ? std::string(word)
                            : fmt::format("{}", value);
  };
  switch (key) {
    case Key::policy:
    case Key::peer_policy:
      return one_of("NETKIT_PASS", netkit::drop, "NETKIT_DROP");
    case Key::mode:
      return one_of("NETKIT_L2", netkit::l3, "NETKIT_L3");
    case Key::scrub:
    case Key::peer_scrub:
      return one_of("NETKIT_SCRUB_NONE", netkit::scrub, "NETKIT_SCRUB_DEFAULT");
    case Key::pairing:
      return one_of("NETKIT_DEVICE_PAIR", netkit::single, "NETKIT_DEVICE_SINGLE");
    default:
      return fmt::format("{}", value);
  }
}

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

std::string put_number(const Type& type, const Attr& a, const std::string& value) {
  if (a.form == Form::whole)
    return fmt::format("\tput_u{}(&r, {}, {});\n", type.bits, type.name, value);
  const int bytes = type.bits / 8;
  if (a.form == Form::shortened)
    return fmt::format("\tput(&r, {}, &(__u{}){{ {} }}, {}); /* a byte short */\n", type.name,
                       type.bits, value, bytes - 1);
  return fmt::format("\tput(&r, {}, (__u{}[{}]){{ {} }}, {}); /* longer by four bytes */\n",
                     type.name, type.bits, 1 + 4 / bytes, value, bytes + 4);
}

// The attributes of the request that are of these types, in its order.
template <std::size_t N>
std::string put_all(const Step& step, const Type (&types)[N]) {
  std::string out;
  for (const Attr& a : step.op.attrs)
    for (const Type& type : types) {
      if (a.key != type.key) continue;
      const bool names = a.key == Key::name || a.key == Key::peer_name;
      if (names && step.op.attr(a.key)->value >= kMadeUpName) continue;
      if (names)
        out += fmt::format("\tput_string(&r, IFLA_IFNAME, \"{}\");\n", name_of(a.value));
      else if (a.key == Key::address || a.key == Key::peer_address)
        out += put_address(a);
      else if (a.key == Key::space || a.key == Key::peer_space)
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
  const Attr* const info = op.attr(Key::peer);
  const bool cut = info && info->value == static_cast<std::uint32_t>(Presence::cut);
  const bool given = info && info->value == static_cast<std::uint32_t>(Presence::given);
  const bool named = op.verb == Verb::create && op.peer != kNoDevice && !info;
  if (cut)
    return "\tput(&r, IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg) / "
           "2);\n";
  if (given)
    return fmt::format("\tput(&r, IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){{ 0 }}, {});\n",
                       kWholeHead);
  if (!named) return "";
  const Attr* const index = op.attr(Key::peer_index);
  return fmt::format("\tnest(&r, IFLA_NETKIT_PEER_INFO, &(struct ifinfomsg){{ {} }}, {});\n",
                     index ? ".ifi_index = " + index_of(*index) : "0", kWholeHead) +
         put_name(op, Key::peer_name, op.peer) + put_all(step, kOfPeer) + "\tunnest(&r);\n";
}

std::string other_name(std::uint8_t peer) {
  return peer == kNoDevice ? "NOBODY_ELSE" : c_words::device(peer);
}

std::string create(const Step& step) {
  const Operation& op = step.op;
  if (!is_asked(step))
    return c_words::nothing("the kernel is not asked") + "\tlook(NOBODY_ELSE, NOBODY_ELSE);\n";
  std::string out = "\tbegin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);\n";
  if (const Attr* const index = op.attr(Key::index))
    out += fmt::format("\tr.link.ifi_index = {};\n", index_of(*index));
  out += put_name(op, Key::name, op.point.device) + put_all(step, kOfDevice);
  out += "\tnest_netkit(&r);\n" + peer_info(step) + put_all(step, kData);
  out += c_words::expect(step, fmt::format("ask_in(n{}, &r)", op.space));
  return out + fmt::format("\tlook_for_new(d{}, {});\n", op.point.device, other_name(op.peer));
}

std::string change(const Step& step) {
  return "\tbegin(&r, RTM_NEWLINK, 0);\n\tnest_netkit(&r);\n" + peer_info(step) +
         put_all(step, kData) +
         c_words::expect(step, fmt::format("ask_device(d{}, &r)", step.op.point.device)) +
         "\tlook(NOBODY_ELSE, NOBODY_ELSE);\n";
}

std::string set(const Step& step) {
  const Operation& op = step.op;
  std::string out = "\tbegin(&r, RTM_SETLINK, 0);\n";
  const bool state = op.attrs[0].key == Key::state, moves = op.attrs[0].key == Key::space;
  if (state)
    out += fmt::format("\tr.link.ifi_change = IFF_UP;\n{}",
                       op.attrs[0].value ? "\tr.link.ifi_flags = IFF_UP;\n" : "");
  const std::string device = c_words::device(op.point.device);
  out +=
      put_all(step, kOfDevice) + c_words::expect(step, fmt::format("ask_device({}, &r)", device));
  // In the other namespace it is a new one.
  return out + (moves ? fmt::format("\tlook({0}, {0});\n", device)
                      : "\tlook(NOBODY_ELSE, NOBODY_ELSE);\n");
}

std::string remove(const Step& step, const Uses& uses) {
  const std::uint8_t d = step.op.point.device;
  if (d == kAllDevices)
    return c_words::expect(
        step, uses.spaces ? fmt::format("end_space(n{})", step.op.space) : "remove_namespace()");
  if (d < step.header_devices) return c_words::expect(step, fmt::format("remove_device(d{})", d));
  return "\tbegin(&r, RTM_DELLINK, 0);\n" +
         c_words::expect(step, fmt::format("ask_device(d{}, &r)", d));
}

// As made() of the C program has it.
DeviceView as_made(const DeviceView& v) {
  DeviceView out;
  const bool single = v.link == kNoDevice;
  out.there = true;
  out.space = v.space;
  out.name = v.name;
  out.link = v.link;
  out.primary = v.primary;
  out.mtu = netkit::default_mtu;
  out.mode = netkit::l3;
  out.scrub = single ? 0 : netkit::scrub;
  out.peer_scrub = out.scrub;
  out.pairing = single ? netkit::single : netkit::pair;
  return out;
}

// What is different of a device, as assignments.
std::string differences(std::uint8_t d, const DeviceView& from, const DeviceView& to) {
  std::string out;
  const auto number = [&](std::string_view field, auto before, auto after) {
    if (before != after) out += fmt::format("\twant[d{}].{} = {};\n", d, field, int(after));
  };
  const auto word = [&](std::string_view field, Key key, auto before, auto after) {
    if (before != after)
      out += fmt::format("\twant[d{}].{} = {};\n", d, field, value_word(key, after));
  };
  if (from.space != to.space) out += fmt::format("\twant[d{}].space = n{};\n", d, to.space);
  if (from.name != to.name)
    out += fmt::format("\tstrcpy(want[d{}].name, \"{}\");\n", d, name_of(to.name));
  number("up", from.up, to.up);
  number("carrier", from.carrier, to.carrier);
  number("arp", from.arp, to.arp);
  if (from.address != to.address)
    out += fmt::format("\twant[d{}].address = {};\n", d,
                       address(static_cast<std::uint32_t>(to.address)));
  number("mtu", from.mtu, to.mtu);
  word("mode", Key::mode, from.mode, to.mode);
  word("policy", Key::policy, from.policy, to.policy);
  word("peer_policy", Key::policy, from.peer_policy, to.peer_policy);
  word("scrub", Key::scrub, from.scrub, to.scrub);
  word("peer_scrub", Key::scrub, from.peer_scrub, to.peer_scrub);
  number("headroom", from.headroom, to.headroom);
  number("tailroom", from.tailroom, to.tailroom);
  word("pairing", Key::pairing, from.pairing, to.pairing);
  return out;
}

std::string devices_after(const Step& step) {
  std::string out;
  for (std::uint8_t d = 0; d < kMaxDevices; ++d) {
    const DeviceView &before = step.devices[d], &after = step.must.devices[d];
    if (before.there && !after.there) out += fmt::format("\twant[d{}].there = 0;\n", d);
    if (!after.there) continue;
    if (!before.there)
      out += fmt::format("\twant[d{}] = made(n{}, \"{}\", {}, {});\n", d, after.space,
                         name_of(after.name), other_name(after.link), int(after.primary));
    out += differences(d, before.there ? before : as_made(after), after);
  }
  return out + "\texpect_devices();\n";
}

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

std::string send(const Step& step) {
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

}  // namespace

std::string c_device_request(const Step& step, const Uses& uses) {
  switch (step.op.verb) {
    case Verb::create:
      return create(step) + devices_after(step);
    case Verb::change:
      return change(step) + devices_after(step);
    case Verb::set:
      return set(step) + devices_after(step);
    case Verb::remove:
      return remove(step, uses) +
             (uses.netkit ? "\tlook(NOBODY_ELSE, NOBODY_ELSE);\n" + devices_after(step) : "");
    case Verb::send:
      return send(step);
    default:
      return {};
  }
}

}  // namespace mprogcheck::repro

// SPDX-License-Identifier: GPL-2.0-only
#include "props/suite/device_suite.hpp"

#include <sstream>
#include <string>
#include <string_view>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/suite/suite_writer.hpp"

namespace mprogcheck {
namespace {

// The values of each attribute: usual ones, those at the boundaries and behind them, and those of
// another length.
struct Values {
  Key key;
  std::string_view values;
};
constexpr Values kValues[] = {
    {Key::policy, "pass drop 1 3 4294967295 drop:short drop:long"},
    {Key::peer_policy, "drop 1 7 4294967295 drop:short drop:long"},
    {Key::mode, "l2 l3 2 4294967295 l2:short l2:long"},
    {Key::scrub, "none default 2 4294967295 none:short none:long"},
    {Key::peer_scrub, "none default 2 4294967295 none:short none:long"},
    {Key::headroom, "0 1 256 32768 65519 65535 1:short 1:long"},
    {Key::tailroom, "0 1 256 32768 65535 1:short 1:long"},
    {Key::pairing, "pair single 2 4294967295 pair:short pair:long"},
    {Key::primary, "0 1"},
    {Key::unknown, "0 4294967295 1:short"},
    {Key::peer, "none cut given twice nested"},
    {Key::address, "a zero multicast a:short a:long"},
    {Key::mtu, "0 67 68 1280 1500 9000 65535 65536 4294967295 1500:short 1500:long"},
    {Key::txqueues, "0 1 2 4096 4097"},
    {Key::rxqueues, "0 1 1025 4096 4097"},
    {Key::index, "negative lo"},
    {Key::name, "d2 d3 none"},
    {Key::space, "n0 n1 bad"},
    {Key::peer_address, "b zero multicast b:short b:long"},
    {Key::peer_mtu, "67 68 1400 65535 65536 1400:short"},
    {Key::peer_txqueues, "0 2 4097"},
    {Key::peer_rxqueues, "0 4097"},
    {Key::peer_index, "negative lo"},
    {Key::peer_name, "d1 d3 none"},
    {Key::peer_space, "n0 n1 bad"},
    {Key::peer_unknown, "0 1:short"},
    {Key::state, "up down"},
};
static_assert(
    [] {
      KeySet keys;
      for (const Values& of : kValues) keys.add(of.key);
      return keys == kAllKeys;
    }(),
    "the suite has values of every attribute");

Lines all_values() {
  Lines lines;
  for (const auto& [key, values] : kValues) {
    std::istringstream words{std::string(values)};
    for (std::string value; words >> value;)
      lines.push_back(std::string(row(key).word) + "=" + value);
  }
  return lines;
}

const std::vector<Situation> kCreations = {
    {"", {}, "create d1 d2", false},
    {"in mode L2", {}, "create d1 d2 mode=l2", true},
    {"a single device", {}, "create d1 pairing=single", true},
    {"with an MTU twice", {}, "create d1 d2 mtu=1400 mtu=1500", false},
    {"where there was such a pair, with a program",
     {"create d1 d2", "attach p0 d1/primary", "remove d2"},
     "create d1 d2",
     false},
    {"where there was such a pair, half of it in a namespace that has ended",
     {"create d1 d2 peer.ns=n1", "remove all in=n1"},
     "create d1 d2",
     false},
    {"a single device with a peer", {}, "create d1 d2 pairing=single", false},
    {"where there is such a pair", {"create d1 d2"}, "create d1 d2", false},
    {"where the peer's name is taken", {"create d3 d2"}, "create d1 d2", false},
    {"where a name is taken", {"create d3 d2", "remove d2", "create d3 d2"}, "create d1 d2", false},
    {"where the device has another name",
     {"create d1 d2", "set d1 name=d3"},
     "create d1 d2",
     false},
    {"from the other namespace", {}, "create d1 d2 in=n1", false},
    {"from a namespace where the name is taken",
     {"create d1 d2 in=n1", "set d1 ns=n0"},
     "create d1 d2 in=n1",
     false},
    {"into a namespace where the name is taken",
     {"create d3 pairing=single in=n1", "set d3 name=d1"},
     "create d1 d2 ns=n1",
     false},
    {"from a namespace that has ended", {"remove all in=n1"}, "create d1 d2 in=n1", false},
};

const std::vector<Situation> kChanges = {
    {"", {"create d1 d2"}, "change d1", true},
    {"of another policy as well", {"create d1 d2"}, "change d1 policy=drop", true},
    {"of the peer", {"create d1 d2"}, "change d2", false},
    {"of a single device", {"create d1 pairing=single"}, "change d1", false},
    {"of a device that is gone", {"create d1 d2", "remove d2"}, "change d1", false},
};

const std::vector<Situation> kSets = {
    {"", {"create d1 d2"}, "set d1", true},
    {"of the peer", {"create d1 d2"}, "set d2", true},
    {"with programs",
     {"create d1 d2", "attach p0 d1/primary", "attach p1 d1/primary", "attach p2 d1/ingress"},
     "set d1",
     true},
    {"in mode L2", {"create d1 d2 mode=l2"}, "set d1", true},
    {"up already", {"create d1 d2", "set d2 state=up", "set d1 state=up"}, "set d1", true},
    {"with the other side up", {"create d1 d2", "set d2 state=up"}, "set d1", true},
    {"of a single device", {"create d1 pairing=single"}, "set d1", true},
    {"beside a device of that name", {"create d1 d2 peer.name=d3"}, "set d1", false},
    {"where the name is taken there", {"create d1 d2 peer.ns=n1 peer.name=d1"}, "set d1", false},
    {"of a device that is gone", {"create d1 d2", "remove d2"}, "set d1", false},
    {"where the other namespace has ended", {"create d1 d2", "remove all in=n1"}, "set d1", false},
};

// Both ways are there to be run through: p0 leaves and arrives, p1 and p2 stand on the lists.
const Lines kPrograms = {"attach p0 d1/egress", "attach p1 d1/primary", "attach p2 d1/primary",
                         "attach p2 d1/peer",   "attach p1 d1/peer",    "attach p3 d2/ingress",
                         "attach p0 d2/egress", "attach p3 d1/ingress"};
const Lines kUp = {"set d1 state=up", "set d2 state=up"};

std::vector<Situation> sends() {
  std::vector<Situation> all;
  const auto pair = [&](const std::string& about, const std::string& attrs, Lines more) {
    Lines plain{"create d1 d2" + attrs};
    plain.insert(plain.end(), more.begin(), more.end());
    Lines with = plain;
    with.insert(with.end(), kPrograms.begin(), kPrograms.end());
    for (const std::string& from : {std::string("send d1"), std::string("send d2")}) {
      all.push_back({about, plain, from, false});
      const bool scrubs = attrs.find("ns=n1") != std::string::npos;
      all.push_back(
          {about + ", with programs", with, from, scrubs || (attrs.empty() && more == kUp)});
    }
  };
  pair("between sides that are up", "", kUp);
  pair("with a policy that drops", " policy=drop peer_policy=drop", kUp);
  pair("into the other namespace", " peer.ns=n1", kUp);
  pair("unscrubbed into the other namespace", " peer.ns=n1 scrub=none peer_scrub=none", kUp);
  pair("from an unscrubbed side into the other namespace", " peer.ns=n1 scrub=none", kUp);
  pair("unscrubbed in one namespace", " scrub=none", kUp);
  pair("with an MTU of 68", " mtu=68 peer.mtu=68", kUp);
  pair("in mode L2", " mode=l2", kUp);
  pair("with one side down", "", {"set d1 state=up"});
  pair("with one side down again", "", {"set d1 state=up", "set d2 state=up", "set d2 state=down"});
  pair("with both sides down", "", {});
  all.push_back({"of a single device",
                 {"create d1 pairing=single", "set d1 state=up", "attach p0 d1/egress"},
                 "send d1",
                 false});
  all.push_back(
      {"of a single device that is down", {"create d1 pairing=single"}, "send d1", false});
  all.push_back({"of a device that is gone", {"create d1 d2", "remove d2"}, "send d1", false});
  return all;
}

const Lines kVerdicts = {"p0=pass",   "p0=drop",    "p0=unknown",  "p0=redirect", "p1=pass",
                         "p1=drop",   "p1=unknown", "p1=redirect", "p2=drop",     "p2=redirect",
                         "p3=pass",   "p3=drop",    "p3=redirect", "mark",        "priority",
                         "bytes=13",  "bytes=14",   "bytes=82",    "bytes=83",    "bytes=1514",
                         "bytes=1515"};

constexpr std::string_view kHeader = "device d0\nload p0 p1 p2 p3\n";

// Traffic of several sizes over what came out of it; of a refused request nothing is left, so that
// the plain one succeeds. Last its list, which is as old as the device.
Lines traffic(const Operation& last, const World& world, const Prediction& p) {
  if (last.verb == Verb::send) return {};
  Lines lines;
  const bool refused = p.decision.error != Errno::ok;
  if (refused && last.verb == Verb::create && world.space_there(0) && !world.device_present(1) &&
      !world.device_present(2))
    lines.push_back("create d1 d2");
  const DeviceView made = world.view(1);
  const std::uint32_t mtu = made.there ? made.mtu : netkit::default_mtu;
  lines.insert(lines.end(), {"set d2 state=up", "set d1 state=up", "send d1 mark priority"});
  const bool whole = last.verb == Verb::create || last.attrs[0].key == Key::mtu;
  if (!refused && whole)
    for (const std::uint32_t bytes : {std::uint32_t{1514}, mtu + kFrameHead, mtu + kFrameHead + 1})
      lines.push_back("send d1 bytes=" + std::to_string(bytes));
  lines.push_back("send d2 mark priority");
  if (!refused && last.verb == Verb::create && world.view(2).there)
    lines.push_back("send d2 bytes=" + std::to_string(world.view(2).mtu + kFrameHead));
  if (made.there && world.view(2).there)
    lines.push_back(std::string("query d1/primary room=2 progs") +
                    (made.space == 1 ? " in=n1" : ""));
  return lines;
}

}  // namespace

std::vector<DirectedSuite> device_suite(Dialect dialect) {
  std::vector<DirectedSuite> all;
  const auto add = [&](Verb verb, const std::vector<Situation>& situations, const Lines& values,
                       std::string_view name = {}) {
    SuiteWriter writer(dialect, verb, std::string(name.empty() ? word(verb) : name), kHeader,
                       traffic);
    writer.go_through(situations, values);
    all.push_back(writer.done());
  };
  const std::vector<Situation> plain{{"", {}, "create d1 d2", true}};
  const Lines values = all_values();
  if (dialect->in_kernels) add(Verb::create, plain, values, "boundaries");
  add(Verb::create, kCreations, values);
  add(Verb::change, kChanges, values);
  add(Verb::set, kSets, values);
  add(Verb::send, sends(), kVerdicts);
  return all;
}

std::optional<Trace> at_netkit(const Trace& trace) {
  Trace out = trace;
  const std::uint8_t primary = trace.header.devices;
  if (primary + 1U >= kMaxDevices) return std::nullopt;
  for (Operation& op : out.operations) {
    const bool asks = op.verb == Verb::attach || op.verb == Verb::detach ||
                      op.verb == Verb::link_create || op.verb == Verb::query;
    if (op.verb == Verb::packet || op.verb == Verb::qdisc || of_filters(op.verb) ||
        op.verb == Verb::provoke || op.point.device >= primary) {
      if (op.point.device != kNoDevice) return std::nullopt;
      continue;
    }
    if (op.point.device != 0) continue;
    op.point.device = primary;
    if (asks && op.point.hook != Hook::bogus)
      op.point.hook = op.point.hook == Hook::ingress ? Hook::primary : Hook::peer;
  }
  Operation create;
  create.verb = Verb::create;
  create.point = {primary, Hook::ingress};
  create.peer = static_cast<std::uint8_t>(primary + 1);
  out.operations.insert(out.operations.begin(), create);
  if (complaint(out)) return std::nullopt;
  annotate(out);
  return out;
}

}  // namespace mprogcheck

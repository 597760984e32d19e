// SPDX-License-Identifier: GPL-2.0-only
#include "props/suite/device_suite.hpp"

#include <string>

#include "model/judge/check.hpp"
#include "model/words/text.hpp"
#include "props/suite/suite_writer.hpp"

namespace mprogcheck {
namespace {

const Lines kValues = {"policy=pass",
                       "policy=drop",
                       "policy=1",
                       "policy=3",
                       "policy=4294967295",
                       "policy=drop:short",
                       "policy=drop:long",
                       "peer_policy=drop",
                       "peer_policy=1",
                       "peer_policy=7",
                       "peer_policy=4294967295",
                       "peer_policy=drop:short",
                       "peer_policy=drop:long",
                       "mode=l2",
                       "mode=l3",
                       "mode=2",
                       "mode=4294967295",
                       "mode=l2:short",
                       "mode=l2:long",
                       "scrub=none",
                       "scrub=default",
                       "scrub=2",
                       "scrub=4294967295",
                       "scrub=none:short",
                       "scrub=none:long",
                       "peer_scrub=none",
                       "peer_scrub=default",
                       "peer_scrub=2",
                       "peer_scrub=4294967295",
                       "peer_scrub=none:short",
                       "peer_scrub=none:long",
                       "headroom=0",
                       "headroom=1",
                       "headroom=256",
                       "headroom=32768",
                       "headroom=65519",
                       "headroom=65535",
                       "headroom=1:short",
                       "headroom=1:long",
                       "tailroom=0",
                       "tailroom=1",
                       "tailroom=256",
                       "tailroom=32768",
                       "tailroom=65535",
                       "tailroom=1:short",
                       "tailroom=1:long",
                       "pairing=pair",
                       "pairing=single",
                       "pairing=2",
                       "pairing=4294967295",
                       "pairing=pair:short",
                       "pairing=pair:long",
                       "primary=0",
                       "primary=1",
                       "unknown=0",
                       "unknown=4294967295",
                       "unknown=1:short",
                       "peer=none",
                       "peer=cut",
                       "peer=given",
                       "peer=twice",
                       "peer=nested",
                       "address=a",
                       "address=zero",
                       "address=multicast",
                       "address=a:short",
                       "address=a:long",
                       "mtu=0",
                       "mtu=67",
                       "mtu=68",
                       "mtu=1280",
                       "mtu=1500",
                       "mtu=9000",
                       "mtu=65535",
                       "mtu=65536",
                       "mtu=4294967295",
                       "mtu=1500:short",
                       "mtu=1500:long",
                       "txqueues=0",
                       "txqueues=1",
                       "txqueues=2",
                       "txqueues=4096",
                       "txqueues=4097",
                       "rxqueues=0",
                       "rxqueues=1",
                       "rxqueues=1025",
                       "rxqueues=4096",
                       "rxqueues=4097",
                       "index=negative",
                       "index=lo",
                       "name=d2",
                       "name=d3",
                       "name=none",
                       "ns=n0",
                       "ns=n1",
                       "ns=bad",
                       "peer.address=b",
                       "peer.address=zero",
                       "peer.address=multicast",
                       "peer.address=b:short",
                       "peer.address=b:long",
                       "peer.mtu=67",
                       "peer.mtu=68",
                       "peer.mtu=1400",
                       "peer.mtu=65535",
                       "peer.mtu=65536",
                       "peer.mtu=1400:short",
                       "peer.txqueues=0",
                       "peer.txqueues=2",
                       "peer.txqueues=4097",
                       "peer.rxqueues=0",
                       "peer.rxqueues=4097",
                       "peer.index=negative",
                       "peer.index=lo",
                       "peer.name=d1",
                       "peer.name=d3",
                       "peer.name=none",
                       "peer.ns=n0",
                       "peer.ns=n1",
                       "peer.ns=bad",
                       "peer.unknown=0",
                       "peer.unknown=1:short",
                       "state=up",
                       "state=down"};

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
  if (dialect->in_kernels) add(Verb::create, plain, kValues, "boundaries");
  add(Verb::create, kCreations, kValues);
  add(Verb::change, kChanges, kValues);
  add(Verb::set, kSets, kValues);
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

// SPDX-License-Identifier: GPL-2.0-only
#include "props/suite/filter_suite.hpp"

#include "model/words/text.hpp"

namespace mprogcheck {
namespace {

constexpr std::string_view kHeader = "device d0 d1\nload p0 p1 p2 p3 p4:xdp\n";

const Lines kWords = {"priority=2", "priority=3",      "handle=2",  "handle=3",
                      "chain=1",    "skip_hw",         "skip_sw",   "bits=0x4",
                      "bits=0x10",  "bits=0x80000000", "as=nobody", "as=userns"};

// What may be at the place that is asked for, and around it.
struct Scene {
  std::string about;
  Lines before;
};
const std::vector<Scene> kScenes = {
    {"without a qdisc", {}},
    {"at an ingress qdisc", {"qdisc d0 add ingress"}},
    {"at an empty clsact qdisc", {"qdisc d0 add clsact"}},
    {"where netlink has a filter", {"qdisc d0 add clsact", "filter d0/ingress add p1"}},
    {"where a link has a filter", {"qdisc d0 add clsact", "filter_link l0 p1 d0/ingress"}},
    {"beside filters of both",
     {"qdisc d0 add clsact", "attach p0 d0/ingress", "filter d0/ingress add p1 priority=2",
      "filter_link l0 p2 d0/ingress priority=3", "filter d0/ingress add p3 chain=1",
      "filter_link l1 p3 d0/egress"}},
    {"where a link was orphaned by its chain",
     {"qdisc d0 add clsact", "filter_link l0 p1 d0/ingress", "chain d0/ingress remove"}},
    {"where a link was orphaned by its qdisc",
     {"qdisc d0 add clsact", "filter_link l0 p1 d0/ingress", "qdisc d0 remove",
      "qdisc d0 add clsact"}},
    {"where a link was orphaned by a qdisc of the other kind",
     {"qdisc d0 add clsact", "filter_link l0 p1 d0/ingress", "qdisc d0 replace ingress"}},
    {"where a link has detached",
     {"qdisc d0 add clsact", "filter_link l0 p1 d0/ingress", "link_detach l0"}},
};

// Packets, the links that are there, one more on either hook, and then all that tears down.
Lines aftermath(const Operation&, const World&, const Prediction&) {
  return {"packet d0/ingress",
          "packet d0/ingress p1=drop",
          "packet d0/ingress p0=pass p2=drop",
          "packet d0/egress p3=drop",
          "info l0",
          "link_update l0 p2",
          "link_update l0 p1 replace old=p2",
          "link_update l0 p4",
          "packet d0/ingress p1=drop",
          "link_detach l0",
          "info l0",
          "filter_link l6 p1 d0/ingress handle=3",
          "close l6",
          "filter_link l7 p2 d0/egress handle=3",
          "filter_link l8 p3 d0/ingress handle=3",
          "chain d0/ingress remove",
          "info l8",
          "link_update l8 p0",
          "qdisc d0 replace ingress",
          "info l7",
          "link_update l7 p0",
          "link_detach l7",
          "filter_link l9 p3 d0/ingress",
          "remove d0",
          "info l9",
          "link_update l9 p0",
          "close l9"};
}

std::vector<Situation> asked(const Lines& requests) {
  std::vector<Situation> all;
  for (const Scene& scene : kScenes)
    for (const std::string& request : requests)
      all.push_back({scene.about, scene.before, request, false});
  return all;
}

}  // namespace

std::vector<DirectedSuite> filter_suite(Dialect dialect) {
  std::vector<DirectedSuite> all;
  const auto add = [&](Verb verb, const std::vector<Situation>& situations) {
    SuiteWriter writer(dialect, verb,
                       verb == Verb::qdisc ? "qdisc_filters" : std::string(word(verb)), kHeader,
                       aftermath);
    writer.go_through(situations, kWords);
    all.push_back(writer.done());
  };
  add(Verb::filter,
      asked({"filter d0/ingress add p0", "filter d0/ingress replace p0",
             "filter d0/ingress change p0", "filter d0/ingress remove", "filter d0/egress add p0",
             "filter d0/egress remove", "filter d0/ingress add p4", "filter d0/ingress replace bad",
             "filter d0/ingress change file", "filter nodev/ingress add p0",
             "filter nodev/ingress remove"}));
  add(Verb::filter_link,
      asked({"filter_link l5 p0 d0/ingress", "filter_link l5 p1 d0/ingress",
             "filter_link l5 p0 d0/egress", "filter_link l5 p4 d0/ingress",
             "filter_link l5 bad d0/ingress", "filter_link l5 none d0/ingress",
             "filter_link l5 p0 nodev/ingress", "filter_link l5 p4 nodev/ingress"}));
  add(Verb::chain,
      asked({"chain d0/ingress remove", "chain d0/egress remove", "chain nodev/ingress remove"}));
  std::vector<Situation> qdiscs =
      asked({"qdisc d0 add clsact", "qdisc d0 add ingress", "qdisc d0 replace clsact",
             "qdisc d0 replace ingress", "qdisc d0 remove"});
  qdiscs.push_back({"of a device that is gone", {"remove d0"}, "qdisc d0 add clsact", false});
  add(Verb::qdisc, qdiscs);
  return all;
}

}  // namespace mprogcheck

// SPDX-License-Identifier: GPL-2.0-only
// The C reproducer: fixed text (c_*.hpp) around one paragraph for each operation (c_steps.cpp).
#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <utility>
#include <vector>

#include "model/attribute.hpp"
#include "model/text.hpp"
#include "props/repro/c_core.hpp"
#include "props/repro/c_devices.hpp"
#include "props/repro/c_foreign.hpp"
#include "props/repro/c_links.hpp"
#include "props/repro/c_lists.hpp"
#include "props/repro/c_odd.hpp"
#include "props/repro/c_packet.hpp"
#include "props/repro/c_setup.hpp"
#include "props/repro/plan.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

std::string comment(const Trace& trace, std::string_view headline) {
  const bool hazardous = is_hazardous(trace);
  std::string out = "// SPDX-License-Identifier: GPL-2.0-only\n/*\n";
  if (hazardous) out += c_text::kWarning;
  out +=
      wrapped(for_c_comment(headline.empty()
                                ? "Lists of BPF programs at tcx: what this sequence must lead to."
                                : headline),
              " * ");
  out += " *\n";
  for (const Operation& op : trace.operations) out += fmt::format(" *\t{}\n", print(op));
  out +=
      fmt::format(R"C( *
 * Written by mprogcheck. What is expected is what the interface promises (uapi comments, commit messages,
 * manual pages); each step says which promise that is.
 *
 *	cc -Wall -Wextra -Werror -o repro repro.c -lbpf		(libbpf 1.0 or newer)
 *	./repro{}							(as root)
 *
 * It needs root, to load BPF programs and to make a network namespace of its own. {}
 *
 * Exit status: 0, this kernel conforms; 1, it deviates where the output says DEVIATION; 2, could not run
 * (or not to the end).
 * The steps are in main(), at the end.
 */)C",
                  hazardous ? " --crash" : "",
                  hazardous ? "Whatever it makes goes\n * when it ends."
                            : "It touches nothing\n * outside of that, and leaves nothing behind.");
  return out;
}

// Which pieces of the fixed text there must be: what is not called would be a warning.
struct Uses {
  explicit Uses(const std::vector<Step>& steps) {
    for (const Step& s : steps) add(s);
  }

  void add(const Step& s) {
    const Operation& op = s.op;
    attaches |= op.verb == Verb::attach || op.verb == Verb::detach;
    creates |= op.verb == Verb::link_create;
    updates |= op.verb == Verb::link_update;
    releases |= op.verb == Verb::link_detach;
    infos |= op.verb == Verb::info;
    fdinfos |= op.verb == Verb::fdinfo;
    tells |= tells_link(s);
    closes |= op.verb == Verb::close;
    removes |= op.verb == Verb::remove && op.point.device != kAllDevices;
    removes_all |= op.verb == Verb::remove && op.point.device == kAllDevices;
    qdiscs |= op.verb == Verb::qdisc;
    queries |= op.verb == Verb::query;
    counts |= has_answer(s) && tells_count(op);
    answers |= has_answer(s) && tells_revision(op);
    packets |= op.verb == Verb::packet && s.must.error == Errno::ok;
    lists |= s.where && op.verb != Verb::query;
    revisions |= is_revision_it_had(s);
    also_due |= !s.also_due.empty();
    also_permitted |= !s.permitted.empty() || s.any_error;
    hazards |= op.hazardous();
    callers |= op.caller != Caller::root;
    odd_attributes |= op.odd_attribute();
    for (const Ref r : {op.prog, op.link, op.relative, op.old}) {
      maps |= r.kind == Ref::Kind::map;
      if (r.kind == Ref::Kind::foreign) foreign.set(r.raw);
    }
  }

  bool attaches = false, creates = false, updates = false, releases = false, closes = false;
  bool infos = false, fdinfos = false, tells = false;
  bool removes = false, removes_all = false, qdiscs = false;
  bool queries = false, counts = false, answers = false, packets = false, lists = false;
  bool revisions = false, also_due = false, also_permitted = false;
  bool hazards = false, callers = false, odd_attributes = false, maps = false;
  std::bitset<kForeigns> foreign;
};

// The names of the trace, so that the steps can be read.
std::string names(const Trace& trace, const std::vector<Step>& steps, std::size_t devices) {
  std::vector<std::string> devs, points, progs, links;
  for (std::size_t d = 0; d < devices; ++d) {
    devs.push_back(fmt::format("d{}", d));
    points.insert(points.end(), {fmt::format("d{}_ingress", d), fmt::format("d{}_egress", d)});
  }
  for (std::size_t p = 0; p < kMaxProgs; ++p)
    if (trace.header.loaded[p]) progs.push_back(fmt::format("p{} = {}", p, p));
  std::vector<std::uint8_t> made;
  for (const Step& s : steps)
    if (s.op.verb == Verb::link_create) made.push_back(s.op.link.raw);
  for (const std::uint8_t l : made) links.push_back(fmt::format("l{} = {}", l, l));
  const std::size_t most_links =
      made.empty() ? 1 : *std::max_element(made.begin(), made.end()) + std::size_t{1};
  std::size_t most_progs = 1;
  for (std::size_t p = 0; p < kMaxProgs; ++p)
    if (trace.header.loaded[p]) most_progs = p + 1;
  std::string out = fmt::format(
      "\n/* The names of the trace. */\n#define PROGS {}\n#define LINKS {}\n#define STEPS {}\n",
      most_progs, most_links, steps.size());
  devs.push_back("DEVICES");
  for (const auto& list : {devs, points, progs, links}) {
    std::string row;
    for (const auto& one : list) row += fmt::format("{}{}", row.empty() ? "" : ", ", one);
    if (row.size() > 80)
      out += fmt::format("enum {{\n{}}};\n", wrapped(row, "\t", 100));
    else if (!row.empty())
      out += fmt::format("enum {{ {} }};\n", row);
  }
  return out;
}

std::string main_function(const Trace& trace, const std::vector<Step>& steps, const Uses& uses) {
  std::string out =
      uses.hazards ? "\nint main(int argc, char **argv)\n{\n" : "\nint main(void)\n{\n";
  if (uses.attaches) out += "\tstruct attach_attr attach;\n";
  if (uses.creates) out += "\tstruct link_create_attr create;\n";
  if (uses.updates) out += "\tstruct link_update_attr update;\n";
  if (uses.releases) out += "\tstruct link_detach_attr release;\n";
  if (uses.queries) out += "\tstruct query_attr query;\n";
  out += "\n";
  if (uses.hazards) out += "\trequire_crash(argc, argv);\n";
  out += "\tset_up();\n";
  if (uses.maps) out += "\tset_up_map();\n";
  for (std::size_t f = 0; f < kForeigns; ++f)
    if (uses.foreign[f])
      out += fmt::format("\tset_up_{}();\n", foreign_name(static_cast<Foreign>(f)));
  if (uses.packets) out += "\tset_up_packets();\n";
  for (std::size_t p = 0; p < kMaxProgs; ++p)
    if (trace.header.loaded[p])
      out += fmt::format("\tload(p{}, {});\n", p,
                         trace.header.xdp[p] ? "BPF_PROG_TYPE_XDP" : "BPF_PROG_TYPE_SCHED_CLS");
  for (const Step& step : steps) out += "\n" + c_paragraph(step);
  return out + "\n\treturn verdict();\n}\n";
}

}  // namespace

std::string write_c(const Trace& trace, std::string_view headline) {
  const std::vector<Step> steps = plan(trace);
  const Uses uses(steps);
  std::string out = comment(trace, headline);
  const auto piece = [&](bool wanted, std::string_view text) {
    if (wanted) out += text;
  };
  piece(true, c_text::kHeaders);
  piece(uses.packets, c_text::kPacketHeaders);
  piece(uses.qdiscs, c_text::kQdiscHeaders);
  piece(uses.callers, c_text::kCallAsHeaders);
  for (std::size_t f = 0; f < kForeigns; ++f)
    piece(uses.foreign[f], c_text::kForeignLinks[f].headers);
  // A device is made in any case: that the kernel has tcx at all is asked there.
  out += names(trace, steps, std::max<std::size_t>(trace.header.devices, 1));
  piece(true, c_text::kCore);
  piece(true, uses.callers ? c_text::kCallAs : c_text::kCall);
  piece(uses.odd_attributes, c_text::kCallWith);
  piece(true, c_text::kSteps);
  piece(uses.also_due, c_text::kAlsoDue);
  piece(uses.also_permitted, c_text::kAlsoPermitted);
  piece(true, c_text::kLists);
  piece(uses.lists || uses.counts, c_text::kExpectEntries);
  piece(uses.lists, c_text::kExpectList);
  piece(uses.revisions, c_text::kRevision);
  piece(uses.queries, c_text::kAsk);
  piece(uses.counts, c_text::kExpectCounted);
  piece(uses.answers, c_text::kExpectAnswer);
  piece(uses.creates, c_text::kLinkCreate);
  piece(uses.updates, c_text::kLinkUpdate);
  piece(uses.releases, c_text::kLinkDetach);
  piece(uses.infos || uses.fdinfos, c_text::kTold);
  piece(uses.infos, c_text::kInfo);
  piece(uses.fdinfos, c_text::kFdinfo);
  piece(uses.tells, c_text::kExpectTold);
  piece(uses.closes, c_text::kClose);
  piece(true, c_text::kDevices);
  piece(uses.removes, c_text::kRemove);
  piece(uses.qdiscs, c_text::kQdisc);
  piece(uses.packets, c_text::kPacket);
  piece(uses.removes_all || uses.foreign.any(), c_text::kTrivial);
  piece(uses.removes_all, c_text::kRemoveAll);
  piece(uses.removes_all && uses.packets, c_text::kClosePacketSocket);
  piece(uses.removes_all, c_text::kRemoveAllEnd);
  piece(uses.maps, c_text::kMap);
  for (std::size_t f = 0; f < kForeigns; ++f) piece(uses.foreign[f], c_text::kForeignLinks[f].text);
  if (trace.header.loaded.any()) {
    piece(!uses.packets, c_text::kLoad);
    piece(uses.packets, c_text::kLoadNoting);
    piece(true, c_text::kLoadEnd);
  }
  piece(true, c_text::kSetUp);
  piece(uses.hazards, c_text::kGuard);
  return out + main_function(trace, steps, uses);
}

}  // namespace mprogcheck::repro

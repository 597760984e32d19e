// SPDX-License-Identifier: GPL-2.0-only
// The C reproducer: fixed text (c_*.hpp) around one paragraph for each operation (c_steps.cpp).
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "model/words/text.hpp"
#include "props/repro/c_attributes.hpp"
#include "props/repro/c_core.hpp"
#include "props/repro/c_devices.hpp"
#include "props/repro/c_foreign.hpp"
#include "props/repro/c_links.hpp"
#include "props/repro/c_lists.hpp"
#include "props/repro/c_look.hpp"
#include "props/repro/c_netkit.hpp"
#include "props/repro/c_notes.hpp"
#include "props/repro/c_odd.hpp"
#include "props/repro/c_packet.hpp"
#include "props/repro/c_rtnetlink.hpp"
#include "props/repro/c_send.hpp"
#include "props/repro/c_setup.hpp"
#include "props/repro/c_spaces.hpp"
#include "props/repro/c_uses.hpp"
#include "props/repro/plan.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

std::string comment(const Trace& trace, std::string_view headline) {
  const bool hazardous = is_hazardous(trace);
  std::string out = "// SPDX-License-Identifier: GPL-2.0-only\n/*\n";
  if (hazardous) out += c_text::kWarning;
  out += wrapped(
      for_c_comment(headline.empty()
                        ? "Lists of BPF programs at tcx and netkit: what this sequence must "
                          "lead to."
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
 * It needs root, to load BPF programs and to make network namespaces of its own. {}
 *
 * Exit status: 0, this kernel conforms; 1, it deviates where the output says DEVIATION; 2, could not run
 * (or not to the end).
 * The steps are in main(), at the end.
 */)C",
                  hazardous ? " --crash" : "",
                  hazardous ? "Whatever it makes goes\n * when it ends."
                            : "It touches nothing\n * outside of them, and leaves nothing behind.");
  return out;
}

// Devices that there are before the first step. One is made in any case, unless others are: that
// the kernel has tcx at all is asked there.
std::size_t devices_at_first(const Trace& trace, const Uses& uses) {
  return std::max<std::size_t>(trace.header.devices, uses.netkit ? 0 : 1);
}

std::size_t named_devices(const Trace& trace, const Uses& uses) {
  std::size_t out = devices_at_first(trace, uses);
  for (const Operation& op : trace.operations) {
    if (!has_trait(op.verb, Trait::lifetime) || !of_netkit(op.verb)) continue;
    out = std::max<std::size_t>(out, op.point.device + 1U);
    if (op.peer != kNoDevice) out = std::max<std::size_t>(out, op.peer + 1U);
  }
  return out;
}

// The names of the trace, so that the steps can be read.
std::string names(const Trace& trace, const std::vector<Step>& steps, const Uses& uses) {
  std::vector<std::string> devs, points, progs, links;
  for (std::size_t d = 0; d < named_devices(trace, uses); ++d) {
    devs.push_back(fmt::format("d{}", d));
    points.insert(points.end(), {fmt::format("d{}_ingress", d), fmt::format("d{}_egress", d)});
    if (uses.netkit) points.push_back(fmt::format("d{}_own", d));
  }
  for (std::size_t p = 0; p < kMaxProgs; ++p)
    if (trace.header.loaded[p]) progs.push_back(fmt::format("p{} = {}", p, p));
  std::vector<std::uint8_t> made;
  for (const Step& s : steps)
    if (has_trait(s.op.verb, Trait::makes_link)) made.push_back(s.op.link.raw);
  for (const std::uint8_t l : made) links.push_back(fmt::format("l{} = {}", l, l));
  const std::size_t most_links =
      made.empty() ? 1 : *std::max_element(made.begin(), made.end()) + std::size_t{1};
  std::size_t most_progs = 1;
  for (std::size_t p = 0; p < kMaxProgs; ++p)
    if (trace.header.loaded[p]) most_progs = p + 1;
  std::string out = fmt::format(
      "\n/* The names of the trace. */\n#define PROGS {}\n#define LINKS {}\n#define STEPS {}\n"
      "#define DEVICES {} /* before the first step */\n#define HOOKS {} /* of each */\n",
      most_progs, most_links, steps.size(), devices_at_first(trace, uses), uses.netkit ? 3 : 2);
  devs.push_back("NAMES");
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
  if (uses.has(Verb::attach) || uses.has(Verb::detach)) out += "\tstruct attach_attr attach;\n";
  if (uses.has(Verb::link_create)) out += "\tstruct link_create_attr create;\n";
  if (uses.has(Verb::link_update)) out += "\tstruct link_update_attr update;\n";
  if (uses.has(Verb::link_detach)) out += "\tstruct link_detach_attr release;\n";
  if (uses.has(Verb::query)) out += "\tstruct query_attr query;\n";
  if (uses.makes || uses.asks_device) out += "\tstruct request r;\n";
  out += "\n";
  if (uses.hazards) out += "\trequire_crash(argc, argv);\n";
  out += "\tset_up();\n";
  if (uses.packets || uses.has(Verb::send)) out += "\tset_up_notes();\n";
  if (uses.netkit) out += "\tset_up_netkit();\n";
  if (uses.maps) out += "\tset_up_map();\n";
  for (std::size_t f = 0; f < kForeigns; ++f)
    if (uses.foreign[f])
      out += fmt::format("\tset_up_{}();\n", foreign_name(static_cast<Foreign>(f)));
  if (uses.packets) out += "\tset_up_packets();\n";
  for (std::size_t p = 0; p < kMaxProgs; ++p)
    if (trace.header.loaded[p])
      out += fmt::format("\tload(p{}, {});\n", p,
                         trace.header.xdp[p] ? "BPF_PROG_TYPE_XDP" : "BPF_PROG_TYPE_SCHED_CLS");
  for (const Step& step : steps) out += "\n" + c_paragraph(step, uses);
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
  const bool noting = uses.packets || uses.has(Verb::send);
  const bool taps = devices_at_first(trace, uses) != 0;
  piece(true, c_text::kHeaders);
  piece(noting, c_text::kPacketHeaders);
  piece(uses.has(Verb::qdisc), c_text::kQdiscHeaders);
  piece(uses.callers, c_text::kCallAsHeaders);
  for (std::size_t f = 0; f < kForeigns; ++f)
    piece(uses.foreign[f], c_text::kForeignLinks[f].headers);
  out += names(trace, steps, uses);
  piece(true, c_text::kCore);
  piece(uses.hooks, c_text::kNetkitHooks);
  const bool lists = uses.makes || taps;
  piece(uses.calls || lists, uses.callers ? c_text::kCallAs : c_text::kCall);
  piece(uses.odd_attributes, c_text::kCallWith);
  piece(true, c_text::kSteps);
  piece(uses.also_due, c_text::kAlsoDue);
  piece(uses.also_permitted, c_text::kAlsoPermitted);
  if (noting) {
    piece(true, c_text::kNote);
    piece(uses.has(Verb::send), c_text::kNoteOfPacket);
    piece(true, c_text::kNoteEnd);
  }
  if (uses.spaces) {
    piece(true, c_text::kSpaces);
    piece(uses.has(Verb::send), c_text::kSilence);
    piece(true, c_text::kOpenSpace);
    piece(uses.has(Verb::send), c_text::kOpenSpaceToListen);
    piece(true, c_text::kOpenSpaceEnd);
  }
  piece(true, with_attributes(uses.netkit ? c_text::kAllNetkitNames : c_text::kNetkitNames));
  piece(uses.netkit, with_attributes(c_text::kDevice));
  if (lists) {
    piece(true, uses.netkit ? c_text::kReadListOfNetkit : c_text::kReadList);
    piece(true, c_text::kBeginList);
  }
  piece(uses.indexes, c_text::kIndexIn);
  piece(uses.lists || uses.counts, c_text::kExpectEntries);
  piece(uses.lists, c_text::kExpectList);
  piece(uses.revisions, c_text::kRevision);
  piece(uses.has(Verb::query), c_text::kAsk);
  piece(uses.counts, c_text::kExpectCounted);
  piece(uses.answers, c_text::kExpectAnswer);
  piece(uses.has(Verb::link_create), c_text::kLinkCreate);
  piece(uses.has(Verb::link_update), c_text::kLinkUpdate);
  piece(uses.has(Verb::link_detach), c_text::kLinkDetach);
  piece(uses.links_told, c_text::kTold);
  piece(uses.has(Verb::info), c_text::kInfo);
  piece(uses.fdinfos, c_text::kFdinfo);
  piece(uses.tells, c_text::kExpectTold);
  piece(uses.has(Verb::close), c_text::kClose);
  piece(true, c_text::kRequest);
  piece(true, c_text::kAskRtnetlink);
  piece(true, c_text::kMakeNetkit);
  piece(taps, c_text::kMakeDevice);
  piece(uses.removes, c_text::kRemove);
  piece(uses.has(Verb::qdisc), c_text::kQdisc);
  piece(uses.packets, c_text::kPacket);
  if (uses.netkit) {
    piece(uses.makes || uses.asks_device, c_text::kAskIn);
    piece(true, c_text::kComplaint);
    piece(true, with_attributes(c_text::kDump));
    piece(true, c_text::kLook);
    piece(uses.asks_device, c_text::kAskDevice);
    piece(uses.makes, c_text::kLookForNew);
    piece(uses.appear, with_attributes(c_text::kMade));
    piece(true, with_attributes(c_text::kExpectDevices));
    piece(true, c_text::kSetUpNetkit);
  }
  piece(uses.has(Verb::send), c_text::kSend);
  piece(uses.journeys, c_text::kExpectJourney);
  piece(uses.removes_all || uses.foreign.any(), c_text::kTrivial);
  if (uses.removes_all) {
    piece(taps, c_text::kCloseTaps);
    piece(true, c_text::kWitness);
    piece(true, uses.spaces ? c_text::kEndSpace : c_text::kRemoveAll);
    piece(uses.spaces && taps, c_text::kEndTaps);
    piece(uses.packets, uses.spaces ? c_text::kEndPackets : c_text::kClosePacketSocket);
    piece(uses.has(Verb::send), c_text::kEndListening);
    piece(true, uses.spaces ? c_text::kEndSpaceEnd : c_text::kRemoveAllEnd);
  }
  piece(uses.maps, c_text::kMap);
  for (std::size_t f = 0; f < kForeigns; ++f) piece(uses.foreign[f], c_text::kForeignLinks[f].text);
  if (trace.header.loaded.any()) {
    piece(!noting, c_text::kLoad);
    if (noting) {
      piece(true, c_text::kLoadNoting);
      piece(uses.has(Verb::send), c_text::kLoadNotingPacket);
      piece(true, c_text::kLoadNotingBegin);
      piece(uses.has(Verb::send), c_text::kNotingPacket);
      piece(true, c_text::kNotingVerdict);
      piece(uses.has(Verb::send), c_text::kNotingRedirect);
      piece(true, c_text::kLoadNotingEnd);
    }
    piece(true, c_text::kLoadEnd);
  }
  piece(true, c_text::kSetUp);
  piece(true, uses.spaces ? c_text::kSetUpSpaces : c_text::kSetUpNamespace);
  piece(taps, c_text::kSetUpDevices);
  piece(true, c_text::kSetUpEnd);
  piece(uses.hazards, c_text::kGuard);
  return out + main_function(trace, steps, uses);
}

}  // namespace mprogcheck::repro

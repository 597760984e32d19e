// SPDX-License-Identifier: GPL-2.0-only
// The reproducer as a shell script, for what bpftool can say: attach behind all others or, since it
// has `prepend`, in front of them; detach the last; show. It cannot name a relative program, flags
// or a revision, makes no links at tcx, and shows a list without its revision.
#include <fmt/format.h>

#include <cstring>
#include <map>
#include <set>

#include "model/words/text.hpp"
#include "props/repro/bpftool_text.hpp"
#include "props/repro/ways.hpp"
#include "props/repro/writers.hpp"

namespace mprogcheck::repro {
namespace {

bool prepends(const Operation& op) {
  return has_trait(op.verb, Trait::inserts) && op.flags == flag::before;
}

class Script {
 public:
  explicit Script(const Trace& trace) : trace_(trace), steps_(plan(trace)) {
    for (const Step& s : steps_) body_ += paragraph(s);
  }

  std::string text(std::string_view headline) const {
    std::string out = "#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-only\n#\n";
    out +=
        wrapped(headline.empty() ? "Lists of BPF programs at tcx: what this sequence must lead to."
                                 : one_line(headline),
                "# ");
    out += "#\n";
    for (const Step& s : steps_) out += fmt::format("#\t{}\n", print(s.op));
    out += bpftool_text::kBegin;
    if (prepends_) out += bpftool_text::kNeedsPrepend;
    for (int d = 0; d < trace_.header.devices; ++d)
      out += fmt::format(
          "ip tuntap add dev d{0} mode tap || cannot 'no TAP device could be made'\n", d);
    for (std::size_t p = 0; p < kMaxProgs; ++p)
      if (trace_.header.loaded[p])
        out += fmt::format("load p{} {}\n", p, trace_.header.xdp[p] ? "xdp" : "tc");
    return out + body_ + std::string(bpftool_text::kEnd);
  }

 private:
  [[noreturn]] static void refuse(const Step& s, std::string_view why) {
    cannot_express(s, "bpftool", why);
  }

  void require_point(const Step& s) const {
    if (s.op.point.hook == Hook::bogus)
      refuse(s, "bpftool cannot name an attach type that does not exist");
    if (s.op.point.hook == Hook::primary || s.op.point.hook == Hook::peer)
      refuse(s, "a script makes no netkit devices");
    if (s.op.space != 0) refuse(s, "the script stays in one namespace");
    if (s.op.point.device == kNoDevice || removed_.contains(s.op.point.device))
      refuse(
          s,
          "bpftool finds devices by name, and cannot ask the kernel about one that is not there");
  }

  // What neither attach nor detach of bpftool has words for.
  static void require_plain(const Step& s) {
    const Operation& op = s.op;
    if (op.revision) refuse(s, "bpftool cannot pass an expected revision");
    if (op.relative.given()) refuse(s, "bpftool cannot name a relative program");
    if (op.old.given()) refuse(s, "bpftool cannot name a program to be replaced");
    if (op.bits || (op.flags && !prepends(op))) refuse(s, "bpftool cannot pass these flags");
  }

  bool expects_revision(const Step& s) const {
    const auto& all = trace_.expected;
    return !all.empty() && all[s.number - 1] && all[s.number - 1]->revision;
  }

  std::string list_at(Point p) {
    std::string out;
    const Listing& list = lists_[p];
    for (std::size_t i = 0; i < list.filled; ++i)
      out += (i ? " " : "") + program_name(list.entries[i].prog);
    return out;
  }

  std::string expect(const Step& s) {
    const Errno e = s.must.error;
    return fmt::format("expect '{}' d{} {} '{}'\n",
                       e == Errno::ok ? "ok" : strerrordesc_np(static_cast<int>(e)),
                       s.op.point.device, s.op.point.hook == Hook::ingress ? "ingress" : "egress",
                       list_at(s.op.point));
  }

  std::string attach(const Step& s) {
    require_point(s);
    require_plain(s);
    if (s.op.prog.kind != Ref::Kind::prog || closed_.contains(s.op.prog.raw))
      refuse(s,
             "bpftool opens the program itself, and cannot ask the kernel to attach what it cannot "
             "open");
    prepends_ |= prepends(s.op);
    lists_[s.op.point] = s.must.after;
    return fmt::format("request \"$bpftool\" net attach tcx_{} pinned \"$dir/bpf/p{}\" dev d{}{}\n",
                       hook(s), s.op.prog.raw, s.op.point.device,
                       prepends(s.op) ? " prepend" : "") +
           expect(s);
  }

  std::string detach(const Step& s) {
    require_point(s);
    require_plain(s);
    if (s.op.prog.given())
      refuse(s, "bpftool cannot name the program to detach, and always means the last one");
    lists_[s.op.point] = s.must.after;
    return fmt::format("request \"$bpftool\" net detach tcx_{} dev d{}\n", hook(s),
                       s.op.point.device) +
           expect(s);
  }

  std::string query(const Step& s) {
    require_point(s);
    if (s.op.fault || s.op.bits) refuse(s, "bpftool cannot send a query that is wrong");
    if (s.op.arrays || s.op.room)
      refuse(s, "bpftool cannot choose the arrays of a query and their room, and shows no counts");
    if (expects_revision(s)) refuse(s, "bpftool cannot show the revision of a list");
    if (s.must.error != Errno::ok) refuse(s, "bpftool cannot show an error of a query");
    return fmt::format("request \"$bpftool\" net show dev d{}\n", s.op.point.device) + expect(s);
  }

  std::string close(const Step& s) {
    if (s.op.prog.kind != Ref::Kind::prog) refuse(s, "bpftool cannot make links at tcx");
    if (!closed_.insert(s.op.prog.raw).second)
      refuse(s, "the program's pin is gone already, and bpftool cannot name it");
    return fmt::format("request rm \"$dir/bpf/p{}\"\nexpect ok\n", s.op.prog.raw);
  }

  std::string remove(const Step& s) {
    if (s.op.point.device == kAllDevices)
      refuse(s, "the script would have to leave its own namespace");
    if (!removed_.insert(s.op.point.device).second)
      refuse(s, "the device is gone already, and bpftool cannot name it");
    return fmt::format("request ip link del dev d{}\nexpect ok\n", s.op.point.device);
  }

  static std::string_view hook(const Step& s) {
    return s.op.point.hook == Hook::ingress ? "ingress" : "egress";
  }

  std::string paragraph(const Step& s) {
    std::string out = "\n" + wrapped(fmt::format("{} ({})", s.clause.sentence, s.clause.id), "# ") +
                      fmt::format("step '{}'\n", print(s.op));
    return out + (this->*way_of(kWays, kRefusals, s, "bpftool"))(s);
  }

  using Write = std::string (Script::*)(const Step&);
  using Op = Operation;
  static const Way<Write> kWays[5];
  static const Refusal kRefusals[8];

  const Trace& trace_;
  std::vector<Step> steps_;
  std::map<Point, Listing> lists_;  // as the model has them, where they were touched
  std::set<std::uint8_t> closed_, removed_;
  bool prepends_ = false;
  std::string body_;
};

// Some of the fields are refused by sentences of their own.
const Way<Script::Write> Script::kWays[] = {
    {Verb::attach, &Script::attach,
     writes<&Op::point, &Op::prog, &Op::flags, &Op::bits, &Op::relative, &Op::old, &Op::revision,
            &Op::space>},
    {Verb::detach, &Script::detach,
     writes<&Op::point, &Op::prog, &Op::flags, &Op::bits, &Op::relative, &Op::old, &Op::revision,
            &Op::space>},
    {Verb::query, &Script::query,
     writes<&Op::point, &Op::room, &Op::arrays, &Op::fault, &Op::bits, &Op::space>},
    {Verb::close, &Script::close, writes<&Op::prog>},
    {Verb::remove, &Script::remove, writes<&Op::point, &Op::space>},
};
const Refusal Script::kRefusals[] = {
    {Trait::provokes, "the harness provokes, in a VM of its own"},
    {Trait::filter, "filters are made with tc, and no kernel has links that own them"},
    {Trait::netkit, "netkit devices are made with ip, and bpftool cannot send packets"},
    {Trait::makes_link, "bpftool cannot make links at tcx"},
    {Trait::changes_link, "bpftool cannot make links at tcx"},
    {Trait::tells_link, "bpftool cannot make the links at tcx that it would ask about"},
    {Trait::packet, "bpftool cannot send packets"},
    {Trait::plain_device, "qdiscs are made with tc, not with bpftool"},
};

}  // namespace

std::string write_bpftool(const Trace& trace, std::string_view headline) {
  return Script(trace).text(headline);
}

}  // namespace mprogcheck::repro

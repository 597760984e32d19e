// SPDX-License-Identifier: GPL-2.0-only
#include "props/repro/selftest_steps.hpp"

#include <fmt/format.h>

#include "model/words/text.hpp"
#include "props/repro/libbpf_words.hpp"
#include "props/repro/ways.hpp"

namespace mprogcheck::repro {
namespace {

std::string error(Errno e) {
  return e == Errno::ok ? "0" : "-" + to_string(e);
}

class Writer {
 public:
  Writer(const Step& step, SelftestNeeds& needs) : s_(step), op_(step.op), needs_(needs) {}

  std::string call();

  std::string answer() {
    const auto& list = s_.must.answer;
    std::string out = fmt::format("\tASSERT_EQ(optq.count, {}, \"count\");\n", list.count);
    out += fmt::format("\tASSERT_EQ(optq.revision, {}[{}], \"revision\");\n",
                       selftest_revisions(*s_.where), s_.revision);
    for (std::size_t i = 0; i < list.filled; ++i) {
      const Entry& e = list.entries[i];
      const auto told = [&](std::string_view name, std::string_view value) {
        out += fmt::format("\tASSERT_EQ({0}[{1}], {2}, \"{0}[{1}]\");\n", name, i, value);
      };
      told("prog_ids", prog_id(e.prog));
      if (op_.arrays & array::links) told("link_ids", link_id(e.link));
      if (op_.arrays & array::prog_flags) told("prog_attach_flags", "0");
      if (op_.arrays & array::link_flags) told("link_attach_flags", "0");
    }
    return out;
  }

  std::string told() {
    const Point at = s_.must.at;
    const auto same = [](std::string_view member, std::string_view value) {
      return fmt::format("\tASSERT_EQ(info.{0}, {1}, \"{0}\");\n", member, value);
    };
    return same("prog_id", prog_id(s_.must.answer.entries[0].prog)) +
           same("tcx.ifindex", at.device == kNoDevice ? "0" : selftest_device(needs_, at)) +
           same("tcx.attach_type", selftest_target(at.hook));
  }

  // The list, and that its revision is another one than ever before, or still the same.
  std::string list_after() {
    std::string progs, links;
    for (std::size_t i = 0; i < s_.must.after.filled; ++i) {
      progs += (i ? ", " : "") + prog_id(s_.must.after.entries[i].prog);
      links += (i ? ", " : "") + link_id(s_.must.after.entries[i].link);
    }
    const auto rows = [](const std::string& row) {
      return row.empty() ? "NULL" : "(__u32[]){ " + row + " }";
    };
    const std::string rev = selftest_revisions(*s_.where);
    const std::string seen = fmt::format(
        "assert_list({}, {}, {}, {}, {})", selftest_device(needs_, *s_.where),
        selftest_target(s_.where->hook), rows(progs), rows(links), s_.must.after.filled);
    if (!s_.changes)
      return folded(fmt::format("\tASSERT_EQ({}, {}[{}], \"revision\");", seen, rev, s_.revision));
    needs_.new_revisions = true;
    return folded(fmt::format("\t{}[{}] = {};", rev, s_.revision_after, seen)) +
           fmt::format("\tassert_new_revision({}, {});\n", rev, s_.revision_after);
  }

  // The ways to write a call.
  std::string attach() {
    const Options o = list_options("", fd(op_.old));
    needs_.attaches |= !o.empty();
    return reset(o, "opta") + folded(fmt::format("\terr = bpf_prog_attach_opts({}, {}, {});",
                                                 fd(op_.prog), at(), pointer(o, "opta")));
  }
  std::string detach() {
    const Options o = list_options("", "0");
    needs_.detaches |= !o.empty();
    return reset(o, "optd") + folded(fmt::format("\terr = bpf_prog_detach_opts({}, {}, {});",
                                                 fd(op_.prog), at(), pointer(o, "optd")));
  }
  std::string link_update() {
    Options o;
    o.add("flags", flag_names(op_, !by_id(op_))).add("old_prog_fd", fd(op_.old));
    needs_.updates |= !o.empty();
    return reset(o, "optu") + fmt::format("\terr = bpf_link_update({}, {}, {});\n", fd(op_.link),
                                          fd(op_.prog), pointer(o, "optu"));
  }
  std::string link_detach() { return fmt::format("\terr = bpf_link_detach({});\n", fd(op_.link)); }
  std::string close() {
    return fmt::format("\terr = close({0}) ? -errno : 0;\n\t{0} = 1000000;\n", fd(op_.prog));
  }
  std::string remove() {
    return s_.must.error != Errno::ok
               ? "\terr = -ENODEV; /* it is gone already */\n"
               : fmt::format("\terr = system(\"ip link del dev repro_d{}\");\n", op_.point.device);
  }
  std::string link_create() {
    const Options o = list_options("tcx.", "0");
    needs_.creates |= !o.empty();
    std::string out = reset(o, "optl") +
                      folded(fmt::format("\terr = lfd{} = bpf_link_create({}, {}, {});",
                                         op_.link.raw, fd(op_.prog), at(), pointer(o, "optl")));
    if (s_.must.error != Errno::ok) return out;
    return out +
           fmt::format("\tif (err > 0) {{\n\t\t{} = id_from_link_fd(lfd{});\n\t\terr = 0;\n\t}}\n",
                       link_id(Link{op_.link.raw}), op_.link.raw);
  }
  std::string info() {
    needs_.infos = true;
    return "\tmemset(&info, 0, sizeof(info));\n\tinfo_len = sizeof(info);\n" +
           fmt::format("\terr = bpf_link_get_info_by_fd({}, &info, &info_len);\n", fd(op_.link));
  }
  std::string query() {
    needs_.queries = true;
    Options o;
    std::string clear;
    const auto array = [&](std::uint8_t bit, std::string_view member) {
      if (!(op_.arrays & bit)) return;
      o.add(member, op_.fault ? "(void *)8" : member);  // the first page is never mapped
      if (op_.fault && !has_answer(s_)) return;
      clear += fmt::format("\tmemset({0}, 0xff, sizeof({0}));\n", member);
      needs_.arrays |= bit;
    };
    o.add("query_flags", flag_names(op_, !by_id(op_))).add("count", fmt::format("{}", op_.room));
    array(array::progs, "prog_ids");
    array(array::links, "link_ids");
    array(array::prog_flags, "prog_attach_flags");
    array(array::link_flags, "link_attach_flags");
    return clear + reset(o, "optq") +
           fmt::format("\terr = bpf_prog_query_opts({}, &optq);\n", at());
  }

 private:
  static std::string reset(const Options& o, std::string_view name) {
    return o.empty() && name != "optq" ? "" : folded("\t" + o.reset(name));
  }
  static std::string pointer(const Options& o, std::string_view name) {
    return o.empty() ? "NULL" : fmt::format("&{}", name);
  }
  std::string at() const {
    return fmt::format("{}, {}", selftest_device(needs_, op_.point),
                       selftest_target(op_.point.hook));
  }
  std::string prog_id(Prog p) {
    needs_.prog_ids.set(p.raw);
    return fmt::format("id{}", needs_.tc(p.raw));
  }
  std::string link_id(Link l) {
    if (l == kNoLink) return "0";
    needs_.link_ids.set(l.raw);
    return fmt::format("lid{}", l.raw);
  }
  std::string id(Ref r) {
    if (r.kind == Ref::Kind::prog) return prog_id(Prog{r.raw});
    if (r.kind == Ref::Kind::link) return link_id(Link{r.raw});
    return r.given() ? "0x7ffffff0" : "0";
  }
  std::string fd(Ref r) {
    needs_.file |= r.kind == Ref::Kind::file;
    if (r.kind == Ref::Kind::prog) return fmt::format("fd{}", needs_.tc(r.raw));
    if (r.kind == Ref::Kind::link) return fmt::format("lfd{}", r.raw);
    return r.kind == Ref::Kind::file ? "null_fd" : r.kind == Ref::Kind::bad ? "1000000" : "0";
  }

  Options list_options(std::string_view prefix, const std::string& replaced) {
    Options o;
    o.add("flags", flag_names(op_, !by_id(op_))).add("replace_prog_fd", replaced);
    o.add(fmt::format("{}relative_{}", prefix, by_id(op_) ? "id" : "fd"),
          by_id(op_) ? id(op_.relative) : fd(op_.relative));
    return o.add(fmt::format("{}expected_revision", prefix),
                 is_revision_it_had(s_)
                     ? fmt::format("{}[{}]", selftest_revisions(*s_.where), op_.revision)
                     : fmt::format("{}", op_.revision));
  }

  const Step& s_;
  const Operation& op_;
  SelftestNeeds& needs_;
};

using Write = std::string (Writer::*)();
using Op = Operation;
constexpr Way<Write> kWays[] = {
    {Verb::attach, &Writer::attach,
     writes<&Op::point, &Op::prog, &Op::flags, &Op::bits, &Op::relative, &Op::old, &Op::revision>},
    {Verb::detach, &Writer::detach,
     writes<&Op::point, &Op::prog, &Op::flags, &Op::bits, &Op::relative, &Op::revision>},
    {Verb::query, &Writer::query,
     writes<&Op::point, &Op::room, &Op::arrays, &Op::fault, &Op::bits>},
    {Verb::link_create, &Writer::link_create,
     writes<&Op::link, &Op::point, &Op::prog, &Op::flags, &Op::bits, &Op::relative, &Op::revision>},
    {Verb::link_update, &Writer::link_update,
     writes<&Op::link, &Op::prog, &Op::flags, &Op::bits, &Op::old>},
    {Verb::link_detach, &Writer::link_detach, writes<&Op::link>},
    {Verb::info, &Writer::info, writes<&Op::link>},
    {Verb::close, &Writer::close, writes<&Op::prog>},
    {Verb::remove, &Writer::remove, writes<&Op::point>},
};
constexpr Refusal kRefusals[] = {
    {Trait::provokes, "the harness provokes, in a VM of its own"},
    {Trait::netkit, "the test_tc_link skeleton has no netkit devices; try --format c"},
    {Trait::filter, "no kernel has links that own filters"},
    {Trait::packet, "a selftest cannot choose what its programs say to a packet; try --format c"},
    {Trait::tells_link,
     "libbpf reads no /proc; 'info' asks the same of the kernel, or try --format c"},
    {Trait::plain_device, "libbpf makes no qdisc of the kind ingress; try --format c"},
};

std::string Writer::call() {
  return (this->*way_of(kWays, kRefusals, s_, "a selftest"))();
}

}  // namespace

std::string selftest_device(const SelftestNeeds& needs, Point p) {
  if (p.device == kNoDevice) return "0x7ffffff0";
  return needs.own_devices ? fmt::format("ifindex{}", p.device) : "loopback";
}

std::string selftest_target(Hook hook) {
  if (hook == Hook::bogus) return "0xffff";
  return hook == Hook::ingress ? "BPF_TCX_INGRESS" : "BPF_TCX_EGRESS";
}

std::string selftest_revisions(Point p) {
  return fmt::format("rev{}_{}", p.device, p.hook == Hook::ingress ? "in" : "eg");
}

void require_selftest_step(const Trace& trace, const Step& step) {
  const Operation& op = step.op;
  const auto refuse = [&](std::string_view why) { cannot_express(step, "a selftest", why); };
  for (const Ref r : {op.prog, op.link, op.relative, op.old})
    if (r.kind == Ref::Kind::prog && trace.header.xdp[r.raw])
      refuse("the test_tc_link skeleton has no program of another type; try --format c");
  if (op.point.hook == Hook::primary || op.point.hook == Hook::peer)
    refuse("the test_tc_link skeleton has no netkit devices; try --format c");
  if (op.space != 0) refuse("a selftest stays in one network namespace; try --format c");
  if (op.verb == Verb::detach && op.old.given())
    refuse("libbpf cannot name an old program on detach; try --format c");
  (void)way_of(kWays, kRefusals, step, "a selftest");
  if (op.point.device == kAllDevices)
    refuse("a selftest cannot leave the namespace that it is run in; try --format c");
  if (op.verb == Verb::close && op.prog.kind == Ref::Kind::prog)
    refuse("a selftest cannot close a program that its skeleton keeps open; try --format c");
  if (has_trait(op.verb, Trait::makes_link) && op.point.hook == Hook::bogus)
    refuse("libbpf cannot ask for an attach type that does not exist; try --format c");
  if (is_left_open(step))
    refuse(
        "a selftest cannot leave open whether a request is refused, as the interface does; try "
        "--format c");
}

std::string selftest_paragraph(const Step& step, SelftestNeeds& needs) {
  Writer w(step, needs);
  std::string out = fmt::format("\t/* {} */\n", for_c_comment(print(step.op))) + w.call();
  std::string others;  // that are right as well
  for (const Errno e : step.permitted) others += fmt::format("err != {} && ", error(e));
  const std::string due =
      step.any_error
          ? fmt::format("ASSERT_LT(err, 0, \"{}\")", word(step.op.verb))
          : fmt::format("ASSERT_EQ(err, {}, \"{}\")", error(step.must.error), word(step.op.verb));
  out += fmt::format("\tif ({}!{})\n\t\tgoto cleanup;\n", others, due);
  if (has_answer(step)) out += w.answer();
  if (tells_link(step)) out += w.told();
  if (step.where && !has_trait(step.op.verb, Trait::tells_list)) out += w.list_after();
  return out + "\n";
}

}  // namespace mprogcheck::repro
